-- Every touch of a customer is in one batch, and nobody buys or leaves who was not reached.
with batches as (
    select
        coalesce(sum(targeted), 0) as targeted,
        coalesce(sum(delivered), 0) as delivered,
        coalesce(sum(clicked), 0) as clicked,
        coalesce(max(greatest(buyers_3d, leaves_24h) - members), 0) as unreached,
        coalesce(max(members - delivered), 0) as undelivered
    from {{ ref('mart_touch_effect') }}
),

touches as (
    select
        count(*) as targeted,
        count(*) filter (where is_delivered) as delivered,
        count(clicked_at) as clicked
    from {{ ref('fct_touch') }}
)

select batches.*
from batches
cross join touches
where
    batches.targeted <> touches.targeted
    or batches.delivered <> touches.delivered
    or batches.clicked <> touches.clicked
    or batches.unreached > 0
    or batches.undelivered > 0
