with order_lines as (
    select * from {{ ref('base_kuaituantuan__order_lines') }}
),

final as (
    select
        product_name,
        max(product_id) as product_id
    from order_lines
    where product_name is not null
    group by product_name
    having count(distinct product_id) = 1
)

select * from final
