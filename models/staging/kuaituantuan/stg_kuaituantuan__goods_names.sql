with order_lines as (
    select * from {{ source('raw', 'kuaituantuan__order_lines') }}
),

-- names that lead to one piece of goods of the API
final as (
    select
        trim(item_name) as item_name,
        max(goods_id) as goods_id
    from order_lines
    where item_name is not null
    group by trim(item_name)
    having count(distinct goods_id) = 1
)

select * from final
