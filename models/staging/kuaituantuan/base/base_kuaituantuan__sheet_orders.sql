with sheet_rows as (
    select * from {{ ref('base_kuaituantuan__sheet_rows') }}
),

orders as (
    select * from {{ ref('base_kuaituantuan__orders') }}
),

-- 团 of the API whose title is no other's
activities as (
    select
        activity_title,
        max(activity_id) as activity_id
    from orders
    group by activity_title
    having count(distinct activity_id) = 1
),

-- the same 团, 跟团号 and amount: the same order
api_orders as (
    select
        activity_title,
        participate_no,
        paid_amount,
        max(order_id) as order_id
    from orders
    group by activity_title, participate_no, paid_amount
    having count(*) = 1
),

final as (
    select
        sheet_rows.*,
        coalesce(
            api_orders.order_id, sheet_rows.activity_title || '#' || sheet_rows.participate_no
        ) as order_id,
        coalesce(
            activities.activity_id, 'kuaituantuan:' || sheet_rows.activity_title
        ) as activity_id,
        api_orders.order_id is not null as is_known_by_api
    from sheet_rows
    left join activities on sheet_rows.activity_title = activities.activity_title
    left join api_orders
        on
            sheet_rows.activity_title = api_orders.activity_title
            and sheet_rows.participate_no = api_orders.participate_no
            and sheet_rows.paid_amount = api_orders.paid_amount
)

select * from final
