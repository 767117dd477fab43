with source as (
    select *
    from {{ source('raw', 'canonical__order_items') }}
),

final as (
    select
        order_id,
        cast(line_number as bigint) as line_number,
        product_id,
        cast(quantity as bigint) as quantity,
        cast(line_amount as decimal(18, 2)) as line_amount,
        cast(unit_cost as decimal(18, 2)) as unit_cost,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
