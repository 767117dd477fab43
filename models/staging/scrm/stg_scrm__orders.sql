with linkwechat_orders as (
    select
        *,
        -- WeCom's bill of it has this id
        coalesce(mch_no, order_no) as order_id
    from ({{ last_landed(source('raw', 'scrm__linkwechat_orders'), ['order_no']) }}) as orders
),

final as (
    select
        order_id,
        cast(null as varchar) as shop_id,
        external_userid as member_id,
        cast(pay_time as timestamp) as ordered_at,
        cast(pay_time as timestamp) as paid_at,
        'completed' as order_status,
        cast(null as decimal(18, 2)) as goods_amount,
        cast(null as decimal(18, 2)) as discount_amount,
        cast(null as decimal(18, 2)) as freight_amount,
        cast(total_fee as decimal(18, 2)) as paid_amount,
        cast(null as varchar) as group_id,
        cast(null as varchar) as channel_id,
        cast(null as varchar) as activity_id,
        cast(null as varchar) as live_id,
        cast(null as varchar) as sharer_id,
        we_user_id as staff_id,
        system,
        load_seq,
        line,
        landed_at
    from linkwechat_orders
)

select * from final
