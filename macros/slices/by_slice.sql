{# Incremental strategy of models kept by slices: slices in which a row came, went or differs are deleted and written again.
   The differences are kept for the models downstream until the build ends. #}
{% macro get_incremental_by_slice_sql(arguments) -%}
    {%- set target_relation = arguments['target_relation'] -%}
    {%- set temp_relation = arguments['temp_relation'] -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set slice = config.get('meta')['slice'] -%}
    {%- set changes = changes_of(this.identifier) -%}
    {%- set touched = this.identifier ~ '__touched' -%}
    {%- set before = target_relation -%}
    {%- set after = temp_relation -%}
    {%- if are_changes_known([touched]) -%}
        {#- what was read whole gives rows of other slices, too, and not all of them -#}
        {%- set before = '(' ~ rows_in(target_relation, slice, changes_of(touched), slice) ~ ')' -%}
        {%- set after = '(' ~ rows_in(temp_relation, slice, changes_of(touched), slice) ~ ')' -%}
    {%- endif -%}
    {#- one transaction writes to one database file: the changes stand in another than the marts -#}
    {%- do adapter.commit() -%}
    {%- do run_query(
        'create or replace table ' ~ changes ~ ' as\n'
        ~ "select 'removed' as change, * from (" ~ rows_only_in(columns, before, after) ~ ') as removed\n'
        ~ "union all\nselect 'added' as change, * from (" ~ rows_only_in(columns, after, before) ~ ') as added'
    ) -%}
    {%- set keys = slice | join(', ') -%}
    delete from {{ target_relation }}
    where ({{ keys }}) in (select {{ keys }} from {{ changes }});

    insert into {{ target_relation }} ({{ columns }})
    select {{ columns }}
    from ({{ rows_in(temp_relation, slice, changes, slice) }}) as after_it
{%- endmacro %}

{% macro rows_only_in(columns, one, other) -%}
select {{ columns }} from {{ one }} as one
except all
select {{ columns }} from {{ other }} as other
{%- endmacro %}
