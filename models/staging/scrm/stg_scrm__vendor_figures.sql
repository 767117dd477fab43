{%- set staff_figures = [
    'new_apply_cnt', 'new_contact_cnt', 'chat_cnt', 'message_cnt', 'reply_percentage',
    'avg_reply_time', 'negative_feedback_cnt',
] -%}
{#- relation: the figures it has, under the names of WeCom, whose meaning they share -#}
{%- set statistics = {
    'linkwechat_staff': staff_figures,
    'mochat_staff': staff_figures,
    'openscrm_staff': ['new_contact_cnt'],
    'chat_report': ['chat_cnt', 'message_cnt', 'reply_percentage', 'avg_reply_time'],
    'member_report': ['new_member_cnt', 'member_total'],
    'customer_report': ['new_contact_cnt', 'new_apply_cnt'],
    'mochat_all': ['new_contact_cnt', 'new_member_cnt'],
} -%}
with employees as (
    {{ last_landed(source('raw', 'scrm__mochat_employees'), ['employee_id']) | indent(4) }}
),

linkwechat_staff as (
    select
        *,
        'staff' as scope_type,
        user_id as scope_id
    from {{ source('raw', 'scrm__linkwechat_staff_days') }}
),

mochat_staff as (
    select
        figures.*,
        'staff' as scope_type,
        coalesce(employees.wx_user_id, 'mochat:' || figures.employee_id) as scope_id
    from {{ source('raw', 'scrm__mochat_staff_days') }} as figures
    left join employees on figures.employee_id = employees.employee_id
),

openscrm_staff as (
    select
        *,
        'staff' as scope_type,
        ext_staff_id as scope_id,
        increase_customer_num as new_contact_cnt
    from {{ source('raw', 'scrm__openscrm_staff_days') }}
),

chat_report as (
    select
        *,
        'all' as scope_type,
        'all' as scope_id,
        chats as chat_cnt,
        messages as message_cnt,
        reply_share as reply_percentage,
        first_reply as avg_reply_time
    from {{ source('raw', 'scrm__linkwechat_chat_report') }}
),

member_report as (
    select
        *,
        'all' as scope_type,
        'all' as scope_id,
        joins as new_member_cnt
    from {{ source('raw', 'scrm__linkwechat_member_report') }}
),

customer_report as (
    select
        *,
        'all' as scope_type,
        'all' as scope_id,
        new_customers as new_contact_cnt,
        applies_sent as new_apply_cnt
    from {{ source('raw', 'scrm__linkwechat_customer_report') }}
),

mochat_all as (
    select
        *,
        'all' as scope_type,
        'all' as scope_id,
        add_contact_num as new_contact_cnt,
        add_into_room_num as new_member_cnt
    from {{ source('raw', 'scrm__mochat_days') }}
),

{{ vendor_figures(statistics) }}

select * from final
