with source as (
    select * from {{ source('raw', 'weixin_shop__order_lines') }}
),

last_lines as (
    {{ last_landed('source', ['order_id', 'line_number']) | indent(4) }}
),

final as (
    select
        order_id,
        cast(line_number as bigint) as line_number,
        'weixin:' || product_id as product_id,
        cast(quantity as bigint) as quantity,
        cast(line_amount as decimal(18, 2)) as line_amount,
        cast(null as decimal(18, 2)) as unit_cost,
        system,
        load_seq,
        line,
        landed_at
    from last_lines
)

select * from final
