with sheet_orders as (
    select * from {{ ref('base_kuaituantuan__sheet_orders') }}
    where not is_known_by_api
),

supplies as (
    select * from {{ ref('base_kuaituantuan__supplies') }}
),

goods_names as (
    select * from {{ ref('base_kuaituantuan__goods_names') }}
),

supplied as (
    select
        sheet_orders.order_id,
        row_number() over (
            partition by sheet_orders.order_id
            order by supplies.product_name, supplies.specification
        ) as line_number,
        supplies.product_name,
        supplies.quantity,
        supplies.unit_cost,
        supplies.system,
        supplies.load_seq,
        supplies.line,
        supplies.landed_at
    from supplies
    inner join sheet_orders
        on
            supplies.activity_title = sheet_orders.activity_title
            and supplies.participate_no = sheet_orders.participate_no
),

-- several goods stand in one cell, a line or a semicolon between them
packed as (
    select
        sheet_orders.*,
        {{ split_after('sheet_orders.item_names', '()\\s*[;；\\n]\\s*') }} as items
    from sheet_orders
    left join supplied on sheet_orders.order_id = supplied.order_id
    where supplied.order_id is null and sheet_orders.item_names <> ''
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

counted as (
    select
        *,
        count(*) over (partition by order_id) as line_count,
        coalesce(
            {{ first_match('item', '[xX×*]\\s*(\\d+)$') }},
            {{ first_match('item', '[(（](\\d+)件[)）]$') }}
        ) as stated_quantity,
        coalesce(
            {{ first_match('item', '^(.+?)\\s*[xX×*]\\s*\\d+$') }},
            {{ first_match('item', '^(.+?)\\s*[(（]\\d+件[)）]$') }},
            item
        ) as product_name
    from parts
    where item <> ''
),

items as (
    select
        order_id,
        line_number,
        product_name,
        quantity,
        unit_cost,
        system,
        load_seq,
        line,
        landed_at
    from supplied
    union all
    select
        order_id,
        line_number,
        product_name,
        coalesce(
            cast(stated_quantity as bigint), case when line_count = 1 then quantity end
        ) as quantity,
        null as unit_cost,
        system,
        load_seq,
        line,
        landed_at
    from counted
),

final as (
    select
        items.order_id,
        items.line_number,
        coalesce(goods_names.product_id, 'kuaituantuan:' || items.product_name) as product_id,
        items.product_name,
        items.quantity,
        -- of several goods nobody says which costs what
        case
            when count(*) over (partition by items.order_id) = 1 then sheet_orders.paid_amount
        end as line_amount,
        cast(items.unit_cost as decimal(18, 2)) as unit_cost,
        items.system,
        items.load_seq,
        items.line,
        items.landed_at
    from items
    inner join sheet_orders on items.order_id = sheet_orders.order_id
    left join goods_names on items.product_name = goods_names.product_name
)

select * from final
