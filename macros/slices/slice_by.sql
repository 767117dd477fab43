{# A model kept by slices: the rows that share the values of `columns` follow from rows of its upstreams that are found by
   those values, so that a refresh works out again the touched slices alone. See docs/incremental.md.

   columns: the slice's columns, known in every row of the model;
   touched_by: what touches slices, a list of `changed(...)`, `counted_since(...)` and others below and in touches.sql;
   also: statements that return further touched slices; meta: what else the strategy is to know.

   With neither, or where an upstream was not written by slices in this run, everything is worked out and only what differs
   is written. Returns what `sliced` needs. #}
{% macro slice_by(columns, touched_by=[], also=[], meta={}) -%}
    {%- do config(
        materialized='incremental',
        incremental_strategy='by_slice',
        on_schema_change='fail',
        meta=dict(meta, slice=columns),
    ) -%}
    {%- set slice = {'columns': columns, 'touched': none} -%}
    {%- if is_by_slices() and (touched_by or also) -%}
        {%- set upstreams = touched_by | map(attribute='upstreams') | sum(start=[]) | unique | list -%}
        {%- if are_changes_known(upstreams) -%}
            {%- set statements = also | list -%}
            {%- for touch in touched_by -%}
                {%- do statements.append(touched_slices(columns, touch)) -%}
            {%- endfor -%}
            {%- do slice.update({'touched': changes_of(this.identifier ~ '__touched')}) -%}
            {%- do run_query(
                'create or replace table ' ~ slice.touched ~ ' as\n' ~ statements | join('\nunion\n')
            ) -%}
            {%- do run_query(changes_become_known(this.identifier ~ '__touched')) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(slice) }}
{%- endmacro %}

{# Slices of the changed rows of `upstream`; or, with `via`, slices of the rows of another upstream (or of the model as it
   was: this) that name a changed row: in one of the columns `on` stands what stands in the changed row's `key` (of several: in all of them).
   columns: the slice's columns as the changed rows, or those of `via`, call them (or expressions of theirs);
   condition: of a changed row; with `via` it calls that `wanted`, and the row of `via` `source`. #}
{% macro changed(upstream, columns=none, via=none, key=none, on=none, condition='true') -%}
    {%- set relation = ref(upstream) -%}
    {{ return({
        'upstreams': [upstream],
        'columns': columns,
        'via': relation_of(via) if via else changes_of(upstream),
        'wanted': changes_of(upstream) if via else none,
        'key': key,
        'on': (on or key) if key is string else [on or key],
        'condition': condition,
    }) }}
{%- endmacro %}

