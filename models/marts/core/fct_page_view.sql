{%- set slice = slice_by(['page_view_id'], touched_by=[
    changed('int_page_views'),
]) -%}
with page_views as (
    select * from {{ sliced(slice, 'int_page_views') }}
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
