with trade_lines as (
    select * from {{ ref('base_youzan__trade_lines') }}
),

packed_items as (
    select * from {{ ref('base_youzan__packed_items') }}
),

-- of an order that the API knows its lines count: they have amounts
items as (
    select
        order_id,
        line_number,
        product_id,
        quantity,
        line_amount,
        system,
        load_seq,
        line,
        landed_at
    from trade_lines
    union all
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
    where
        not exists (
            select 1 from trade_lines
            where packed_items.order_id = trade_lines.order_id
        )
),

final as (
    select
        order_id,
        line_number,
        product_id,
        quantity,
        cast(line_amount as decimal(18, 2)) as line_amount,
        cast(null as decimal(18, 2)) as unit_cost,
        system,
        load_seq,
        line,
        landed_at
    from items
)

select * from final
