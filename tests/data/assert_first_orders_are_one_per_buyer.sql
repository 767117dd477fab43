-- R8, R9: every buyer has exactly one first paid order, and no order is paid for earlier.
select
    member_id,
    sum(case when is_first_paid_order then 1 else 0 end) as first_orders,
    min(paid_at) as earliest_paid_at,
    min(case when is_first_paid_order then paid_at end) as first_paid_at
from {{ tested_rows('fct_order', ['member_id']) }}
where is_paid_order and member_id is not null
group by member_id
having
    sum(case when is_first_paid_order then 1 else 0 end) <> 1
    or min(paid_at) <> min(case when is_first_paid_order then paid_at end)
