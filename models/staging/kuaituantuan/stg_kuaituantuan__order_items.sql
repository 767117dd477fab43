with order_lines as (
    select * from {{ ref('base_kuaituantuan__order_lines') }}
),

sheet_items as (
    select * from {{ ref('base_kuaituantuan__sheet_items') }}
),

final as (
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
    from order_lines
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
