{%- set lookback_hours = '24 * ' ~ var('attribution_lookback_days') -%}
{%- set half_life_days = var('attribution_half_life_days') -%}
{%- set slice = slice_by(['order_id'], touched_by=[
    changed('fct_order'),
    changed(
        'fct_touch',
        key='member_id',
        via='fct_order',
        condition=is_hours_before('wanted.touched_at', 'source.paid_at', lookback_hours),
    ),
    changed(
        'fct_membership_span',
        key='member_id',
        via='fct_order',
        condition=is_hours_before('wanted.started_at', 'source.paid_at', lookback_hours),
    ),
]) -%}
with orders as (
    select * from {{ sliced(slice, 'fct_order') }}
    where is_paid_order and member_id is not null
),

touches as (
    select
        member_id,
        touched_at,
        'touch' as contact_kind,
        2 as kind_order,
        channel_id,
        group_id,
        touch_id
    from {{ ref('fct_touch') }}
    where is_delivered and channel_id is not null
),

joins as (
    select
        member_id,
        started_at as touched_at,
        'join' as contact_kind,
        1 as kind_order,
        channel_id,
        group_id,
        cast(null as varchar) as touch_id
    from {{ ref('fct_membership_span') }}
    where join_source = 'event' and channel_id is not null
),

contacts as (
    select * from touches
    union all
    select * from joins
),

-- R17: at or before the payment, and less than the lookback before it
order_contacts as (
    select
        orders.order_id,
        orders.paid_at,
        contacts.touched_at,
        contacts.contact_kind,
        contacts.kind_order,
        contacts.channel_id,
        contacts.group_id,
        contacts.touch_id
    from orders
    inner join contacts
        on
            orders.member_id = contacts.member_id
            and {{ is_hours_before('contacts.touched_at', 'orders.paid_at', lookback_hours) }}
),

positions as (
    select
        *,
        row_number() over (
            partition by order_id
            order by touched_at, kind_order, channel_id, group_id, touch_id
        ) as path_position,
        count(*) over (partition by order_id) as path_length,
        max(touched_at) over (partition by order_id) as last_touched_at
    from order_contacts
),

-- Weights are scaled to 1, so ages may count from the path's end, and none is too old to weigh.
ages as (
    select
        *,
        {{ seconds_between('touched_at', 'last_touched_at') }} / 86400.0 as age_in_days
    from positions
),

decays as (
    select
        *,
        power(2, -age_in_days / {{ half_life_days }}) as decay
    from ages
),

weighted as (
    select
        order_id,
        path_position,
        path_length,
        contact_kind,
        channel_id,
        group_id,
        touch_id,
        touched_at,
        case when path_position = 1 then 1.0 else 0.0 end as first_weight,
        case when path_position = path_length then 1.0 else 0.0 end as last_weight,
        1.0 / path_length as linear_weight,
        case
            when path_length <= 2 then 1.0 / path_length
            when path_position in (1, path_length) then 0.4
            else 0.2 / (path_length - 2)
        end as position_based_weight,
        decay / sum(decay) over (partition by order_id) as time_decay_weight
    from decays
),

unattributed as (
    select
        orders.order_id,
        1 as path_position,
        0 as path_length,
        'none' as contact_kind,
        'unattributed' as channel_id,
        cast(null as varchar) as group_id,
        cast(null as varchar) as touch_id,
        cast(null as timestamp) as touched_at,
        1.0 as first_weight,
        1.0 as last_weight,
        1.0 as linear_weight,
        1.0 as position_based_weight,
        1.0 as time_decay_weight
    from orders
    left join positions
        on orders.order_id = positions.order_id and positions.path_position = 1
    where positions.order_id is null
),

paths as (
    select * from weighted
    union all
    select * from unattributed
),

final as (
    select
        order_id,
        cast(path_position as bigint) as path_position,
        cast(path_length as bigint) as path_length,
        contact_kind,
        channel_id,
        group_id,
        touch_id,
        touched_at,
        cast(first_weight as double) as first_weight,
        cast(last_weight as double) as last_weight,
        cast(linear_weight as double) as linear_weight,
        cast(position_based_weight as double) as position_based_weight,
        cast(time_decay_weight as double) as time_decay_weight
    from paths
)

select * from final
