{%- do slice_by(['member_id']) -%}
with members as (
    select * from {{ ref('int_members') }}
),

staff as (
    select * from {{ ref('int_staff') }}
),

final as (
    select member_id
    from members
    where member_type in ('staff', 'bot', 'shill')

    union

    select member_id
    from staff
    where member_id is not null
)

select * from final
