with order_lines as (
    select * from {{ source('raw', 'kuaituantuan__order_lines') }}
),

sheet_items as (
    select * from {{ ref('stg_kuaituantuan__sheet_items') }}
),

last_lines as (
    {{ last_landed('order_lines', ['order_id', 'line_id']) | indent(4) }}
),

final as (
    select
        order_id,
        row_number() over (partition by order_id order by line_id) as line_number,
        'kuaituantuan:' || goods_id as product_id,
        cast(quantity as bigint) as quantity,
        cast(coalesce(line_amount, goods_amount) as decimal(18, 2)) as line_amount,
        cast(coalesce(purchase_price, supply_price) as decimal(18, 2)) as unit_cost,
        system,
        load_seq,
        line,
        landed_at
    from last_lines
    union all
    select
        order_id,
        line_number,
        product_id,
        quantity,
        line_amount,
        unit_cost,
        system,
        load_seq,
        line,
        landed_at
    from sheet_items
)

select * from final
