{#- table: what its figures are of, whose id stands where, and the figures -#}
{%- set statistics = {
    'staff_statistics': ['staff', 'staff_id', [
        'new_apply_cnt', 'new_contact_cnt', 'chat_cnt', 'message_cnt', 'reply_percentage',
        'avg_reply_time', 'negative_feedback_cnt',
    ]],
    'owner_statistics': ['owner', 'owner_id', [
        'new_chat_cnt', 'chat_total', 'chat_has_msg', 'new_member_cnt', 'member_total',
        'member_has_msg', 'msg_total', 'migrate_trainee_chat_cnt',
    ]],
    'daily_statistics': ['owner', 'owner_id', [
        'new_chat_cnt', 'chat_total', 'chat_has_msg', 'new_member_cnt', 'member_total',
        'member_has_msg', 'msg_total', 'migrate_trainee_chat_cnt',
    ]],
    'service_statistics': ['service_account', 'account_id', [
        'kf_session_cnt', 'kf_customer_cnt', 'kf_customer_msg_cnt',
        'kf_upgrade_service_customer_cnt', 'kf_ai_session_reply_cnt', 'kf_ai_transfer_rate',
        'kf_ai_knowledge_hit_rate', 'kf_msg_rejected_customer_cnt',
    ]],
    'servicer_statistics': ['staff', 'staff_id', [
        'kf_servicer_session_cnt', 'kf_servicer_customer_cnt', 'kf_servicer_customer_msg_cnt',
        'kf_reply_rate', 'kf_first_reply_average_sec', 'kf_satisfaction_investgate_cnt',
        'kf_satisfaction_participation_rate', 'kf_satisfied_rate', 'kf_middling_rate',
        'kf_dissatisfied_rate',
    ]],
} -%}
{%- set figures_of = {} -%}
with
{% for table, (scope, id, figures) in statistics.items() -%}
{{ table }} as (
    select
        *,
        case when {{ id }} = 'all' then 'all' else '{{ scope }}' end as scope_type,
        {{ id }} as scope_id
    from {{ source('raw', 'wecom__' ~ table) }}
),

{% do figures_of.update({table: figures}) -%}
{% endfor -%}
{{ vendor_figures(figures_of) }}

select * from final
