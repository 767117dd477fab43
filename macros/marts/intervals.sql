{# Retention counts in days, calendar weeks and calendar months (R16). #}

{# Whole days, calendar weeks or calendar months from the one of `start` to the one of `finish`. #}
{% macro periods_between(unit, start, finish) -%}
    {%- if unit == 'day' -%}
    cast({{ days_between(start, finish) }} as integer)
    {%- elif unit == 'week' -%}
    cast(
        {{ days_between(period_start('week', start), period_start('week', finish)) }} / 7
        as integer
    )
    {%- else -%}
    cast(
        (extract(year from {{ finish }}) * 12 + extract(month from {{ finish }}))
        - (extract(year from {{ start }}) * 12 + extract(month from {{ start }}))
        as integer
    )
    {%- endif -%}
{%- endmacro %}

{# The first day of the period so many days, weeks, months, quarters or years after the one that begins at `start`. #}
{% macro add_periods(unit, start, periods) -%}
    {%- set months = {'month': 1, 'quarter': 3, 'year': 12} -%}
    {%- if unit in months -%}
    {{ add_months(start, periods if unit == 'month' else '(' ~ periods ~ ') * ' ~ months[unit]) }}
    {%- else -%}
    {{ add_days(start, '(' ~ periods ~ ') * ' ~ (7 if unit == 'week' else 1)) }}
    {%- endif -%}
{%- endmacro %}

{# The first day of the period after the one of a type, day to year, that begins at `start`; NULL for other types. #}
{% macro following_period(period_type, start) -%}
    {%- set ends = [] -%}
    {%- for unit in ['day', 'week', 'month', 'quarter', 'year'] -%}
        {%- do ends.append("when '" ~ unit ~ "' then " ~ add_periods(unit, start, 1) | trim) -%}
    {%- endfor -%}
    {{ return('case ' ~ period_type ~ ' ' ~ ends | join(' ') ~ ' end') }}
{%- endmacro %}

{# A select of interval_unit, interval_number: the days asked for, and up to 26 weeks and 24 months
   after the cohort's own, which is 0. #}
{% macro retention_intervals() -%}
    select interval_unit, interval_number
    from (
        values
        {% for days in var('retention_days') -%}
        ('day', {{ days }}),
        {% endfor -%}
        {% for weeks in range(27) -%}
        ('week', {{ weeks }}),
        {% endfor -%}
        {% for months in range(25) -%}
        ('month', {{ months }}){{ '' if loop.last else ',' }}
        {% endfor -%}
    ) as intervals (interval_unit, interval_number)
{%- endmacro %}

{# What the row of a cohort member or cell changes with when a day comes: the days on which its intervals in days come, counted
   from `cohort_date`; and of a cell in weeks or months the last day of its interval and the first of the next one. #}
{% macro days_of_intervals(cohort_date) -%}
    {%- set days = [cohort_date] -%}
    {%- for number in var('retention_days') -%}
        {%- do days.append(add_days(cohort_date, number)) -%}
    {%- endfor -%}
    {{ return(days) }}
{%- endmacro %}

{% macro ends_of_intervals() -%}
    {%- set ends = [] -%}
    {%- for unit in ['week', 'month'] -%}
        {%- set next_start = add_periods(unit, 'cohort_start', 'interval_number + 1') -%}
        {%- for date in [next_start, add_days(next_start, -1)] -%}
            {%- do ends.append(
                "case when interval_type = 'period' and cohort_period_type = '" ~ unit ~ "' then " ~ date ~ ' end'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(ends) }}
{%- endmacro %}

{# What touches the cohorts of mart_retention: who enters one or leaves it, a day of his intervals that comes, and a period
   that comes into history. #}
{% macro changed_cohorts() -%}
    {%- set columns = 'select scope_type, scope_id, cohort_event, cohort_date from ' -%}
    {%- set starts = [] -%}
    {%- for period_type in ['day', 'week', 'month'] -%}
        {%- do starts.append("when '" ~ period_type ~ "' then " ~ period_start(period_type, 'cohort_date')) -%}
    {%- endfor -%}
    {{ return({
        'upstreams': ['fct_cohort_member', 'dim_period', 'int_reporting_window'],
        'statement': 'select distinct scope_type, scope_id, cohort_event, unit, case unit ' ~ starts | join(' ')
            ~ ' end from (' ~ columns ~ changes_of('fct_cohort_member') ~ ' union ' ~ columns
            ~ members_of_new_days(or_in='dim_period') ~ ") as days cross join (values ('day'), ('week'), ('month')) as units"
            ~ " (unit) where unit = 'month' or scope_type <> 'group'",
    }) }}
{%- endmacro %}

{# Cohort members of whom a day of their intervals has come since the last build. #}
{% macro changed_intervals(columns, condition) -%}
    {{ return({
        'upstreams': ['fct_cohort_member', 'int_reporting_window'],
        'statement': 'select ' ~ columns | join(', ') ~ ' from ' ~ members_of_new_days() ~ ' where ' ~ condition,
    }) }}
{%- endmacro %}

{# Found by cohort days, which are few, and not in the intervals of every member.
   or_in: upstream with periods, of the changed ones of which the members come, too. #}
{% macro members_of_new_days(or_in=none) -%}
    {%- set members = ref('fct_cohort_member') -%}
    {%- set window = ref('int_reporting_window') -%}
    {%- if not (is_by_slices() and are_changes_known(['int_reporting_window'])) -%}
        {{ return(members) }}
    {%- endif -%}
    {%- set conditions = newly_counted(days_of_intervals('cohort_date')) -%}
    {%- if or_in -%}
        {%- set periods = ref(or_in) -%}
        {%- do conditions.append(
            'exists (select 1 from ' ~ changes_of(or_in) ~ " as periods where period_type in ('day', 'week', 'month')"
            ~ ' and days.cohort_date between periods.period_start and periods.period_end)'
        ) -%}
    {%- endif -%}
    {#- materialized: or the conditions are asked of every member -#}
    {%- set days = run_query(
        'with days as materialized (select distinct cohort_date from ' ~ members ~ ') select cohort_date from days where '
        ~ conditions | join(' or ')
    ).columns[0].values() -%}
    {{ return(
        '(select * from ' ~ members ~ ' where '
        ~ ("cohort_date in (date '" ~ days | join("', date '") ~ "')" if days else 'false') ~ ')'
    ) }}
{%- endmacro %}

{# Whether a day of somebody, beside the one before, is a return: several days of one week or month are one. #}
{% macro is_return(unit, relation, day='event_date', previous='previous_date') -%}
    {%- if unit == 'day' -%}
    true
    {%- else -%}
    coalesce({{ relation }}.{{ previous }} < {{ period_start(unit, relation ~ '.' ~ day) }}, true)
    {%- endif -%}
{%- endmacro %}

{# The last interval that a number of units reaches, so that members who reach the same one are counted
   together; NULL where it reaches none. #}
{% macro reached_interval(unit, number) -%}
    {%- if unit == 'day' -%}
    case
        {%- for days in var('retention_days') | sort(reverse=true) %}
        when {{ number }} >= {{ days }} then {{ days }}
        {%- endfor %}
    end
    {%- else -%}
    {{ number }}
    {%- endif -%}
{%- endmacro %}

{# A select of what is counted for which cohort, by which rule. #}
{% macro retention_subjects() -%}
    select cohort_event, subject, rule
    from (
        values
        {% for cohort_event, subject in [
            ('joined', 'membership'),
            ('joined', 'activity'),
            ('joined', 'purchase'),
            ('first_active', 'activity'),
            ('first_purchase', 'purchase'),
        ] -%}
        ('{{ cohort_event }}', '{{ subject }}', 'bounded'),
        ('{{ cohort_event }}', '{{ subject }}', 'unbounded'){{ '' if loop.last else ',' }}
        {% endfor -%}
    ) as subjects (cohort_event, subject, rule)
{%- endmacro %}

{# Where the counting of a cohort member starts in a unit. Scope group has month cohorts alone, so its days are
   gathered by month at once. #}
{% macro counted_from(unit, relation) -%}
    {%- if unit == 'day' -%}
    case
        when {{ relation }}.scope_type = 'group' then {{ period_start('month', relation ~ '.cohort_date') }}
        else {{ relation }}.cohort_date
    end
    {%- else -%}
    {{ period_start(unit, relation ~ '.cohort_date') }}
    {%- endif -%}
{%- endmacro %}

{# Retained members by scope and cohort. `counts` holds scopes all and group, all with the customers' channel, and
   starts as by counted_from: days go into day, week and month cohorts, weeks and months into their own. #}
{% macro add_up_cohorts(counts) -%}
    select
        scope_type,
        scope_id,
        cohort_event,
        cohort_period_type,
        cohort_start,
        subject,
        rule,
        interval_type,
        interval_number,
        cast(sum(retained_members) as bigint) as retained_members
    from (
        {% set scopes = [
            ('scope_type', 'scope_id', "scope_type = 'all'"),
            ('scope_type', 'scope_id', "scope_type = 'group'"),
            ("'channel'", 'channel_id', "scope_type = 'all' and channel_id is not null"),
        ] -%}
        {% for scope_type, scope_id, is_in_scope in scopes -%}
        {% for period_type in (['month'] if 'group' in is_in_scope else ['day', 'week', 'month']) -%}
        select
            {{ scope_type }} as scope_type,
            {{ scope_id }} as scope_id,
            cohort_event,
            '{{ period_type }}' as cohort_period_type,
            {{ period_start(period_type, 'cohort_start') }} as cohort_start,
            subject,
            rule,
            case when interval_unit = 'day' then 'day' else 'period' end as interval_type,
            interval_number,
            retained_members
        from {{ counts }}
        where {{ is_in_scope }} and interval_unit in ('day', '{{ period_type }}')
        {{ 'union all' if not loop.last }}
        {% endfor -%}
        {{ 'union all' if not loop.last }}
        {% endfor -%}
    ) as cohort_counts
    group by
        scope_type, scope_id, cohort_event, cohort_period_type, cohort_start,
        subject, rule, interval_type, interval_number
    having sum(retained_members) <> 0
{%- endmacro %}
