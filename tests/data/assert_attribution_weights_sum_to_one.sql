-- R17: each model shares every paid order with a buyer out once.
select
    orders.order_id,
    sum(paths.linear_weight) as linear_weight
from {{ tested_rows('fct_order', ['order_id']) }} as orders
left join {{ ref('fct_attribution_path') }} as paths on orders.order_id = paths.order_id
where orders.is_paid_order and orders.member_id is not null
group by orders.order_id
having
    sum(paths.first_weight) is distinct from 1
    or sum(paths.last_weight) is distinct from 1
    or coalesce(abs(sum(paths.linear_weight) - 1), 1) > 1e-9
    or coalesce(abs(sum(paths.position_based_weight) - 1), 1) > 1e-9
    or coalesce(abs(sum(paths.time_decay_weight) - 1), 1) > 1e-9
