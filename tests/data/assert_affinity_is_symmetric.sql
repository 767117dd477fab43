-- A pair stands once; lift is the same from either side, and no share is below the support.
select
    product_a,
    product_b
from {{ ref('mart_product_affinity') }}
where
    product_a >= product_b
    or orders_with_both < {{ var('affinity_min_orders') }}
    or support > confidence_a_to_b
    or support > confidence_b_to_a
    or abs(lift * support - confidence_a_to_b * confidence_b_to_a) > 0.000000001
