with source as (
    select * from {{ source('raw', 'weixin_shop__order_lines') }}
),

last_lines as (
    {{ last_landed('source', ['product_id']) | indent(4) }}
),

final as (
    select
        'weixin:' || product_id as product_id,
        item_name as product_name,
        cast(null as varchar) as category,
        cast(null as varchar) as product_role,
        cast(null as decimal(18, 2)) as unit_cost,
        cast(list_price as decimal(18, 2)) as list_price,
        cast(null as bigint) as repurchase_cycle_days,
        system,
        load_seq,
        line,
        landed_at
    from last_lines
)

select * from final
