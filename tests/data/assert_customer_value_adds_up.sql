-- what customers were worth so far is what was sold to customers
with sold as (
    select coalesce(sum(net_sales), 0) as net_sales
    from {{ ref('fct_order') }}
    where is_paid_order and member_id is not null
),

worth as (
    select coalesce(sum(historic_value), 0) as net_sales
    from {{ ref('mart_clv') }}
)

select
    sold.net_sales as sold,
    worth.net_sales as worth
from sold
inner join worth on sold.net_sales <> worth.net_sales
