{%- set slice = slice_by(['page_view_id'], touched_by=[
    changed('int_page_views'),
    changed('int_membership_spans', key='member_id', via='int_page_views'),
    changed('bridge_group_scope', key='group_id', via='int_page_views'),
    changed('bridge_group_scope', key='group_id', via='this', on='scope_id'),
]) -%}
with page_views as (
    select * from {{ sliced(slice, 'int_page_views') }}
),

membership_spans as (
    select * from {{ ref('int_membership_spans') }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

page_view_groups as (
    select
        page_view_id,
        group_id
    from page_views
    where group_id is not null

    union all

    select
        page_views.page_view_id,
        membership_spans.group_id
    from page_views
    inner join membership_spans
        on
            page_views.member_id = membership_spans.member_id
            and page_views.viewed_at >= membership_spans.started_at
            and (
                membership_spans.ended_at is null
                or page_views.viewed_at < membership_spans.ended_at
            )
),

-- several groups of one scope are one scope, and every view is in all
final as (
    select
        page_view_groups.page_view_id,
        group_scopes.scope_type,
        group_scopes.scope_id
    from page_view_groups
    inner join group_scopes on page_view_groups.group_id = group_scopes.group_id

    union

    select
        page_view_id,
        'all' as scope_type,
        'all' as scope_id
    from page_views
)

select * from final
