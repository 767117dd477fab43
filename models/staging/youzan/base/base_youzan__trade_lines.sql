with source as (
    select * from {{ source('raw', 'youzan__trade_lines') }}
),

last_landed as (
    {{ last_landed('source', ['order_id', 'line_id']) | indent(4) }}
),

final as (
    select
        order_id,
        row_number() over (partition by order_id order by line_id) as line_number,
        'youzan:' || item_id as product_id,
        trim(item_name) as product_name,
        cast(quantity as bigint) as quantity,
        cast(line_amount as decimal(18, 2)) as line_amount,
        cast(list_price as decimal(18, 2)) as list_price,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
