{%- set entities = [
    'groups', 'members', 'identities', 'staff', 'contact_events', 'membership_events', 'messages',
    'message_actions', 'activities', 'activity_participations', 'channels', 'channel_spend',
    'products', 'orders', 'order_items', 'refunds', 'touches', 'page_views', 'feedback',
    'member_tags', 'live_sessions', 'content_posts', 'kpi_targets',
] -%}
with final as (
    {% for entity in entities %}
    select
        '{{ entity }}' as entity,
        load_seq,
        count(*) as rows_kept
    from {{ ref('int_all_' ~ entity) }}
    group by load_seq
    {% if not loop.last %}

    union all
    {% endif %}
    {% endfor %}
)

select * from final
