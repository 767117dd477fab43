{%- do slice_by(['staff_id']) -%}
with staff as (
    select * from {{ ref('int_staff') }}
),

final as (
    select
        staff_id,
        {{ mask_phones('staff_name') }} as staff_name,
        department,
        role,
        member_id
    from staff
)

select * from final
