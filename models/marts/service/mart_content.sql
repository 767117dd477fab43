with periods as (
    select * from {{ ref('dim_period') }}
    where period_type in ('week', 'month')
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
    where period_type in ('week', 'month')
),

content_posts as (
    select * from {{ ref('fct_content_post') }}
),

message_actions as (
    select * from {{ ref('fct_message_action') }}
    where group_id is not null
),

messages as (
    select * from {{ ref('fct_message') }}
    where is_staff_message and message_type <> 'text'
),

-- union: once who is staff by both
staff as (
    select member_id
    from {{ ref('dim_member') }}
    where member_type = 'staff'

    union

    select member_id
    from {{ ref('dim_staff') }}
    where member_id is not null
),

posts as (
    select
        date_periods.period_type,
        date_periods.period_start,
        -- distinct: a post has a row for each day of its figures
        count(distinct content_posts.post_id) as posts,
        -- what no post of the period tells is unknown, not 0
        sum(content_posts.reads) as reads,
        sum(content_posts.shares) as shares,
        sum(content_posts.likes) as likes,
        sum(content_posts.favorites) as favorites
    from content_posts
    inner join date_periods on content_posts.post_date = date_periods.date
    group by date_periods.period_type, date_periods.period_start
),

group_events as (
    select
        action_date as date,
        count(*) filter (where action = 'forward') as group_forwards,
        count(*) filter (where action = 'like') as group_likes,
        0 as staff_content_messages
    from message_actions
    where action in ('forward', 'like')
    group by action_date

    union all

    select
        messages.sent_date as date,
        0 as group_forwards,
        0 as group_likes,
        count(*) as staff_content_messages
    from messages
    inner join staff on messages.member_id = staff.member_id
    group by messages.sent_date
),

events as (
    select
        date_periods.period_type,
        date_periods.period_start,
        sum(group_events.group_forwards) as group_forwards,
        sum(group_events.group_likes) as group_likes,
        sum(group_events.staff_content_messages) as staff_content_messages
    from group_events
    inner join date_periods on group_events.date = date_periods.date
    group by date_periods.period_type, date_periods.period_start
),

final as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.is_partial,
        cast(coalesce(posts.posts, 0) as bigint) as posts,
        cast(case when posts.posts is null then 0 else posts.reads end as bigint) as reads,
        {{ rate('posts.shares', 'posts.reads') }} as share_rate,
        {{ rate('posts.likes', 'posts.reads') }} as like_rate,
        {{ rate('posts.favorites', 'posts.reads') }} as favorite_rate,
        cast(coalesce(events.group_forwards, 0) as bigint) as group_forwards,
        cast(coalesce(events.group_likes, 0) as bigint) as group_likes,
        cast(coalesce(events.staff_content_messages, 0) as bigint) as staff_content_messages
    from periods
    left join posts
        on
            periods.period_type = posts.period_type
            and periods.period_start = posts.period_start
    left join events
        on
            periods.period_type = events.period_type
            and periods.period_start = events.period_start
    -- a row wherever a count is not 0
    where posts.period_start is not null or events.period_start is not null
)

select * from final
