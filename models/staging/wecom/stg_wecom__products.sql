with source as (
    select *
    from {{ source('raw', 'wecom__bill_commodities') }}
),

-- a description is all that a bill says of its goods
last_landed as (
    {{ last_landed('source', ['description']) | indent(4) }}
),

final as (
    select
        'wecom:' || description as product_id,
        description as product_name,
        cast(null as varchar) as category,
        cast(null as varchar) as product_role,
        cast(null as decimal(18, 2)) as unit_cost,
        cast(null as decimal(18, 2)) as list_price,
        cast(null as bigint) as repurchase_cycle_days,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
