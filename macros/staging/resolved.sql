{# A member id resolved through identities, one step (R2); `identities` is joined on the raw id. #}
{% macro resolved(member_id, identities) -%}
    coalesce({{ identities }}.member_id, {{ member_id }})
{%- endmacro %}
