with customer_values as (
    select * from {{ ref('fct_customer_value') }}
),

notes as (
    select * from {{ ref('clv_notes') }}
),

final as (
    select
        customer_values.member_id,
        customer_values.frequency,
        customer_values.recency_days,
        customer_values.age_days,
        {{ money('customer_values.monetary_value') }} as monetary_value,
        {{ money('customer_values.historic_value') }} as historic_value,
        customer_values.probability_alive,
        customer_values.expected_purchases_90d,
        {{ money('customer_values.expected_value_90d') }} as expected_value_90d,
        customer_values.prediction_note,
        notes.label_zh as prediction_note_zh
    from customer_values
    left join notes on customer_values.prediction_note = notes.prediction_note
)

select * from final
