{%- set columns = ['touch_kind', "coalesce(batch_id, 'none')"] -%}
{%- set slice = slice_by(['touch_kind', 'batch_id'], touched_by=[
    changed('fct_touch', columns),
    changed(
        'fct_order',
        columns=columns,
        via='fct_touch',
        key='member_id',
        on='member_id',
        condition='wanted.paid_at >= source.touched_at and wanted.paid_at <= '
        ~ add_hours('source.touched_at', 72),
    ),
    changed(
        'fct_membership_span',
        columns=columns,
        via='fct_touch',
        key='member_id',
        on='member_id',
        condition='wanted.ended_at >= source.touched_at and wanted.ended_at <= '
        ~ add_hours('source.touched_at', 24),
    ),
]) -%}
with touches as (
    select
        *,
        coalesce(batch_id, 'none') as batch
    from {{ sliced(slice, 'fct_touch', ['touch_kind', "coalesce(source.batch_id, 'none')"]) }}
),

orders as (
    select * from {{ ref('fct_order') }}
    where is_paid_order and member_id is not null
),

leaves as (
    select * from {{ ref('fct_membership_span') }}
    where end_reason = 'leave'
),

batches as (
    select
        touch_kind,
        batch,
        count(*) as targeted,
        count(*) filter (where is_delivered) as delivered,
        count(clicked_at) as clicked
    from touches
    group by touch_kind, batch
),

touches_in_order as (
    select
        *,
        row_number() over (
            partition by touch_kind, batch, member_id
            order by touched_at, touch_id
        ) as touch_rank
    from touches
    where is_delivered
),

-- R21: the touch of a batch is the member's first delivered one
first_touches as (
    select
        touch_kind,
        batch,
        member_id,
        group_id,
        touched_at
    from touches_in_order
    where touch_rank = 1
),

members as (
    select
        touch_kind,
        batch,
        count(*) as members
    from first_touches
    group by touch_kind, batch
),

purchases as (
    select
        first_touches.touch_kind,
        first_touches.batch,
        -- distinct: a member can have several orders in those hours
        count(distinct first_touches.member_id) as buyers_3d,
        sum(orders.net_sales) as net_sales_3d
    from first_touches
    inner join orders on first_touches.member_id = orders.member_id
    where
        orders.paid_at >= first_touches.touched_at
        and orders.paid_at <= {{ add_hours('first_touches.touched_at', 72) }}
    group by first_touches.touch_kind, first_touches.batch
),

departures as (
    select
        first_touches.touch_kind,
        first_touches.batch,
        -- distinct: a member can leave several groups
        count(distinct first_touches.member_id) as leaves_24h
    from first_touches
    inner join leaves on first_touches.member_id = leaves.member_id
    where
        leaves.ended_at >= first_touches.touched_at
        and leaves.ended_at <= {{ add_hours('first_touches.touched_at', 24) }}
        and coalesce(first_touches.group_id = leaves.group_id, true)
    group by first_touches.touch_kind, first_touches.batch
),

final as (
    select
        batches.touch_kind,
        batches.batch as batch_id,
        cast(batches.targeted as bigint) as targeted,
        cast(batches.delivered as bigint) as delivered,
        {{ rate('batches.delivered', 'batches.targeted') }} as reach_rate,
        cast(batches.clicked as bigint) as clicked,
        {{ rate('batches.clicked', 'batches.delivered') }} as click_rate,
        cast(coalesce(members.members, 0) as bigint) as members,
        cast(coalesce(purchases.buyers_3d, 0) as bigint) as buyers_3d,
        {{ money('coalesce(purchases.net_sales_3d, 0)') }} as net_sales_3d,
        cast(coalesce(departures.leaves_24h, 0) as bigint) as leaves_24h
    from batches
    {% for counted in ['members', 'purchases', 'departures'] -%}
    left join {{ counted }}
        on
            batches.touch_kind = {{ counted }}.touch_kind
            and batches.batch = {{ counted }}.batch
    {% endfor %}
)

select * from final
