with trade_lines as (
    select * from {{ source('raw', 'youzan__trade_lines') }}
),

packed_items as (
    select * from {{ ref('stg_youzan__packed_items') }}
),

last_lines as (
    {{ last_landed('trade_lines', ['order_id', 'line_id']) | indent(4) }}
),

api_items as (
    select
        order_id,
        row_number() over (partition by order_id order by line_id) as line_number,
        'youzan:' || item_id as product_id,
        cast(quantity as bigint) as quantity,
        cast(line_amount as decimal(18, 2)) as line_amount,
        system,
        load_seq,
        line,
        landed_at
    from last_lines
),

-- of an order that the API knows its lines count: they have amounts
sheet_items as (
    select
        packed_items.order_id,
        packed_items.line_number,
        packed_items.product_id,
        packed_items.quantity,
        packed_items.line_amount,
        packed_items.system,
        packed_items.load_seq,
        packed_items.line,
        packed_items.landed_at
    from packed_items
    left join api_items on packed_items.order_id = api_items.order_id
    where api_items.order_id is null
),

items as (
    select * from api_items
    union all
    select * from sheet_items
),

final as (
    select
        order_id,
        line_number,
        product_id,
        quantity,
        line_amount,
        cast(null as decimal(18, 2)) as unit_cost,
        system,
        load_seq,
        line,
        landed_at
    from items
)

select * from final
