-- R16: a funnel's cohorts and their day 30 are those of mart_retention, its steps nest, and over
-- the channels everything after the impressions adds up to scope all.
with funnel as (
    select * from {{ ref('mart_funnel') }}
),

cohorts as (
    select
        scope_type,
        scope_id,
        cohort_start,
        cohort_members,
        retained_members
    from {{ ref('mart_retention') }}
    where
        cohort_event = 'joined'
        and cohort_period_type = 'month'
        and subject = 'membership'
        and rule = 'bounded'
        and interval_type = 'day'
        and interval_number = 30
        and scope_type in ('all', 'channel')
),

steps as (
    select
        *,
        lag(nested_members) over (
            partition by scope_type, scope_id, cohort_start
            order by step_number
        ) as members_before
    from funnel
),

channel_sums as (
    select
        cohort_start,
        step,
        sum(members) as members,
        sum(nested_members) as nested_members
    from funnel
    where scope_type = 'channel'
    group by cohort_start, step
)

select
    'cohort' as problem,
    cohorts.scope_id,
    cohorts.cohort_start
from cohorts
left join funnel as joined
    on
        {{ same_scope('cohorts', 'joined') | indent(8) }}
        and cohorts.cohort_start = joined.cohort_start
        and joined.step = 'joined'
left join funnel as retained
    on
        {{ same_scope('cohorts', 'retained') | indent(8) }}
        and cohorts.cohort_start = retained.cohort_start
        and retained.step = 'retained'
where
    cohorts.cohort_members is distinct from joined.members
    or cohorts.retained_members is distinct from retained.members

union all

select
    'nesting' as problem,
    scope_id,
    cohort_start
from steps
where
    nested_members > members
    or (step_number > 2 and nested_members > members_before)

union all

select
    'channels' as problem,
    funnel.scope_id,
    funnel.cohort_start
from funnel
left join channel_sums
    on funnel.cohort_start = channel_sums.cohort_start and funnel.step = channel_sums.step
where
    funnel.scope_type = 'all'
    and funnel.step <> 'exposed'
    and (
        funnel.members is distinct from channel_sums.members
        or funnel.nested_members is distinct from channel_sums.nested_members
    )
