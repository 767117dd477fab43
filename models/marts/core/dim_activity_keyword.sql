{%- do slice_by(['activity_id']) -%}
with keywords as (
    select * from {{ ref('int_activity_keywords') }}
),

final as (
    select
        cast(activity_id as varchar) as activity_id,
        cast(keyword as varchar) as keyword
    from keywords
)

select * from final
