{%- do slice_by(['keyword']) -%}
with keywords as (
    select * from {{ ref('int_activity_keywords') }}
),

-- several activities may share a keyword
final as (
    select distinct cast(keyword as varchar) as keyword
    from keywords
)

select * from final
