with products as (
    select * from {{ ref('int_all_products') }}
),

final as (
    select
        product_id,
        {{ mask_phones('product_name') }} as product_name,
        {{ mask_phones('category') }} as category,
        product_role,
        unit_cost,
        list_price,
        repurchase_cycle_days
    from products
)

select * from final
