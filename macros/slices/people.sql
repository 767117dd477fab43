{# Models of which the slice's last column is a person, from upstreams that name the person by any of the ids there are. #}

{# The rows of an upstream that name a person of a touched slice. columns: the slice's columns as the upstream calls them. #}
{% macro sliced_by_ids(slice, upstream, columns) -%}
    {%- set relation = ref(upstream) -%}
    {%- set identities = ref('int_identities') -%}
    {%- if slice.touched is none -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set others, person = slice.columns[:-1] | join(', '), slice.columns[-1] -%}
    {%- set wanted = '(select ' ~ others ~ ', ' ~ person ~ ' from ' ~ slice.touched ~ ' union select ' ~ others
        ~ ', id_value from ' ~ slice.touched ~ ' inner join ' ~ identities ~ ' using (' ~ person ~ '))' -%}
    {{ return('(' ~ rows_in(relation, columns, wanted, slice.columns) ~ ')') }}
{%- endmacro %}
