{%- set slice = slice_by(['viewed_at', 'visitor_id'], touched_by=[
    changed('int_all_page_views'),
    changed_people('int_all_page_views', 'member_id'),
    counted_since('int_all_page_views', ['viewed_at']),
]) -%}
with page_views as (
    select * from {{ sliced(slice, 'int_all_page_views') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

non_customers as (
    select * from {{ ref('int_non_customers') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

resolved as (
    select
        page_views.viewed_at,
        page_views.visitor_id,
        page_views.page,
        {{ resolved('page_views.member_id', 'identities') }} as member_id,
        page_views.group_id,
        page_views.channel_id
    from page_views
    cross join reporting_window
    left join identities on page_views.member_id = identities.id_value
    where page_views.viewed_at < reporting_window.counted_before
),

final as (
    select
        {{ surrogate_key(['resolved.viewed_at', 'resolved.visitor_id', 'resolved.page']) }}
            as page_view_id,
        resolved.viewed_at,
        cast(resolved.viewed_at as date) as viewed_date,
        resolved.visitor_id,
        {{ mask_phones('resolved.page') }} as page,
        resolved.member_id,
        resolved.group_id,
        resolved.channel_id
    from resolved
    left join non_customers on resolved.member_id = non_customers.member_id
    where non_customers.member_id is null
)

select * from final
