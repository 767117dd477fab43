{%- set zombie_days = 14 -%}
{%- set slice = slice_by(['period_type', 'period_start'], touched_by=[
    changed('int_scope_periods'),
    changed_together(
        'dim_group',
        'dim_period',
        on='other.effective_end >= one.exists_from_date',
        columns=['other.period_type', 'other.period_start'],
    ),
    changed_sums(
        'fct_scope_membership_day',
        by=['scope_type', 'scope_id', 'date'],
        values=['case when members_end > 0 then 1 else 0 end'],
        other='dim_period',
        on='one.date = other.effective_end',
        columns=['other.period_type', 'other.period_start'],
        condition="one.scope_type = 'group'",
    ),
    changed_sums(
        'fct_scope_activity_day',
        by=['scope_type', 'scope_id', 'date'],
        values=[
            'case when last_active_date > ' ~ add_days('date', -zombie_days) ~ ' then 1 else 0 end',
        ],
        other='dim_period',
        on='one.date = other.effective_end',
        columns=['other.period_type', 'other.period_start'],
        condition="one.scope_type = 'group'",
    ),
]) -%}
with scope_periods as (
    select * from {{ sliced(slice, 'int_scope_periods') }}
),

periods as (
    select *
    from {{ sliced(slice, 'dim_period') }}
    where period_type <> 'all'
),

groups as (
    select * from {{ ref('dim_group') }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

membership_days as (
    select *
    from {{ ref('fct_scope_membership_day') }}
    where scope_type = 'group'
),

activity_days as (
    select *
    from {{ ref('fct_scope_activity_day') }}
    where scope_type = 'group'
),

group_periods as (
    select
        periods.period_type,
        periods.period_start,
        periods.effective_end,
        groups.group_id,
        groups.exists_from_date,
        coalesce(groups.dissolved_date <= periods.effective_end, false) as is_dissolved
    from periods
    inner join groups
        on
            periods.effective_end >= groups.exists_from_date
            and (groups.dissolved_date is null or periods.period_start <= groups.dissolved_date)
),

judged as (
    select
        group_periods.period_type,
        group_periods.period_start,
        group_periods.group_id,
        not group_periods.is_dissolved
        and membership_days.members_end > 0
        and group_periods.exists_from_date
        <= {{ add_days('group_periods.effective_end', -zombie_days) }}
        and coalesce(
            activity_days.last_active_date
            <= {{ add_days('group_periods.effective_end', -zombie_days) }},
            true
        ) as is_zombie
    from group_periods
    left join membership_days
        on
            group_periods.group_id = membership_days.scope_id
            and group_periods.effective_end = membership_days.date
    left join activity_days
        on
            group_periods.group_id = activity_days.scope_id
            and group_periods.effective_end = activity_days.date
),

counted as (
    select
        judged.period_type,
        judged.period_start,
        group_scopes.scope_type,
        group_scopes.scope_id,
        count(*) as groups,
        count(*) filter (where judged.is_zombie) as zombie_groups
    from judged
    inner join group_scopes
        on judged.group_id = group_scopes.group_id
    group by 1, 2, 3, 4
),

final as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.scope_type,
        scope_periods.scope_id,
        coalesce(counted.groups, 0) as groups,
        coalesce(counted.zombie_groups, 0) as zombie_groups
    from scope_periods
    left join counted
        on
            {{ same_scope_period('scope_periods', 'counted') | indent(8) }}
)

select * from final
