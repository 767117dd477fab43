with trade_lines as (
    select * from {{ ref('base_youzan__trade_lines') }}
),

packed_items as (
    select * from {{ ref('base_youzan__packed_items') }}
),

-- the API's word on an item stands before a name that led to it
named as (
    select
        product_id,
        product_name,
        list_price,
        1 as rank_of_source,
        system,
        load_seq,
        line,
        landed_at
    from trade_lines
    union all
    select
        product_id,
        product_name,
        null as list_price,
        2 as rank_of_source,
        system,
        load_seq,
        line,
        landed_at
    from packed_items
),

ranked as (
    select
        *,
        row_number() over (
            partition by product_id
            order by rank_of_source, load_seq desc, line desc, product_name, list_price
        ) as name_rank
    from named
),

final as (
    select
        product_id,
        product_name,
        cast(null as varchar) as category,
        cast(null as varchar) as product_role,
        cast(null as decimal(18, 2)) as unit_cost,
        list_price,
        cast(null as bigint) as repurchase_cycle_days,
        system,
        load_seq,
        line,
        landed_at
    from ranked
    where name_rank = 1
)

select * from final
