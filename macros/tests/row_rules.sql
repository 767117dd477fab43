{# What the rows of a model or seed keep to, in one look at the table, because every further test costs a start of its own.
   grain: columns that no two rows share; unique: further such keys, each a column or a list of columns (NULL equals NULL)
   not_null, not_negative, within_unit_interval: columns; accepted_values: values by column (NULL passes all but not_null)
   Where a build brings slices of a tested model up to date it looks at the rows that came: a key that is there twice is one of
   theirs.
   Returns one row per rule: rule, column_name (of a key its columns, parted by commas) and failing_rows, how many rows
   break it, of a key how many of its values are repeated; the test fails where their sum is not 0. #}
{% test row_rules(
    model, grain=[], unique=[], not_null=[], not_negative=[], within_unit_interval=[], accepted_values={}
) %}
{{ config(fail_calc='coalesce(sum(failing_rows), 0)') }}
{%- set tested = tested_by_slices() -%}
{%- set added = added_rows(tested.alias) if tested else none -%}
{%- set keys = [('grain', grain)] if grain else [] -%}
{%- for key in unique -%}
    {%- do keys.append(('unique', [key] if key is string else key)) -%}
{%- endfor -%}
{%- set faults = [] -%}
{%- for column in not_null -%}
    {%- do faults.append(('not_null', column, column ~ ' is null')) -%}
{%- endfor -%}
{%- for column in not_negative -%}
    {%- do faults.append(('not_negative', column, column ~ ' < 0')) -%}
{%- endfor -%}
{%- for column in within_unit_interval -%}
    {%- do faults.append(('within_unit_interval', column, column ~ ' not between 0 and 1')) -%}
{%- endfor -%}
{%- for column, values in accepted_values.items() -%}
    {%- set listed = [] -%}
    {%- for value in values -%}
        {%- do listed.append("'" ~ dbt.escape_single_quotes(value) ~ "'" if value is string else value | string) -%}
    {%- endfor -%}
    {%- do faults.append(('accepted_values', column, column ~ ' not in (' ~ listed | join(', ') ~ ')')) -%}
{%- endfor -%}
{%- for rule, columns in keys %}
{%- set nullable = columns | reject('in', not_null + tested.config.meta.slice) | list if tested else [] %}
select
    '{{ rule }}' as rule,
    '{{ columns | join(', ') }}' as column_name,
    count(*) as failing_rows
from (
    select 1 as occurrence
    {%- if added %}
    from (
        {{ rows_in(model, columns, added, columns) }}
        {#- NULL equals NULL, but to ask that of every row would read all of their keys -#}
        {%- for column in nullable %}
        union all
        select *
        from {{ model }}
        where {{ column }} is null{% for known in nullable[:loop.index0] %} and {{ known }} is not null{% endfor %}
        {%- endfor %}
    ) as keyed
    {%- else %}
    from {{ model }} as keyed
    {%- endif %}
    group by {{ columns | join(', ') }}
    having count(*) > 1
) as repeated
{{ 'union all' if not loop.last or faults }}
{%- endfor %}
{%- if faults %}
select
    rules.rule,
    rules.column_name,
    case rules.position
        {%- for fault in faults %}
        when {{ loop.index }} then counted.fault_{{ loop.index }}
        {%- endfor %}
    end as failing_rows
from (
    select
        {%- for _, _, condition in faults %}
        count(case when {{ condition }} then 1 end) as fault_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ added or model }} as judged
) as counted
cross join (
    values
    {%- for rule, column, _ in faults %}
    ({{ loop.index }}, '{{ rule }}', '{{ column }}'){{ ',' if not loop.last }}
    {%- endfor %}
) as rules (position, rule, column_name)
{%- endif %}
{% endtest %}

{# The model of a test, if this build brought it up to date by slices; none where all of its rows are to be tested: it was
   written whole, or what it held before had not passed its tests. #}
{% macro tested_by_slices() -%}
    {%- set tested = graph.nodes.get(model.attached_node) if execute else none -%}
    {%- if not tested or 'slice' not in tested.config.meta or not are_brought_up_to_date([tested.alias]) -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(tested) }}
{%- endmacro %}
