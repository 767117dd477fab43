with source as (
    select * from {{ source('raw', 'kuaituantuan__order_lines') }}
),

last_landed as (
    {{ last_landed('source', ['order_id', 'line_id']) | indent(4) }}
),

final as (
    select
        order_id,
        row_number() over (partition by order_id order by line_id) as line_number,
        'kuaituantuan:' || goods_id as product_id,
        trim(item_name) as product_name,
        category,
        cast(quantity as bigint) as quantity,
        cast(list_price as decimal(18, 2)) as list_price,
        cast(goods_amount as decimal(18, 2)) as goods_amount,
        cast(coalesce(line_amount, goods_amount) as decimal(18, 2)) as line_amount,
        cast(coalesce(purchase_price, supply_price) as decimal(18, 2)) as unit_cost,
        cast(refunded_amount as decimal(18, 2)) as refunded_amount,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
