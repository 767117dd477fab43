{# How far a target is met. Columns of `row`: direction, actual, target, low, high. Down with nothing counted is met in
   full; a band of no width, or one that is upside down, has no measure of the distance from it. #}
{% macro attainment(row) -%}
    case {{ row }}.direction
        when 'up' then {{ row }}.actual / nullif({{ row }}.target, 0)
        when 'down' then
            case
                when {{ row }}.actual = 0 and {{ row }}.target is not null then 1.2
                else {{ row }}.target / nullif({{ row }}.actual, 0)
            end
        when 'band' then
            case
                when {{ row }}.actual between {{ row }}.low and {{ row }}.high then 1
                when {{ row }}.low < {{ row }}.high then
                    1 - greatest({{ row }}.low - {{ row }}.actual, {{ row }}.actual - {{ row }}.high)
                    / ({{ row }}.high - {{ row }}.low)
            end
    end
{%- endmacro %}

{# 100 points for a target that is met, up to 120 for more where more is better. #}
{% macro attainment_score(row) -%}
    case
        when {{ row }}.attainment_rate is null then null
        when {{ row }}.direction = 'band' then 100 * greatest(0, least(1, {{ row }}.attainment_rate))
        else 100 * greatest(0, least(1.2, {{ row }}.attainment_rate))
    end
{%- endmacro %}

{# The weighted mean of the scores that a card has, and the weight of those that it has not. `card`: its key. #}
{% macro card_score(card) -%}
    {{ rate(
        'sum(case when score is not null then weight * score end) over (partition by ' ~ card | join(', ') ~ ')',
        'sum(case when score is not null then weight end) over (partition by ' ~ card | join(', ') ~ ')'
    ) }}
{%- endmacro %}

{% macro missing_weight(card) -%}
    coalesce(
        sum(case when score is null then weight end) over (partition by {{ card | join(', ') }}), 0
    )
{%- endmacro %}
