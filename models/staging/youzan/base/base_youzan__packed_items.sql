with sheet_orders as (
    select * from {{ ref('base_youzan__sheet_orders') }}
    where item_names <> ''
),

trade_lines as (
    select * from {{ ref('base_youzan__trade_lines') }}
),

-- titles that lead to one item of the API
titles as (
    select
        product_name,
        max(product_id) as product_id
    from trade_lines
    group by product_name
    having count(distinct product_id) = 1
),

-- 名(规格)(N件);名(N件): what ends an item is its number of pieces, for names may hold semicolons
packed as (
    select
        *,
        {{ split_after('item_names', '([(（]\\d+件[)）])\\s*[;；]\\s*') }} as items
    from sheet_orders
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
        trim({{ list_element('items', 'line_number') }}) as item
    from numbered
),

named as (
    select
        *,
        count(*) over (partition by order_id) as line_count,
        {{ first_match('item', '[(（](\\d+)件[)）][;；]?$') }} as quantity,
        trim(coalesce({{ first_match('item', '^(.+?)[(（]\\d+件[)）][;；]?$') }}, item)) as full_name
    from parts
    where item <> ''
),

unspecified as (
    select
        *,
        trim(coalesce({{ first_match('full_name', '^(.+)[(（][^()（）]*[)）]$') }}, full_name))
            as short_name
    from named
),

final as (
    select
        unspecified.order_id,
        unspecified.line_number,
        coalesce(
            full_titles.product_id, short_titles.product_id, 'youzan:' || unspecified.short_name
        ) as product_id,
        coalesce(full_titles.product_name, unspecified.short_name) as product_name,
        cast(unspecified.quantity as bigint) as quantity,
        -- of several nobody says which cost what
        case
            when unspecified.line_count = 1
                then unspecified.goods_amount - coalesce(unspecified.discount_amount, 0)
        end as line_amount,
        unspecified.system,
        unspecified.load_seq,
        unspecified.line,
        unspecified.landed_at
    from unspecified
    left join titles as full_titles on unspecified.full_name = full_titles.product_name
    left join titles as short_titles on unspecified.short_name = short_titles.product_name
)

select * from final
