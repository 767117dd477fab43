{%- set period_types = ['day', 'week', 'month'] -%}
{#- what the mart has; of others a whole year of days would be read -#}
{%- set is_looked_at = "(scope_type = 'all' and period_type in ('day', 'week', 'month')"
    ~ " or scope_type = 'group' and period_type in ('week', 'month'))" -%}
{%- set is_joined = is_looked_at | replace('scope_type', 'one.scope_type')
    | replace('period_type', 'other.period_type') -%}
{%- set columns = ['other.period_type', 'other.period_start', 'one.scope_type', 'one.scope_id'] -%}
{%- set slice = slice_by_scope_periods([
    changed('int_scope_membership', condition=is_looked_at),
    changed_sums(
        'int_active_days',
        by=['scope_type', 'scope_id', 'member_id', 'active_date', 'previous_active_date'],
        values=['1'],
        other='dim_period',
        on='one.active_date between other.previous_start and other.period_end',
        columns=columns,
        condition=is_joined,
    ),
    changed_stays('int_active_days', condition=is_joined),
], condition=is_looked_at) -%}
with periods as (
    select * from {{ ref('dim_period') }}
),

scope_periods as (
    select * from {{ sliced(slice, 'int_scope_periods') }}
    where {{ is_looked_at }}
),

scope_membership as (
    select * from {{ sliced(slice, 'int_scope_membership') }}
),

active_days as (
    select * from {{ sliced_in_periods(slice, 'int_active_days', 'active_date') }}
    where scope_type in ('all', 'group')
),

message_days as (
    select *
    from {{ sliced_in_periods(slice, 'int_scope_message_days', 'date', first='previous_start') }}
    where scope_type in ('all', 'group')
),

-- Never is a date, since a join on "or" compares every row with every other.
presence as (
    select
        *,
        coalesce(left_date, cast('9999-12-31' as date)) as left_or_never
    from {{ ref('fct_presence') }}
    where scope_type in ('all', 'group')
),

-- A customer's first active day in each period stands for the period.
active_periods as (
    {%- for period_type in period_types %}
    select
        '{{ period_type }}' as period_type,
        {{ period_start(period_type, 'active_date') }} as period_start,
        {{ add_periods(period_type, period_start(period_type, 'active_date'), 1) }} as next_start,
        scope_type,
        scope_id,
        member_id,
        {{ periods_between(period_type, 'previous_active_date', 'active_date') }} as periods_since
    from active_days
    where
        (
            previous_active_date is null
            or previous_active_date < {{ period_start(period_type, 'active_date') }}
        )
        {%- if period_type == 'day' %}
        and scope_type = 'all'
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- From the facts, so that the first period of the history knows the one before it.
period_counts as (
    {%- for period_type in period_types %}
    select
        '{{ period_type }}' as period_type,
        {{ period_start(period_type, 'date') }} as period_start,
        scope_type,
        scope_id,
        sum({{ 'active_members' if period_type == 'day' else 'first_in_' ~ period_type }})
            as active_members
    from message_days
    group by {{ period_start(period_type, 'date') }}, scope_type, scope_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- One stretch at most reaches into the next period, and who has one was there at the end of this.
active_members as (
    select
        active_periods.period_type,
        active_periods.period_start,
        active_periods.scope_type,
        active_periods.scope_id,
        count(*) as active_members,
        sum(case when active_periods.periods_since is null then 1 else 0 end) as new_members,
        sum(case when active_periods.periods_since = 1 then 1 else 0 end) as retained_members,
        count(presence.member_id) as staying_members
    from active_periods
    left join presence
        on
            {{ same_scope('active_periods', 'presence') | indent(8) }}
            and active_periods.member_id = presence.member_id
            and active_periods.next_start > presence.entered_date
            and active_periods.next_start <= presence.left_or_never
    group by
        active_periods.period_type, active_periods.period_start,
        active_periods.scope_type, active_periods.scope_id
),

counts as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.scope_type,
        scope_periods.scope_id,
        scope_periods.period_end,
        scope_periods.is_partial,
        coalesce(active_members.active_members, 0) as active_members,
        coalesce(active_members.new_members, 0) as new_members,
        coalesce(active_members.retained_members, 0) as retained_members,
        coalesce(previous_members.active_members, 0) as active_before,
        scope_membership.members_end - coalesce(active_members.staying_members, 0) as silent_members
    from scope_periods
    inner join periods
        on
            scope_periods.period_type = periods.period_type
            and scope_periods.period_start = periods.period_start
    inner join scope_membership
        on
            {{ same_scope_period('scope_periods', 'scope_membership') | indent(8) }}
    left join active_members
        on
            {{ same_scope_period('scope_periods', 'active_members') | indent(8) }}
    left join period_counts as previous_members
        on
            scope_periods.period_type = previous_members.period_type
            and periods.previous_start = previous_members.period_start
            and {{ same_scope('scope_periods', 'previous_members') | indent(8) }}
),

final as (
    select
        period_type,
        period_start,
        period_end,
        scope_type,
        scope_id,
        cast(active_members as bigint) as active_members,
        cast(new_members as bigint) as new_members,
        cast(retained_members as bigint) as retained_members,
        cast(active_members - new_members - retained_members as bigint) as resurrected_members,
        cast(active_before - retained_members as bigint) as churned_members,
        cast(silent_members as bigint) as silent_members,
        {{ rate('active_members - retained_members', 'active_before - retained_members') }}
            as quick_ratio,
        is_partial
    from counts
)

select * from final
