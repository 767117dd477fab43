{%- do slice_by(['staff_id']) -%}
with staff as (
    select * from {{ ref('int_all_staff') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

resolved as (
    select
        staff.staff_id,
        staff.staff_name,
        {{ mask_phones('staff.department') }} as department,
        {{ mask_phones('staff.role') }} as role,
        {{ resolved('staff.member_id', 'identities') }} as member_id
    from staff
    left join identities on staff.member_id = identities.id_value
),

ranked as (
    select
        *,
        row_number() over (partition by member_id order by staff_id) as member_rank
    from resolved
),

final as (
    select
        staff_id,
        staff_name,
        department,
        role,
        member_id,
        member_id is not null and member_rank = 1 as stands_for_member
    from ranked
)

select * from final
