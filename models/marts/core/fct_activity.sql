with activities as (
    select * from {{ ref('dim_activity') }}
),

activity_members as (
    select * from {{ ref('int_activity_members') }}
),

activity_messages as (
    select * from {{ ref('int_activity_messages') }}
),

final as (
    select
        activities.activity_id,
        activity_members.target_members,
        activity_members.joins as joins_during,
        activity_messages.messages_during,
        activity_messages.messages_before
    from activities
    inner join activity_members on activities.activity_id = activity_members.activity_id
    inner join activity_messages on activities.activity_id = activity_messages.activity_id
)

select * from final
