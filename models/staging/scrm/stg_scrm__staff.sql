with mochat_employees as (
    {{ last_landed(source('raw', 'scrm__mochat_employees'), ['wx_user_id']) | indent(4) }}
),

final as (
    select
        wx_user_id as staff_id,
        staff_name,
        cast(null as varchar) as department,
        cast(null as varchar) as role,
        wx_user_id as member_id,
        system,
        load_seq,
        line,
        landed_at
    from mochat_employees
)

select * from final
