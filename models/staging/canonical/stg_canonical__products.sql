with source as (
    select *
    from {{ source('raw', 'canonical__products') }}
),

final as (
    select
        product_id,
        product_name,
        category,
        product_role,
        cast(unit_cost as decimal(18, 2)) as unit_cost,
        cast(list_price as decimal(18, 2)) as list_price,
        cast(repurchase_cycle_days as bigint) as repurchase_cycle_days,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
