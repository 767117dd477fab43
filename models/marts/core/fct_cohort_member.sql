{%- set slice = slice_by(['member_id'], touched_by=[
    changed('fct_membership_span'),
    changed('bridge_group_scope', key='group_id', via='fct_membership_span'),
    changed(
        'int_active_days',
        condition="scope_type in ('all', 'group') and previous_active_date is null",
    ),
    changed('int_first_orders'),
    changed('dim_member'),
]) -%}
with spans as (
    select * from {{ sliced(slice, 'fct_membership_span') }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
    where scope_type in ('all', 'group')
),

first_active_days as (
    select * from {{ sliced(slice, 'int_active_days') }}
    where scope_type in ('all', 'group') and previous_active_date is null
),

first_orders as (
    select * from {{ sliced(slice, 'int_first_orders') }}
),

members as (
    select * from {{ sliced(slice, 'dim_member') }}
    where is_customer
),

ranked_spans as (
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        spans.member_id,
        spans.start_date,
        spans.join_source,
        row_number() over (
            partition by group_scopes.scope_type, group_scopes.scope_id, spans.member_id
            order by spans.started_at, spans.group_id, spans.span_number
        ) as span_rank
    from spans
    inner join group_scopes
        on spans.group_id = group_scopes.group_id
),

-- When an opening span began is a guess, so whoever comes with one is in no joined cohort (R16).
joined as (
    select
        scope_type,
        scope_id,
        'joined' as cohort_event,
        member_id,
        start_date as cohort_date
    from ranked_spans
    where span_rank = 1 and join_source <> 'opening'
),

first_active as (
    select
        scope_type,
        scope_id,
        'first_active' as cohort_event,
        member_id,
        active_date as cohort_date
    from first_active_days
),

first_purchase as (
    select
        'all' as scope_type,
        'all' as scope_id,
        'first_purchase' as cohort_event,
        member_id,
        cast(paid_at as date) as cohort_date
    from first_orders
),

cohorts as (
    select * from joined
    union all
    select * from first_active
    union all
    select * from first_purchase
),

with_channels as (
    select
        cohorts.*,
        case when cohorts.scope_type = 'all' then members.first_channel_id end as channel_id
    from cohorts
    left join members
        on cohorts.member_id = members.member_id
),

final as (
    select
        scope_type,
        scope_id,
        channel_id,
        cohort_event,
        member_id,
        cohort_date
    from with_channels
    union all
    select
        'channel' as scope_type,
        channel_id as scope_id,
        channel_id,
        cohort_event,
        member_id,
        cohort_date
    from with_channels
    where channel_id is not null
)

select * from final
