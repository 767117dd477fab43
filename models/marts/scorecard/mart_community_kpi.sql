{%- set slice = slice_by_scope_periods([
    changed('int_scope_groups'),
    changed('int_scope_membership'),
    changed('int_scope_activity'),
    changed('int_scope_concentration'),
    changed('int_scope_participation'),
    changed('int_scope_sales'),
    changed('int_scope_repurchase'),
]) -%}
with scope_periods as (
    select * from {{ sliced(slice, 'int_scope_periods') }}
),

scope_groups as (
    select * from {{ sliced(slice, 'int_scope_groups') }}
),

membership as (
    select * from {{ sliced(slice, 'int_scope_membership') }}
),

activity as (
    select * from {{ sliced(slice, 'int_scope_activity') }}
),

concentration as (
    select * from {{ sliced(slice, 'int_scope_concentration') }}
),

participation as (
    select * from {{ sliced(slice, 'int_scope_participation') }}
),

sales as (
    select * from {{ sliced(slice, 'int_scope_sales') }}
),

repurchase as (
    select * from {{ sliced(slice, 'int_scope_repurchase') }}
),

final as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.scope_type,
        scope_periods.scope_id,
        scope_periods.period_end,
        scope_periods.is_partial,
        scope_groups.groups,
        scope_groups.zombie_groups,
        membership.memberships_start,
        membership.joins,
        membership.leaves,
        membership.dissolved_exits,
        membership.memberships_end,
        membership.joins - membership.leaves as net_growth,
        membership.members_start,
        membership.members_present,
        membership.members_end,
        membership.joining_members,
        membership.leaving_members,
        {{ rate('membership.joining_members', 'membership.members_start') }} as new_member_rate,
        {{ rate('membership.leaving_members', 'membership.members_present') }} as leave_rate,
        1 - {{ rate('membership.leaving_members', 'membership.members_present') }} as stay_rate,
        {{ rate('membership.members_end', 'membership.members_ever') }} as in_group_rate,
        activity.messages,
        activity.staff_messages,
        {{ rate('activity.staff_messages', 'activity.messages + activity.staff_messages') }}
            as staff_message_share,
        activity.active_members,
        {{ rate('activity.active_members', 'membership.members_present') }} as active_rate,
        {{ rate('activity.active_member_days', 'activity.active_members') }} as active_days_average,
        {{ rate('activity.active_member_days', 'scope_periods.days') }}
            as average_daily_active_members,
        activity.interaction_rate,
        case
            when scope_periods.period_type <> 'day'
                then {{ rate(
                    'activity.active_member_days_28d / 28.0', 'activity.active_members_28d'
                ) }}
        end as stickiness_rate,
        {{ rate('activity.messages', 'membership.members_present') }} as messages_per_member,
        {{ rate('activity.messages', 'activity.active_members') }} as messages_per_active_member,
        concentration.message_gini,
        participation.participants,
        {{ rate('participation.participants', 'membership.members_present') }}
            as participation_rate,
        participation.page_views,
        participation.visitors,
        sales.orders,
        sales.buyers,
        sales.first_time_buyers,
        sales.gross_sales,
        sales.net_sales,
        {{ money('sales.gross_sales - sales.net_sales') }} as refund_amount,
        {{ money('sales.cost_of_goods') }} as cost_of_goods,
        {{ money('sales.net_sales_with_cost - sales.cost_of_goods') }} as gross_profit,
        {{ rate('sales.net_sales_with_cost - sales.cost_of_goods', 'sales.net_sales_with_cost') }}
            as gross_margin_rate,
        {{ rate('sales.net_sales_with_cost', 'sales.net_sales') }} as cost_coverage_rate,
        sales.attributed_net_sales,
        {{ rate('sales.buyers', 'membership.members_present') }} as member_conversion_rate,
        {{ rate('sales.orders', 'membership.members_present') }} as orders_per_member,
        {{ rate('sales.net_sales', 'sales.buyers') }} as sales_per_buyer,
        {{ rate('sales.net_sales', 'sales.orders') }} as average_order_value,
        {{ rate('sales.net_sales', 'membership.members_present') }} as sales_per_member,
        {{ rate('repurchase.window_repeat_buyers', 'repurchase.window_buyers') }} as repurchase_rate
    from scope_periods
    inner join scope_groups
        on
            {{ same_scope_period('scope_periods', 'scope_groups') | indent(8) }}
    inner join membership
        on
            {{ same_scope_period('scope_periods', 'membership') | indent(8) }}
    inner join activity
        on
            {{ same_scope_period('scope_periods', 'activity') | indent(8) }}
    left join concentration
        on
            {{ same_scope_period('scope_periods', 'concentration') | indent(8) }}
    inner join participation
        on
            {{ same_scope_period('scope_periods', 'participation') | indent(8) }}
    inner join sales
        on
            {{ same_scope_period('scope_periods', 'sales') | indent(8) }}
    left join repurchase
        on
            {{ same_scope_period('scope_periods', 'repurchase') | indent(8) }}
)

select * from final
