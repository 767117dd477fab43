{%- do slice_by(['as_of_date']) -%}
with r1_events as (
    select cast(sent_at as date) as event_date
    from {{ ref('int_all_messages') }}

    union all

    select cast(occurred_at as date) as event_date
    from {{ ref('int_all_membership_events') }}

    union all

    select cast(paid_at as date) as event_date
    from {{ ref('int_all_orders') }}
    where order_status <> 'created'

    union all

    select cast(participated_at as date) as event_date
    from {{ ref('int_all_activity_participations') }}

    union all

    select cast(touched_at as date) as event_date
    from {{ ref('int_all_touches') }}
),

landed as (
    select
        min(event_date) as first_date,
        max(event_date) as last_date
    from r1_events
),

chosen as (
    select
        {% if var('history_start_date') %}
        cast('{{ var("history_start_date") }}' as date)
        {% else %}
        first_date
        {% endif %} as history_start_date,
        {% if var('as_of_date') %}
        cast('{{ var("as_of_date") }}' as date)
        {% else %}
        last_date
        {% endif %} as as_of_date
    from landed
    where first_date is not null
),

final as (
    select
        history_start_date,
        as_of_date,
        cast({{ add_days('as_of_date', 1) }} as timestamp) as counted_before
    from chosen
    where history_start_date <= as_of_date
)

select * from final
