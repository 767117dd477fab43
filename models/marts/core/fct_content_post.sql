with content_posts as (
    select * from {{ ref('int_all_content_posts') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

final as (
    select
        content_posts.post_date,
        content_posts.post_id,
        {{ mask_phones('content_posts.title') }} as title,
        content_posts.reads,
        content_posts.readers,
        content_posts.shares,
        content_posts.favorites,
        content_posts.likes,
        content_posts.comments
    from content_posts
    cross join reporting_window
    where content_posts.post_date <= reporting_window.as_of_date
)

select * from final
