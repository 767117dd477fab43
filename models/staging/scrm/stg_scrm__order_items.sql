with linkwechat_orders as (
    select
        *,
        -- WeCom's bill of it has this id
        coalesce(mch_no, order_no) as order_id
    from ({{ last_landed(source('raw', 'scrm__linkwechat_orders'), ['order_no']) }}) as orders
),

final as (
    select
        order_id,
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
