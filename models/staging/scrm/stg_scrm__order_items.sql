with linkwechat_orders as (
    {{ last_landed(source('raw', 'scrm__linkwechat_orders'), ['order_no']) | indent(4) }}
),

final as (
    select
        order_no as order_id,
        cast(1 as bigint) as line_number,
        'linkwechat:' || product_id as product_id,
        cast(product_num as bigint) as quantity,
        cast(total_fee as decimal(18, 2)) as line_amount,
        cast(null as decimal(18, 2)) as unit_cost,
        system,
        load_seq,
        line,
        landed_at
    from linkwechat_orders
    where product_id is not null and product_num is not null
)

select * from final
