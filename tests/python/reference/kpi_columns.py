"""The numeric columns of mart_community_kpi, which are the metrics of mart_metric_value."""

COUNTS = (
    "groups zombie_groups memberships_start joins leaves dissolved_exits memberships_end net_growth"
    " members_start"
    " members_present members_end joining_members leaving_members messages staff_messages active_members"
    " participants"
    " page_views visitors orders buyers first_time_buyers"
)
RATES = (
    "new_member_rate leave_rate stay_rate in_group_rate staff_message_share active_rate active_days_average"
    " average_daily_active_members interaction_rate stickiness_rate messages_per_member"
    " messages_per_active_member"
    " message_gini participation_rate gross_margin_rate cost_coverage_rate member_conversion_rate"
    " orders_per_member"
    " sales_per_buyer average_order_value sales_per_member repurchase_rate"
)
MONEY = "gross_sales net_sales refund_amount cost_of_goods gross_profit attributed_net_sales"
METRICS = (*COUNTS.split(), *RATES.split(), *MONEY.split())
