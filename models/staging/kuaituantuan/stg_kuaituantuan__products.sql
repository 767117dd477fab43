with order_lines as (
    select * from {{ source('raw', 'kuaituantuan__order_lines') }}
),

supply_sheet as (
    select * from {{ source('raw', 'kuaituantuan__supply_sheet') }}
),

sheet_items as (
    select * from {{ ref('stg_kuaituantuan__sheet_items') }}
),

goods_names as (
    select * from {{ ref('stg_kuaituantuan__goods_names') }}
),

supplies as (
    select
        supply_sheet.*,
        'kuaituantuan:'
        || coalesce(goods_names.goods_id, trim(supply_sheet.item_name)) as product_id
    from supply_sheet
    left join goods_names on trim(supply_sheet.item_name) = goods_names.item_name
),

-- the API's word on goods stands before a name that led to them
named as (
    select
        'kuaituantuan:' || goods_id as product_id,
        item_name as product_name,
        category,
        cast(list_price as decimal(18, 2)) as list_price,
        cast(coalesce(purchase_price, supply_price) as decimal(18, 2)) as unit_cost,
        1 as rank_of_source,
        system,
        load_seq,
        line,
        landed_at
    from order_lines
    union all
    select
        product_id,
        trim(item_name) as product_name,
        null as category,
        null as list_price,
        cast(unit_cost as decimal(18, 2)) as unit_cost,
        2 as rank_of_source,
        system,
        load_seq,
        line,
        landed_at
    from supplies
    union all
    select
        product_id,
        product_name,
        null as category,
        null as list_price,
        null as unit_cost,
        3 as rank_of_source,
        system,
        load_seq,
        line,
        landed_at
    from sheet_items
),

ranked as (
    select
        *,
        row_number() over (
            partition by product_id
            order by rank_of_source, load_seq desc, line desc, product_name, list_price
        ) as name_rank,
        row_number() over (
            partition by product_id
            order by
                case when unit_cost is null then 1 else 0 end,
                rank_of_source,
                load_seq desc,
                line desc,
                unit_cost
        ) as cost_rank
    from named
),

costs as (
    select
        product_id,
        unit_cost
    from ranked
    where cost_rank = 1
),

final as (
    select
        ranked.product_id,
        ranked.product_name,
        ranked.category,
        cast(null as varchar) as product_role,
        costs.unit_cost,
        ranked.list_price,
        cast(null as bigint) as repurchase_cycle_days,
        ranked.system,
        ranked.load_seq,
        ranked.line,
        ranked.landed_at
    from ranked
    inner join costs on ranked.product_id = costs.product_id
    where ranked.name_rank = 1
)

select * from final
