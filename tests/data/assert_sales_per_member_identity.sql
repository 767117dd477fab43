-- R14: sales_per_member = member_conversion_rate × sales_per_buyer, and what surrounds it.
select
    period_type,
    period_start,
    scope_type,
    scope_id
from {{ ref('mart_community_kpi') }}
where
    abs(sales_per_member - member_conversion_rate * sales_per_buyer)
    > 1e-9 * (1 + abs(sales_per_member))
    or (sales_per_member is null and members_present > 0)
    or gross_sales - net_sales <> refund_amount
    or first_time_buyers > buyers
    or buyers > orders
    or active_members > messages
