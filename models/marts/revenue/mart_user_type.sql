with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

members as (
    select * from {{ ref('dim_member') }}
    where is_customer and first_joined_at is not null
),

orders as (
    select * from {{ ref('fct_order') }}
    where is_paid_order and member_id is not null
),

purchase_days as (
    select * from {{ ref('int_purchase_days') }}
),

active_days as (
    select * from {{ ref('int_active_days') }}
    where scope_type = 'all'
),

user_type_rules as (
    select * from {{ ref('user_type_rules') }}
),

message_roles as (
    select * from {{ ref('message_roles') }}
),

deep_discounts as (
    select max(deep_discount_rate) as deep_discount_rate
    from user_type_rules
),

-- purchases of one day count as one (R11)
purchases as (
    select
        purchase_days.member_id,
        sum(purchase_days.orders) as orders,
        count(*) as purchase_dates
    from purchase_days
    cross join reporting_window
    where
        purchase_days.paid_date
        > {{ add_days('reporting_window.as_of_date', '-' ~ var('rfm_window_days')) }}
    group by purchase_days.member_id
),

deep_discount_purchases as (
    select
        orders.member_id,
        count(*) as deep_discount_orders
    from orders
    cross join reporting_window
    cross join deep_discounts
    where
        orders.paid_date
        > {{ add_days('reporting_window.as_of_date', '-' ~ var('rfm_window_days')) }}
        and orders.goods_amount > 0
        and orders.discount_amount >= orders.goods_amount * deep_discounts.deep_discount_rate
    group by orders.member_id
),

recent_messages as (
    select
        active_days.member_id,
        sum(active_days.messages) as messages
    from active_days
    cross join reporting_window
    where
        active_days.active_date
        > {{ add_days('reporting_window.as_of_date', '-' ~ var('message_role_window_days')) }}
    group by active_days.member_id
),

measured as (
    select
        members.member_id,
        coalesce(purchases.orders, 0) as orders,
        coalesce(purchases.purchase_dates, 0) as purchase_dates,
        coalesce(deep_discount_purchases.deep_discount_orders, 0) as deep_discount_orders,
        coalesce(recent_messages.messages, 0) as recent_messages,
        rank() over (order by coalesce(recent_messages.messages, 0) desc) as message_rank,
        count(*) over () as member_count
    from members
    left join purchases on members.member_id = purchases.member_id
    left join deep_discount_purchases on members.member_id = deep_discount_purchases.member_id
    left join recent_messages on members.member_id = recent_messages.member_id
),

-- Rules look at what many members have alike, so that each is asked once of all of them.
purchase_habits as (
    select distinct
        orders,
        purchase_dates,
        deep_discount_orders
    from measured
),

fired_rules as (
    select
        purchase_habits.orders,
        purchase_habits.purchase_dates,
        purchase_habits.deep_discount_orders,
        min(user_type_rules.sort_order) as sort_order
    from purchase_habits
    cross join user_type_rules
    where
        purchase_habits.orders >= user_type_rules.min_orders
        and purchase_habits.purchase_dates >= user_type_rules.min_purchase_dates
        and purchase_habits.deep_discount_orders
        >= purchase_habits.orders * user_type_rules.min_deep_discount_share
    group by
        purchase_habits.orders,
        purchase_habits.purchase_dates,
        purchase_habits.deep_discount_orders
),

message_habits as (
    select distinct
        recent_messages,
        message_rank,
        member_count
    from measured
),

fitting_roles as (
    select
        message_habits.recent_messages,
        min(message_roles.sort_order) as sort_order
    from message_habits
    cross join message_roles
    where
        message_habits.recent_messages >= message_roles.min_messages
        and message_habits.message_rank
        <= ceil(message_habits.member_count * message_roles.top_share)
    group by message_habits.recent_messages
),

final as (
    select
        measured.member_id,
        user_type_rules.user_type,
        user_type_rules.user_type_zh,
        user_type_rules.reason,
        user_type_rules.label_zh as reason_zh,
        message_roles.message_role,
        message_roles.label_zh as message_role_zh,
        cast(measured.orders as bigint) as orders,
        cast(measured.purchase_dates as bigint) as purchase_dates,
        cast(measured.deep_discount_orders as bigint) as deep_discount_orders,
        cast(measured.recent_messages as bigint) as recent_messages
    from measured
    left join fired_rules
        on
            measured.orders = fired_rules.orders
            and measured.purchase_dates = fired_rules.purchase_dates
            and measured.deep_discount_orders = fired_rules.deep_discount_orders
    left join user_type_rules on fired_rules.sort_order = user_type_rules.sort_order
    left join fitting_roles on measured.recent_messages = fitting_roles.recent_messages
    left join message_roles on fitting_roles.sort_order = message_roles.sort_order
)

select * from final
