with spans as (
    select * from {{ ref('fct_membership_span') }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
    where scope_type in ('all', 'group')
),

active_days as (
    select * from {{ ref('fct_active_day') }}
    where scope_type in ('all', 'group')
),

orders as (
    select * from {{ ref('fct_order') }}
    where is_paid_order and member_id is not null
),

members as (
    select * from {{ ref('dim_member') }}
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
    from active_days
    where previous_active_date is null
),

first_purchase as (
    select
        'all' as scope_type,
        'all' as scope_id,
        'first_purchase' as cohort_event,
        member_id,
        min(paid_date) as cohort_date
    from orders
    group by member_id
),

cohorts as (
    select * from joined
    union all
    select * from first_active
    union all
    select * from first_purchase
),

channel_cohorts as (
    select
        'channel' as scope_type,
        members.first_channel_id as scope_id,
        cohorts.cohort_event,
        cohorts.member_id,
        cohorts.cohort_date
    from cohorts
    inner join members
        on cohorts.member_id = members.member_id
    where cohorts.scope_type = 'all' and members.first_channel_id is not null
),

final as (
    select
        scope_type,
        scope_id,
        cohort_event,
        member_id,
        cohort_date
    from cohorts
    union all
    select
        scope_type,
        scope_id,
        cohort_event,
        member_id,
        cohort_date
    from channel_cohorts
)

select * from final
