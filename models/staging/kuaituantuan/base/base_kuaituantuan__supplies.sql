with source as (
    select * from {{ source('raw', 'kuaituantuan__supply_sheet') }}
),

last_landed as (
    {{ last_landed(
        'source', ['activity_title', 'participate_no', 'item_name', 'specification']
    ) | indent(4) }}
),

final as (
    select
        trim(activity_title) as activity_title,
        participate_no,
        trim(item_name) as product_name,
        specification,
        cast(quantity as bigint) as quantity,
        cast(unit_cost as decimal(18, 2)) as unit_cost,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
