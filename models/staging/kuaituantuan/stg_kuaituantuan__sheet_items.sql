with sheet_orders as (
    select * from {{ ref('stg_kuaituantuan__sheet_orders') }}
    where not is_known_by_api
),

supply_sheet as (
    select * from {{ source('raw', 'kuaituantuan__supply_sheet') }}
),

goods_names as (
    select * from {{ ref('stg_kuaituantuan__goods_names') }}
),

last_supplies as (
    {{ last_landed(
        'supply_sheet', ['activity_title', 'participate_no', 'item_name', 'specification']
    ) | indent(4) }}
),

supplied as (
    select
        sheet_orders.order_id,
        row_number() over (
            partition by sheet_orders.order_id
            order by last_supplies.item_name, last_supplies.specification
        ) as line_number,
        trim(last_supplies.item_name) as product_name,
        cast(last_supplies.quantity as bigint) as quantity,
        cast(last_supplies.unit_cost as decimal(18, 2)) as unit_cost,
        last_supplies.system,
        last_supplies.load_seq,
        last_supplies.line,
        last_supplies.landed_at
    from last_supplies
    inner join sheet_orders
        on
            last_supplies.activity_title = sheet_orders.activity_title
            and last_supplies.participate_no = sheet_orders.participate_no
),

-- several goods stand in one cell, a line or a semicolon between them
packed as (
    select
        sheet_orders.*,
        {{ split_after('trim(sheet_orders.item_names)', '()\\s*[;；\\n]\\s*') }} as items
    from sheet_orders
    left join supplied on sheet_orders.order_id = supplied.order_id
    where supplied.order_id is null and trim(sheet_orders.item_names) <> ''
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
        'kuaituantuan:' || coalesce(goods_names.goods_id, items.product_name) as product_id,
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
    left join goods_names on items.product_name = goods_names.item_name
)

select * from final
