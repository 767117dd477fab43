{# Models of which the slice's last column is a person, from upstreams that name the person by any of the ids there are. #}

{# The rows of an upstream that name a person of a touched slice. columns: the slice's columns as the upstream calls them. #}
{% macro sliced_by_ids(slice, upstream, columns) -%}
    {%- set relation = ref(upstream) -%}
    {%- set identities = ref('int_identities') -%}
    {%- if slice.touched is none -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set person = slice.columns[-1] -%}
    {%- set by_id = (slice.columns[:-1] + ['id_value']) | join(', ') -%}
    {%- set wanted = '(select ' ~ slice.columns | join(', ') ~ ' from ' ~ slice.touched ~ ' union select ' ~ by_id
        ~ ' from ' ~ slice.touched ~ ' inner join ' ~ identities ~ ' using (' ~ person ~ '))' -%}
    {{ return('(' ~ rows_in(relation, columns, wanted, slice.columns) ~ ')') }}
{%- endmacro %}

{# Slices of the rows of `via` that name, in one of the columns `on`, by any id the member of a changed row of `upstream`. #}
{% macro changed_ids_of(upstream, via, on, columns=none) -%}
    {%- set identities = ref('int_identities') -%}
    {%- set members = 'select member_id from ' ~ changes_of(upstream) -%}
    {{ return({
        'upstreams': [upstream],
        'columns': columns,
        'via': relation_of(via),
        'wanted': '(' ~ members ~ ' union select id_value from ' ~ identities ~ ' where member_id in (' ~ members ~ '))',
        'key': 'member_id',
        'on': on,
        'condition': 'true',
    }) }}
{%- endmacro %}
