-- The months hold every read and every forward and like in a group since the first of them.
with content as (
    select
        coalesce(sum(reads), 0) as reads,
        coalesce(sum(group_forwards + group_likes), 0) as group_actions
    from {{ ref('mart_content') }}
    where period_type = 'month'
),

months as (
    select date from {{ ref('bridge_date_period') }}
    where period_type = 'month'
),

posts as (
    select coalesce(sum(posts.reads), 0) as reads
    from {{ ref('fct_content_post') }} as posts
    inner join months on posts.post_date = months.date
),

message_actions as (
    select count(*) as group_actions
    from {{ ref('fct_message_action') }} as actions
    inner join months on actions.action_date = months.date
    where actions.group_id is not null and actions.action in ('forward', 'like')
)

select content.*
from content
cross join posts
cross join message_actions
where
    content.reads <> posts.reads
    or content.group_actions <> message_actions.group_actions
