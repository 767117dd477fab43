{# Models with a row per period and scope: what changes on a day of a scope touches the periods that hold the day.
   condition: of the periods and scopes that the model has, if not all. #}

{% macro slice_by_scope_periods(touched_by, condition='true') -%}
    {{ return(slice_by(
        ['period_type', 'period_start', 'scope_type', 'scope_id'],
        touched_by=[changed('int_scope_periods', condition=condition)] + touched_by,
    )) }}
{%- endmacro %}

{# days: a model with a row per scope and day, or several; by: its columns that count, if others change without that;
   condition: of its rows (one) and periods (other), if not all. #}
{% macro changed_in_periods(days, date='date', by=none, condition='true') -%}
    {{ return(changed_together(
        days,
        'bridge_date_period',
        on='one.' ~ date ~ ' = other.date',
        columns=['other.period_type', 'other.period_start', 'one.scope_type', 'one.scope_id'],
        condition="other.period_type <> 'all' and " ~ condition,
        by=by,
    )) }}
{%- endmacro %}

{# The periods that are compared with a changed one of mart_community_kpi. earlier: the column that says with which. #}
{% macro changed_before(earlier) -%}
    {{ return(changed_together(
        'mart_community_kpi',
        'dim_period',
        on='one.period_type = other.period_type and one.period_start = other.' ~ earlier,
        columns=['other.period_type', 'other.period_start', 'one.scope_type', 'one.scope_id'],
    )) }}
{%- endmacro %}
