{# The rules of churn risk and what each asks of a row of `judged`, with `thresholds` beside it. Unknown is no. #}
{% macro churn_rule_conditions() -%}
    {{ return({
        'never_active':
            'judged.last_active_date is null and judged.days_in_group > thresholds.never_active_days',
        'silent_beyond_habit':
            'judged.days_since_active > judged.habit_days',
        'messages_halved':
            'judged.earlier_messages >= thresholds.messages_minimum '
            'and judged.recent_messages < thresholds.messages_share * judged.earlier_messages',
        'purchase_overdue':
            'judged.purchase_dates >= thresholds.purchase_dates '
            'and judged.days_since_purchase > thresholds.purchase_factor * judged.purchase_gap_days',
        'touches_ignored':
            'judged.touches >= thresholds.touches_minimum and judged.clicked_touches = 0',
        'complained':
            'judged.complaints > 0',
    }) }}
{%- endmacro %}

{# Which rules fire, as one text: 1 or 0 for each, in their order. #}
{% macro fired_churn_rules() -%}
    {%- set fires = [] -%}
    {%- for condition in churn_rule_conditions().values() -%}
        {%- do fires.append('case when ' ~ condition ~ " then '1' else '0' end") -%}
    {%- endfor -%}
    {{ return(fires | join(' || ')) }}
{%- endmacro %}

{# The thresholds that the seed churn_thresholds must hold. #}
{% macro churn_threshold_ids() -%}
    {{ return([
        'never_active_days', 'habit_floor_days', 'habit_default_days', 'habit_active_days',
        'messages_minimum', 'messages_recent_days', 'messages_earlier_days', 'messages_share',
        'purchase_dates', 'purchase_factor', 'touches_minimum', 'touches_days', 'complaint_days',
        'band_high', 'band_medium', 'settling_days', 'choosing_days',
    ]) }}
{%- endmacro %}

{# A select of one row: the thresholds as columns. #}
{% macro churn_thresholds(relation) -%}
    select
        {%- for threshold_id in churn_threshold_ids() %}
        max(case when threshold_id = '{{ threshold_id }}' then value end)
            as {{ threshold_id }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
{%- endmacro %}

{# The first of so many days that end on as_of_date; `days` is a sum of thresholds. #}
{% macro window_start(days) -%}
    {{ add_days('reporting_window.as_of_date', '1 - (thresholds.' ~ days ~ ')') }}
{%- endmacro %}
