with page_views as (
    select * from {{ ref('int_page_views') }}
),

final as (
    select
        page_view_id,
        viewed_at,
        viewed_date,
        visitor_id,
        page,
        member_id,
        group_id,
        channel_id
    from page_views
)

select * from final
