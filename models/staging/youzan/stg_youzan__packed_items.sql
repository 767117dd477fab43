with order_sheet as (
    select * from {{ source('raw', 'youzan__order_sheet') }}
),

trade_lines as (
    select * from {{ source('raw', 'youzan__trade_lines') }}
),

last_orders as (
    {{ last_landed('order_sheet', ['order_id']) | indent(4) }}
),

-- titles that lead to one item of the API
titles as (
    select
        trim(item_name) as item_name,
        max(item_id) as item_id
    from trade_lines
    group by trim(item_name)
    having count(distinct item_id) = 1
),

-- 名(规格)(N件);名(N件): what ends an item is its number of pieces, for names may hold semicolons
packed as (
    select
        *,
        {{ split_after('trim(item_names)', '([(（]\\d+件[)）])\\s*[;；]\\s*') }} as items
    from last_orders
    where trim(item_names) <> ''
),

numbered as (
    select
        *,
        {{ unnest_list(list_places('items')) }} as line_number
    from packed
),

parts as (
    select
        *,
        {{ list_element('items', 'line_number') }} as item
    from numbered
),

named as (
    select
        *,
        count(*) over (partition by order_id) as line_count,
        {{ first_match('item', '[(（](\\d+)件[)）]\\s*[;；]?$') }} as quantity,
        coalesce({{ first_match('item', '^(.+?)[(（]\\d+件[)）]\\s*[;；]?$') }}, item) as full_name
    from parts
    where item <> ''
),

unspecified as (
    select
        *,
        coalesce({{ first_match('full_name', '^(.+)[(（][^()（）]*[)）]$') }}, full_name) as short_name
    from named
),

final as (
    select
        unspecified.order_id,
        unspecified.line_number,
        'youzan:'
        || coalesce(full_titles.item_id, short_titles.item_id, trim(unspecified.short_name))
            as product_id,
        case
            when full_titles.item_id is not null then full_titles.item_name
            else trim(unspecified.short_name)
        end as product_name,
        cast(unspecified.quantity as bigint) as quantity,
        case
            when unspecified.line_count = 1
                then
                    cast(unspecified.goods_amount as decimal(18, 2))
                    - coalesce(cast(unspecified.discount_amount as decimal(18, 2)), 0)
        end as line_amount,
        unspecified.system,
        unspecified.load_seq,
        unspecified.line,
        unspecified.landed_at
    from unspecified
    left join titles as full_titles on trim(unspecified.full_name) = full_titles.item_name
    left join titles as short_titles on trim(unspecified.short_name) = short_titles.item_name
)

select * from final
