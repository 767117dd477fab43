{# Rows of `via`, by group, member and day, of which a changed span tells something else: those from its start on, or, where
   it had begun as it does now, from its end on. #}
{% macro changed_stretches_of_spans(via) -%}
    {%- set spans = ref('fct_membership_span') -%}
    {%- set pair = 'group_id, member_id' -%}
    {%- set stretches = 'select ' ~ pair ~ ", case when sum(case change when 'added' then 1 else -1 end) = 0"
        ~ ' then coalesce(min(end_date), start_date) else start_date end as first_date from '
        ~ changes_of('fct_membership_span') ~ ' group by ' ~ pair ~ ', span_number, start_date' -%}
    {{ return({
        'upstreams': ['fct_membership_span'],
        'columns': none,
        'via': relation_of(via),
        'wanted': '(select ' ~ pair ~ ', min(first_date) as first_date from (' ~ stretches ~ ') group by ' ~ pair ~ ')',
        'key': ['group_id', 'member_id'],
        'on': [['group_id', 'member_id']],
        'condition': 'source.date >= wanted.first_date',
    }) }}
{%- endmacro %}
