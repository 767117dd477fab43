with order_sheet as (
    select * from {{ source('raw', 'kuaituantuan__order_sheet') }}
),

orders as (
    select * from {{ source('raw', 'kuaituantuan__orders') }}
),

statuses as (
    select * from {{ ref('kuaituantuan_order_statuses') }}
),

last_sheet as (
    {{ last_landed('order_sheet', ['activity_title', 'participate_no']) | indent(4) }}
),

last_orders as (
    {{ last_landed('orders', ['order_id']) | indent(4) }}
),

-- 团 of the API whose title is no other's
activities as (
    select
        trim(activity_title) as activity_title,
        max(activity_id) as activity_id
    from last_orders
    group by trim(activity_title)
    having count(distinct activity_id) = 1
),

-- the same 团, 跟团号 and amount: the same order
api_orders as (
    select
        trim(activity_title) as activity_title,
        participate_no,
        paid_amount,
        max(order_id) as order_id
    from last_orders
    group by trim(activity_title), participate_no, paid_amount
    having count(*) = 1
),

final as (
    select
        last_sheet.activity_title,
        last_sheet.participate_no,
        coalesce(
            api_orders.order_id, last_sheet.activity_title || '#' || last_sheet.participate_no
        ) as order_id,
        'kuaituantuan:'
        || coalesce(activities.activity_id, last_sheet.activity_title) as activity_id,
        api_orders.order_id is not null as is_known_by_api,
        cast(last_sheet.paid_at as timestamp) as paid_at,
        last_sheet.item_names,
        cast(last_sheet.quantity as bigint) as quantity,
        cast(last_sheet.paid_amount as decimal(18, 2)) as paid_amount,
        cast(last_sheet.refunded_amount as decimal(18, 2)) as refunded_amount,
        coalesce(
            statuses.order_status,
            case when last_sheet.paid_at is not null then 'paid' else 'created' end
        ) as order_status,
        last_sheet.system,
        last_sheet.load_seq,
        last_sheet.line,
        last_sheet.landed_at
    from last_sheet
    left join statuses on last_sheet.order_status = statuses.kuaituantuan_status
    left join activities on last_sheet.activity_title = activities.activity_title
    left join api_orders
        on
            last_sheet.activity_title = api_orders.activity_title
            and last_sheet.participate_no = api_orders.participate_no
            and last_sheet.paid_amount = api_orders.paid_amount
)

select * from final
