{# Models with a row per period that read single days, or rows of somebody. #}

{# The rows of an upstream on days of touched periods. date: its day; first: the column of dim_period with the first day that
   is read, period_start or previous_start. #}
{% macro sliced_in_periods(slice, upstream, date, first='period_start') -%}
    {%- set relation = ref(upstream) -%}
    {%- set periods = ref('dim_period') -%}
    {%- if slice.touched is none -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set touched_periods = slice.touched ~ ' as touched inner join ' ~ periods
        ~ ' as periods using (period_type, period_start)' -%}
    {%- set bounds = run_query(
        'select min(periods.' ~ first ~ '), max(periods.period_end) from ' ~ touched_periods
    ).rows[0] -%}
    {%- set within = date ~ " between date '" ~ bounds[0] ~ "' and date '" ~ bounds[1] ~ "'" if bounds[0] is not none else 'false' -%}
    {#- a table of its own, because of a subquery DuckDB expects so many rows that it hashes the upstream instead -#}
    {%- set wanted = changes_of(this.identifier ~ '__' ~ upstream ~ '__days') -%}
    {%- do run_query(
        'create or replace table ' ~ wanted ~ ' as\nselect distinct touched.scope_type, touched.scope_id, days.' ~ date
        ~ ' from ' ~ touched_periods ~ ' inner join (select distinct ' ~ date ~ ' from ' ~ relation ~ ' where ' ~ within
        ~ ') as days on days.' ~ date ~ ' between periods.' ~ first ~ ' and periods.period_end'
    ) -%}
    {%- set columns = ['scope_type', 'scope_id', date] -%}
    {{ return('(' ~ rows_in(relation, columns, wanted, columns) ~ ')') }}
{%- endmacro %}

{# The rows of an upstream on days of touched periods, of whatever scope: much fewer to join and to sum than all. #}
{% macro sliced_on_days(slice, upstream) -%}
    {%- set relation = ref(upstream) -%}
    {%- set date_periods = ref('bridge_date_period') -%}
    {%- if slice.touched is none -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set keys = ['period_type', 'period_start'] -%}
    {%- set wanted = '(select distinct date from (' ~ rows_in(date_periods, keys, slice.touched, keys) ~ '))' -%}
    {{ return('(' ~ rows_in(relation, 'date', wanted, 'date') ~ ')') }}
{%- endmacro %}

{# The rows of an upstream in touched periods and in those that they are compared with, of whatever scope.
   earlier: columns of dim_period that say with which. #}
{% macro sliced_with_earlier(slice, upstream, earlier) -%}
    {%- set relation = ref(upstream) -%}
    {%- set periods = ref('dim_period') -%}
    {%- if slice.touched is none -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set keys = ['period_type', 'period_start'] -%}
    {%- set wanted = [] -%}
    {%- for start in ['period_start'] + earlier -%}
        {%- do wanted.append(
            'select period_type, ' ~ start ~ ' as period_start from (' ~ rows_in(periods, keys, slice.touched, keys) ~ ')'
        ) -%}
    {%- endfor -%}
    {{ return('(' ~ rows_in(relation, keys, '(' ~ wanted | join(' union ') ~ ')', keys) ~ ')') }}
{%- endmacro %}

{# The rows of an upstream in touched periods of one type, where the slice is a period. date: its day. #}
{% macro sliced_by_period(slice, upstream, period_type, date) -%}
    {%- set relation = ref(upstream) -%}
    {%- if slice.touched is none -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set bounds = run_query(
        'select min(period_start), max(period_start) from ' ~ slice.touched ~ " where period_type = '" ~ period_type ~ "'"
    ).rows[0] -%}
    {%- if bounds[0] is none -%}
        {{ return('(select * from ' ~ relation ~ ' where false)') }}
    {%- endif -%}
    {#- days that are known beforehand spare reading and truncating those of years -#}
    {%- set between = '(select * from ' ~ relation ~ ' where ' ~ date ~ " >= date '" ~ bounds[0] ~ "' and " ~ date ~ ' < '
        ~ add_periods(period_type, "date '" ~ bounds[1] ~ "'", 1) ~ ')' -%}
    {%- set columns = ["'" ~ period_type ~ "'", period_start(period_type, date)] -%}
    {{ return('(' ~ rows_in(between, columns, slice.touched, ['period_type', 'period_start']) ~ ')') }}
{%- endmacro %}

{# Periods in which somebody was active of whom it changed whether he was in the scope at their end: who came or left is
   there, or not, at the end of every period that ends from that day on. condition: of the periods. #}
{% macro changed_stays(active_days, condition) -%}
    {%- set moved = [] -%}
    {%- for date in ['entered_date', 'left_date'] -%}
        {%- do moved.append(
            'select scope_type, scope_id, member_id, ' ~ date ~ ' as date from ' ~ changes_of('fct_presence')
            ~ ' where ' ~ date ~ ' is not null group by scope_type, scope_id, member_id, ' ~ date
            ~ " having sum(case change when 'added' then 1 else -1 end) <> 0"
        ) -%}
    {%- endfor -%}
    {%- set days = ref(active_days) -%}
    {%- set periods = ref('dim_period') -%}
    {%- set since = 'true' -%}
    {%- if is_by_slices() and are_changes_known(['fct_presence']) -%}
        {%- set first = run_query(
            'select min(other.period_start) from ' ~ periods ~ ' as other cross join (select min(date) as date from ('
            ~ moved | join(' union all ') ~ ') as moves) as moved cross join (select distinct scope_type from '
            ~ changes_of('fct_presence') ~ ') as one where moved.date <= other.period_end and ' ~ condition
        ).columns[0].values()[0] -%}
        {%- set since = 'false' if first is none else "one.active_date >= date '" ~ first ~ "'" -%}
    {%- endif -%}
    {{ return({
        'upstreams': ['fct_presence', active_days],
        'statement': 'select distinct other.period_type, other.period_start, one.scope_type, one.scope_id from ('
            ~ moved | join(' union all ') ~ ') as moved inner join ' ~ days ~ ' as one on '
            ~ same_scope('moved', 'one') ~ ' and moved.member_id = one.member_id inner join ' ~ periods
            ~ ' as other on one.active_date between other.period_start and other.period_end'
            ~ ' and moved.date <= other.period_end where ' ~ since ~ ' and ' ~ condition,
    }) }}
{%- endmacro %}

{# The days, weeks and months of the changed rows of an upstream, for models of which the slice is a period. #}
{% macro changed_on(upstream, date, condition='true') -%}
    {%- set touches = [] -%}
    {%- for period_type in ['day', 'week', 'month'] -%}
        {%- do touches.append(
            changed(upstream, ["'" ~ period_type ~ "'", period_start(period_type, date)], condition=condition)
        ) -%}
    {%- endfor -%}
    {{ return(touches) }}
{%- endmacro %}
