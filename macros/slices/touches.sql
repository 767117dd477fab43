{# Touches of models by slices whose keys stand in no upstream by itself. #}

{# Slices of the rows that two upstreams make together, `one` and `other` (or three, with `third`): those of a changed row of
   one with the others' rows, as they are and as they were. columns: the slice's, as expressions over one, other, third.
   by: columns of `one`, if of its changed rows only those matter that are now more or fewer with the same values there. #}
{% macro changed_together(one, other, on, columns, condition='true', third=none, by=none) -%}
    {%- set upstreams = [one, other, third] | select | list -%}
    {%- set statements = [] -%}
    {%- for changing in upstreams -%}
        {%- set relations = [] -%}
        {%- for upstream in upstreams -%}
            {%- do relations.append(
                now_and_before(upstream) if upstream != changing
                else rows_with_other_sums(upstream, by, ['1']) if by and upstream == one
                else changes_of(upstream)
            ) -%}
        {%- endfor -%}
        {%- do statements.append(slices_together(columns, relations, on, condition)) -%}
    {%- endfor -%}
    {{ return({'upstreams': upstreams, 'statement': statements | join('\nunion\n')}) }}
{%- endmacro %}

{# Slices with rows of which the sum of one of `values` is another one than before, taken by the columns `by`.
   columns: the slice's, as expressions over one (a row of those columns) and, if it needs them, over the rows that
   another upstream has beside it. #}
{% macro changed_sums(upstream, by, values, columns=none, other=none, on='true', condition='true') -%}
    {%- set relation = ref(upstream) -%}
    {%- set summed = rows_with_other_sums(upstream, by, values) -%}
    {%- set relations = [summed, now_and_before(other)] if other else [summed] -%}
    {{ return({
        'upstreams': [upstream, other] | select | list,
        'statement': slices_together(columns, relations, on, condition) if columns else 'select * from ' ~ summed,
    }) }}
{%- endmacro %}

{% macro rows_with_other_sums(upstream, by, values) -%}
    {%- set differences = [] -%}
    {%- for value in values -%}
        {%- do differences.append("sum(case change when 'added' then 1 else -1 end * (" ~ value ~ ')) <> 0') -%}
    {%- endfor -%}
    {%- set keys = by | join(', ') -%}
    {{ return(
        '(select ' ~ keys ~ ' from ' ~ changes_of(upstream) ~ ' group by ' ~ keys ~ ' having ' ~ differences | join(' or ')
        ~ ')'
    ) }}
{%- endmacro %}

{% macro slices_together(columns, relations, on, condition) -%}
    {%- set joined = [] -%}
    {%- for relation in relations -%}
        {%- do joined.append(relation ~ ' as ' ~ ['one', 'other', 'third'][loop.index0]) -%}
    {%- endfor -%}
    {{ return(
        'select distinct ' ~ columns | join(', ') ~ ' from ' ~ joined | join(' cross join ') ~ ' where ' ~ on
        ~ ' and ' ~ condition ~ ' and ' ~ columns | join(' is not null and ') ~ ' is not null'
    ) }}
{%- endmacro %}

{% macro now_and_before(upstream) -%}
    {{ return(
        '(select * from ' ~ ref(upstream) ~ ' union all select * exclude (change) from ' ~ changes_of(upstream) ~ ')'
    ) }}
{%- endmacro %}

{# Condition of a changed row: the model as it was has no row of the same `keys` that says, by `condition` over before, that
   the change is none here. #}
{% macro unless_before(upstream, keys, condition) -%}
    {%- set same = [] -%}
    {%- for key in keys -%}
        {%- do same.append('before.' ~ key ~ ' = ' ~ upstream ~ '.' ~ key ~ ' and ') -%}
    {%- endfor -%}
    {{ return('not exists (select 1 from ' ~ this ~ ' as before where ' ~ same | join ~ condition ~ ')') }}
{%- endmacro %}

{# Slices of the changed rows of int_messages, which is a view. columns: as int_all_messages calls them. #}
{% macro changed_messages(columns) -%}
    {{ return([
        changed('int_all_messages', columns),
        changed_people('int_all_messages', ['sender_id', 'receiver_id'], columns),
        counted_since('int_all_messages', ['sent_at', 'recalled_at'], columns),
    ]) }}
{%- endmacro %}
