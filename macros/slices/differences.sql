{# Models whose rows are sums: each row that came to an upstream adds what it counts for, each that went takes it away, and
   the rows that are there are changed by that much. A refresh costs its differences, whatever a sum reaches back to. #}

{# columns: the grain, known in every row; values: the other columns, whole numbers; a row of zeros is none;
   upstreams: what is counted. Returns what `differences`, `differences_joined` and `in_both_states` need. Where the
   differences of an upstream are not known, all is counted, and what differs is written. #}
{% macro add_up_by(columns, values, upstreams) -%}
    {%- do config(
        materialized='incremental',
        incremental_strategy='by_difference',
        on_schema_change='fail',
        meta={'slice': columns, 'values': values, 'upstreams': upstreams},
    ) -%}
    {%- for upstream in upstreams -%}
        {%- do ref(upstream) -%}
    {%- endfor -%}
    {{ return({'are_differences': is_by_slices() and are_changes_known(upstreams)}) }}
{%- endmacro %}

{# Incremental strategy of those models: the model gives the differences, which are added to the rows as they were. #}
{% macro get_incremental_by_difference_sql(arguments) -%}
    {%- set meta = config.get('meta') -%}
    {%- if not are_changes_known(meta['upstreams']) -%}
        {{ return(get_incremental_by_slice_sql(arguments)) }}
    {%- endif -%}
    {%- set sums, differ, are_left = [], [], [] -%}
    {%- for value in meta['values'] -%}
        {%- do sums.append('cast(sum(' ~ value ~ ') as bigint) as ' ~ value) -%}
        {%- do differ.append(value ~ ' <> 0') -%}
        {%- do are_left.append('sum(' ~ value ~ ') <> 0') -%}
    {%- endfor -%}
    {%- set keys = meta['slice'] | join(', ') -%}
    {%- set columns = keys ~ ', ' ~ meta['values'] | join(', ') -%}
    {%- set differences = '(select ' ~ columns ~ ' from ' ~ arguments['temp_relation'] ~ ' where ' ~ differ | join(' or ') ~ ')' -%}
    {%- set before = rows_in(numbered_rows(arguments['target_relation']), meta['slice'], differences, meta['slice']) -%}
    {{ return(written_by_row(
        arguments,
        "select 'removed' as change, " ~ columns ~ ', row_id from (' ~ before ~ ') as removed\n'
        ~ "union all\nselect 'added' as change, " ~ keys ~ ', ' ~ sums | join(', ') ~ ', null as row_id from (select '
        ~ columns ~ ' from (' ~ before ~ ') as before union all select * from ' ~ differences ~ ') as added group by '
        ~ keys ~ ' having ' ~ are_left | join(' or ')
    )) }}
{%- endmacro %}

{# Two upstreams that are joined by `keys` (columns of both), as pairs of relations with a `weight`: all joined rows are
   those of the pairs, each with the product of both weights. Of differences: what changed of the other with the one as it
   was, and what changed of the one with the other as it is.
   since: a date of the one and one of the other, if what happened more than a month before the first is joined in vain. #}
{% macro differences_joined(sums, one, other, keys, since=none) -%}
    {%- if not sums.are_differences -%}
        {{ return([(weighted(ref(one)), weighted(ref(other)))]) }}
    {%- endif -%}
    {%- set as_it_was = '(select *, 1 as weight from (' ~ rows_in(ref(one), keys, changes_of(other), keys)
        ~ ') as now union all by name select * from ' ~ differences_of(one, added=-1) ~ ')' -%}
    {%- set condition = 'true' -%}
    {%- if since -%}
        {%- set first_day = run_query('select min(' ~ since[0] ~ ') from ' ~ changes_of(one)).columns[0].values()[0] -%}
        {%- set condition = 'false' if first_day is none
            else since[1] ~ ' >= ' ~ add_days("date '" ~ first_day ~ "'", -31) -%}
    {%- endif -%}
    {%- set of_those = '(select * from ' ~ ref(other) ~ ' where ' ~ condition ~ ')' -%}
    {%- set as_it_is = weighted('(' ~ rows_in(of_those, keys, changes_of(one), keys) ~ ')') -%}
    {{ return([(as_it_was, differences_of(other)), (differences_of(one), as_it_is)]) }}
{%- endmacro %}

{# The rows of an upstream with a `weight`: what came and what went, or all of them. #}
{% macro differences(sums, upstream) -%}
    {{ return(differences_of(upstream) if sums.are_differences else weighted(ref(upstream))) }}
{%- endmacro %}

{% macro weighted(relation) -%}
    {{ return('(select *, 1 as weight from ' ~ relation ~ ' as now)') }}
{%- endmacro %}

{% macro differences_of(upstream, added=1) -%}
    {{ return(
        "(select * exclude (change), case change when 'added' then " ~ added ~ ' else ' ~ -added
        ~ ' end as weight from ' ~ changes_of(upstream) ~ ')'
    ) }}
{%- endmacro %}

{# Whose rows are counted wholly, as they are and as they were, because what one row counts for depends on others.
   columns: whose; touched_by: as of slice_by. #}
{% macro counted_anew(sums, columns, touched_by) -%}
    {%- set counted = changes_of(this.identifier ~ '__counted') -%}
    {%- set statements = [] -%}
    {%- for touch in touched_by -%}
        {%- if sums.are_differences -%}
            {%- do statements.append(touched_slices(columns, touch)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if statements -%}
        {%- do run_query('create or replace table ' ~ counted ~ ' as\n' ~ statements | join('\nunion\n')) -%}
    {%- endif -%}
    {%- do sums.update({'counted': counted, 'counted_by': columns}) -%}
{%- endmacro %}

{# Rows of an upstream of those who are counted anew, or all of a small one, as they are, with the weight 1, and as they were,
   with the weight -1; without differences as they are. The upstream has the columns of those counted. #}
{% macro in_both_states(sums, upstream, is_small=false) -%}
    {%- if not sums.are_differences -%}
        {{ return(weighted(ref(upstream))) }}
    {%- endif -%}
    {%- set states = [] -%}
    {%- for relation in [
        ref(upstream),
        '(select * exclude (change) from ' ~ changes_of(upstream) ~ " where change = 'added')",
        '(select * exclude (change) from ' ~ changes_of(upstream) ~ " where change = 'removed')",
    ] -%}
        {%- do states.append(
            'select * from ' ~ relation ~ ' as source' if is_small
            else rows_in(relation, sums.counted_by, sums.counted, sums.counted_by)
        ) -%}
    {%- endfor -%}
    {{ return(
        '(select *, 1 as weight from (' ~ states[0] ~ ') as now union all select *, -1 as weight from (' ~ states[0]
        ~ ' except all ' ~ states[1] ~ ' union all ' ~ states[2] ~ ') as before)'
    ) }}
{%- endmacro %}
