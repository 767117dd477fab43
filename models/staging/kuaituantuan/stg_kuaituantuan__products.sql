with order_lines as (
    select * from {{ ref('base_kuaituantuan__order_lines') }}
),

supplies as (
    select * from {{ ref('base_kuaituantuan__supplies') }}
),

sheet_items as (
    select * from {{ ref('base_kuaituantuan__sheet_items') }}
),

goods_names as (
    select * from {{ ref('base_kuaituantuan__goods_names') }}
),

-- the API's word on goods stands before a name that led to them
named as (
    select
        product_id,
        product_name,
        category,
        list_price,
        unit_cost,
        1 as rank_of_source,
        system,
        load_seq,
        line,
        landed_at
    from order_lines
    union all
    select
        coalesce(
            goods_names.product_id, 'kuaituantuan:' || supplies.product_name
        ) as product_id,
        supplies.product_name,
        null as category,
        null as list_price,
        supplies.unit_cost,
        2 as rank_of_source,
        supplies.system,
        supplies.load_seq,
        supplies.line,
        supplies.landed_at
    from supplies
    left join goods_names on supplies.product_name = goods_names.product_name
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