{# Slices of the rows of `via` that name, in the column `on`, a value that the column `key` of `upstream` has come to hold, or
   ceased to: several of its rows may hold the same. #}
{% macro changed_values(upstream, key, via, on, columns=none) -%}
    {%- set counted = 'select ' ~ key ~ ', 1 as rows_now, 0 as more_rows from ' ~ ref(upstream) ~ ' union all select ' ~ key
        ~ ", 0, case change when 'added' then 1 else -1 end from " ~ changes_of(upstream) -%}
    {{ return({
        'upstreams': [upstream],
        'columns': columns,
        'via': relation_of(via),
        'wanted': '(select ' ~ key ~ ' from (' ~ counted ~ ') group by ' ~ key
            ~ ' having (sum(rows_now) > 0) <> (sum(rows_now) > sum(more_rows)))',
        'key': key,
        'on': on,
        'condition': 'true',
    }) }}
{%- endmacro %}

{# All slices that there are, if any row of `upstream` changed. #}
{% macro changed_anything(upstream, columns) -%}
    {%- set relation = ref(upstream) -%}
    {{ return({
        'upstreams': [upstream],
        'statement': 'select distinct ' ~ columns | join(', ') ~ ' from ' ~ this
            ~ ' where exists (select 1 from ' ~ changes_of(upstream) ~ ')',
    }) }}
{%- endmacro %}

{# Slices of the rows of `via` that name, in one of the columns `on`, somebody of whom it changed which person or whether
   a customer he is. #}
{% macro changed_people(via, on, columns=none) -%}
    {%- set identities = ref('int_identities') -%}
    {%- set non_customers = ref('int_non_customers') -%}
    {{ return({
        'upstreams': ['int_identities', 'int_non_customers'],
        'columns': columns,
        'via': relation_of(via),
        'wanted': '(select id_value from ' ~ changes_of('int_identities')
            ~ ' union select member_id from ' ~ changes_of('int_non_customers')
            ~ ' union select id_value from ' ~ identities
            ~ ' where member_id in (select member_id from ' ~ changes_of('int_non_customers') ~ '))',
        'key': 'id_value',
        'on': on,
        'condition': 'true',
    }) }}
{%- endmacro %}

{# Slices of the rows of `via` that have one of `moments` (timestamps or dates) in days that the reporting window has gained
   or lost since the last build: as_of_date moves on, history may begin earlier. #}
{% macro counted_since(via, moments, columns=none) -%}
    {%- set window = ref('int_reporting_window') -%}
    {{ return({
        'upstreams': ['int_reporting_window'],
        'columns': columns,
        'via': relation_of(via),
        'moments': moments,
    }) }}
{%- endmacro %}

{% macro relation_of(name) -%}
    {{ return(this if name == 'this' else ref(name)) }}
{%- endmacro %}

{# The rows of an upstream that lie in touched slices; all of them where everything is worked out.
   columns: the slice's columns as the upstream calls them; keys: which of them it has, if not all. #}
{% macro sliced(slice, upstream, columns=none, keys=none) -%}
    {%- set relation = ref(upstream) -%}
    {%- if slice.touched is none -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set keys = keys or slice.columns -%}
    {{ return('(' ~ rows_in(relation, columns or keys, slice.touched, keys) ~ ')') }}
{%- endmacro %}

{% macro touched_slices(columns, touch) -%}
    {%- set named = touch.columns or columns -%}
    {%- if touch.statement -%}
        {{ return('select * from (' ~ touch.statement ~ ') as touching (' ~ columns | join(', ') ~ ')') }}
    {%- elif touch.moments -%}
        {#- one by one: DuckDB asks a range of a row before it reads its other columns, but not one range or another -#}
        {%- set statements = [] -%}
        {%- for condition in newly_counted(touch.moments) -%}
            {%- do statements.append(slices_of(touch.via, columns, named, condition)) -%}
        {%- endfor -%}
        {{ return(statements | join('\nunion\n')) }}
    {%- elif not touch.wanted -%}
        {{ return(slices_of(touch.via, columns, named, touch.condition)) }}
    {%- endif -%}
    {%- set statements = [] -%}
    {%- for on in ([touch.on] if touch.on is string else touch.on) -%}
        {%- do statements.append(slices_of(
            '(' ~ rows_in(touch.via, on, touch.wanted, touch.key) ~ ' and ' ~ touch.condition ~ ')', columns, named
        )) -%}
    {%- endfor -%}
    {{ return(statements | join('\nunion\n')) }}
{%- endmacro %}

{% macro slices_of(relation, columns, named, condition='true') -%}
    {%- set chosen = [] -%}
    {%- for column in columns -%}
        {%- do chosen.append(named[loop.index0] ~ ' as ' ~ column) -%}
    {%- endfor -%}
    {{ return(
        'select ' ~ chosen | join(', ') ~ ' from ' ~ relation ~ ' where ' ~ condition
        ~ ' and ' ~ named | join(' is not null and ') ~ ' is not null'
    ) }}
{%- endmacro %}

{# Conditions of which one is true of a moment on a day that was in the window of one of both builds, this and the last, but
   not of the other. #}
{% macro newly_counted(moments) -%}
    {%- set bounds = run_query(
        'select min(as_of_date) + 1, max(as_of_date) + 1, min(history_start_date), max(history_start_date),'
        ~ " count(*) from " ~ changes_of('int_reporting_window')
    ).rows[0] -%}
    {%- if bounds[4] != 2 -%}
        {#- a window that came or went counts or drops everything -#}
        {{ return([bounds[4] ~ ' = 1']) }}
    {%- endif -%}
    {%- set conditions = [] -%}
    {%- for moment in moments -%}
        {#- no cast to a date: whether blocks of rows hold the moments is not known of that -#}
        {%- for first, end in [(bounds[0], bounds[1]), (bounds[2], bounds[3])] if first != end -%}
            {%- do conditions.append(moment ~ " >= date '" ~ first ~ "' and " ~ moment ~ " < date '" ~ end ~ "'") -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(conditions or ['false']) }}
{%- endmacro %}

{# The touched rows of a CTE that has the slice's columns. #}
{% macro touched_rows(slice, cte) -%}
    {{ return(
        cte if slice.touched is none
        else '(' ~ rows_in(cte, slice.columns, slice.touched, slice.columns) ~ ')'
    ) }}
{%- endmacro %}

{# Condition that the day `date` lies in the times of the touched rows of an upstream, which begin and end at `from_at` and
   `until_at`. An engine that is told dates leaves out what is not of them. #}
{% macro is_in_touched_time(slice, date, upstream, from_at, until_at) -%}
    {%- if slice.touched is none -%}
        {{ return('true') }}
    {%- endif -%}
    {%- set bounds = run_query(
        'select cast(min(' ~ from_at ~ ') as date), cast(max(' ~ until_at ~ ') as date) from ' ~ sliced(slice, upstream)
        ~ ' as touched'
    ).rows[0] -%}
    {{ return(
        date ~ " between date '" ~ bounds[0] ~ "' and date '" ~ bounds[1] ~ "'" if bounds[0] is not none else 'false'
    ) }}
{%- endmacro %}

{# Condition that a moment lies between the first and the last touched day, for the same reason. #}
{% macro is_on_touched_days(slice, day, moment) -%}
    {%- if slice.touched is none -%}
        {{ return('true') }}
    {%- endif -%}
    {%- set bounds = run_query('select min(' ~ day ~ '), max(' ~ day ~ ') + 1 from ' ~ slice.touched).rows[0] -%}
    {{ return(
        moment ~ " >= date '" ~ bounds[0] ~ "' and " ~ moment ~ " < date '" ~ bounds[1] ~ "'"
        if bounds[0] is not none else 'false'
    ) }}
{%- endmacro %}
