-- a customer has all predictions or a note that says why not
select member_id
from {{ ref('mart_clv') }}
where
    (expected_value_90d is null) <> (prediction_note is not null)
    or (probability_alive is null) <> (expected_purchases_90d is null)
    or (prediction_note is null) <> (prediction_note_zh is null)
