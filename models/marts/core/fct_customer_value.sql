with histories as (
    select * from {{ ref('int_purchase_histories') }}
),

predictions as (
    select * from {{ ref('int_customer_predictions') }}
),

fits as (
    select * from {{ ref('int_lifetime_value_fits') }}
),

-- the purchases come first: without them there is no value either
outcome as (
    select
        coalesce(
            max(case when model = 'bg_nbd' and status <> 'converged' then status end),
            max(case when model = 'gamma_gamma' and status <> 'converged' then status end)
        ) as prediction_note
    from fits
),

final as (
    select
        histories.member_id,
        histories.first_purchase_date,
        histories.last_purchase_date,
        cast(histories.frequency as bigint) as frequency,
        cast(histories.recency_days as bigint) as recency_days,
        cast(histories.age_days as bigint) as age_days,
        histories.monetary_value,
        cast(histories.historic_value as decimal(18, 2)) as historic_value,
        cast(predictions.probability_alive as double) as probability_alive,
        cast(predictions.expected_purchases_90d as double) as expected_purchases_90d,
        cast(predictions.expected_value_90d as double) as expected_value_90d,
        cast(outcome.prediction_note as varchar) as prediction_note
    from histories
    inner join predictions on histories.member_id = predictions.member_id
    cross join outcome
)

select * from final
