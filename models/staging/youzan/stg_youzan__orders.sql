with trades as (
    select * from {{ ref('base_youzan__trades') }}
),

sheet_orders as (
    select * from {{ ref('base_youzan__sheet_orders') }}
),

phone_accounts as (
    select * from {{ ref('base_youzan__phone_accounts') }}
),

statuses as (
    select * from {{ ref('youzan_order_statuses') }}
),

-- both ways in; the API alone names the buyer by its id, the export alone the shop
stated as (
    select
        order_id,
        null as shop_id,
        buyer_account_id,
        phone_key,
        ordered_at,
        paid_at,
        completed_at,
        order_status,
        goods_amount,
        case
            when goods_amount + freight_amount < paid_amount then 0
            else goods_amount + freight_amount - paid_amount
        end as discount_amount,
        freight_amount,
        paid_amount,
        system,
        load_seq,
        line,
        landed_at
    from trades
    union all
    select
        order_id,
        shop_name as shop_id,
        null as buyer_account_id,
        phone_key,
        ordered_at,
        paid_at,
        completed_at,
        order_status,
        goods_amount,
        discount_amount,
        freight_amount,
        paid_amount,
        system,
        load_seq,
        line,
        landed_at
    from sheet_orders
),

last_stated as (
    {{ last_landed('stated', ['order_id']) | indent(4) }}
),

known as (
    select
        order_id,
        max(shop_id) as shop_id,
        max(buyer_account_id) as buyer_account_id,
        max(phone_key) as phone_key
    from stated
    group by order_id
),

final as (
    select
        last_stated.order_id,
        known.shop_id,
        coalesce(known.buyer_account_id, phone_accounts.account_id) as member_id,
        last_stated.ordered_at,
        last_stated.paid_at,
        -- a word that the seed does not know: what the times say
        coalesce(
            statuses.order_status,
            case
                when last_stated.completed_at is not null then 'completed'
                when last_stated.paid_at is not null then 'paid'
                else 'created'
            end
        ) as order_status,
        last_stated.goods_amount,
        cast(last_stated.discount_amount as decimal(18, 2)) as discount_amount,
        last_stated.freight_amount,
        -- the API tells what is to be paid
        cast(
            case when last_stated.paid_at is null then 0 else last_stated.paid_amount end
            as decimal(18, 2)
        ) as paid_amount,
        cast(null as varchar) as group_id,
        cast(null as varchar) as channel_id,
        cast(null as varchar) as activity_id,
        cast(null as varchar) as live_id,
        cast(null as varchar) as sharer_id,
        cast(null as varchar) as staff_id,
        last_stated.system,
        last_stated.load_seq,
        last_stated.line,
        last_stated.landed_at
    from last_stated
    inner join known on last_stated.order_id = known.order_id
    left join statuses on last_stated.order_status = statuses.youzan_status
    left join phone_accounts on known.phone_key = phone_accounts.phone_key
)

select * from final
