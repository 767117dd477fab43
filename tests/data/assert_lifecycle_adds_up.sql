-- Active members are new, retained or resurrected; who was active before is retained or churned;
-- active and silent members are those of the community's figures.
{%- set keys = ['period_type', 'period_start', 'scope_type', 'scope_id'] %}
with lifecycle as (
    select *
    from {{ tested_rows('mart_lifecycle', keys, {
        'mart_lifecycle': keys, 'int_scope_activity': keys, 'int_scope_membership': keys,
    }) }}
),

periods as (
    select * from {{ ref('dim_period') }}
),

membership as (
    {{ rows_in(ref('int_scope_membership'), keys, 'lifecycle', keys) }}
)

select
    lifecycle.period_type,
    lifecycle.period_start,
    lifecycle.scope_type,
    lifecycle.scope_id
from lifecycle
inner join periods
    on
        lifecycle.period_type = periods.period_type
        and lifecycle.period_start = periods.period_start
left join {{ ref('mart_lifecycle') }} as previous
    on
        lifecycle.period_type = previous.period_type
        and periods.previous_start = previous.period_start
        and {{ same_scope('lifecycle', 'previous') | indent(8) }}
left join {{ ref('int_scope_activity') }} as activity
    on
        {{ same_scope_period('lifecycle', 'activity') | indent(8) }}
left join membership
    on
        {{ same_scope_period('lifecycle', 'membership') | indent(8) }}
where
    lifecycle.active_members <> lifecycle.new_members + lifecycle.retained_members
    + lifecycle.resurrected_members
    or previous.active_members <> lifecycle.retained_members + lifecycle.churned_members
    or lifecycle.active_members is distinct from activity.active_members
    or lifecycle.silent_members > membership.members_end
    or lifecycle.silent_members < membership.members_end - lifecycle.active_members
