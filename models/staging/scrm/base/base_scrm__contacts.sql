with mochat_contacts as (
    {{ last_landed(source('raw', 'scrm__mochat_contacts'), ['contact_id']) | indent(4) }}
),

mochat_contact_employees as (
    {{ last_landed(source('raw', 'scrm__mochat_contact_employees'), ['relation_id']) | indent(4) }}
),

mochat_employees as (
    {{ last_landed(source('raw', 'scrm__mochat_employees'), ['employee_id']) | indent(4) }}
),

linkwechat_customers as (
    {{ last_landed(
        source('raw', 'scrm__linkwechat_customers'),
        ['external_userid', 'add_user_id']
    ) | indent(4) }}
),

iyque_customers as (
    {{ last_landed(
        source('raw', 'scrm__iyque_customers'),
        ['external_userid', 'user_id']
    ) | indent(4) }}
),

from_mochat as (
    select
        mochat_contacts.external_userid as person_id,
        coalesce(
            mochat_employees.wx_user_id, 'mochat:' || mochat_contact_employees.employee_id
        ) as staff_id,
        mochat_contacts.unionid,
        cast(null as varchar) as phone_key,
        mochat_contacts.gender,
        mochat_contact_employees.added_at,
        mochat_contact_employees.add_way,
        mochat_contact_employees.state,
        cast(null as varchar) as tag_names,
        mochat_contacts.system,
        mochat_contacts.load_seq,
        mochat_contacts.line,
        mochat_contacts.landed_at
    from mochat_contacts
    left join mochat_contact_employees
        on mochat_contacts.contact_id = mochat_contact_employees.contact_id
    left join mochat_employees
        on mochat_contact_employees.employee_id = mochat_employees.employee_id
),

from_linkwechat as (
    select
        external_userid as person_id,
        add_user_id as staff_id,
        unionid,
        phone_key,
        gender,
        add_time as added_at,
        add_method as add_way,
        state,
        cast(null as varchar) as tag_names,
        system,
        load_seq,
        line,
        landed_at
    from linkwechat_customers
),

from_iyque as (
    select
        external_userid as person_id,
        user_id as staff_id,
        cast(null as varchar) as unionid,
        cast(null as varchar) as phone_key,
        cast(null as varchar) as gender,
        added_at,
        add_way,
        state,
        tag_names,
        system,
        load_seq,
        line,
        landed_at
    from iyque_customers
),

final as (
    select * from from_mochat
    union all
    select * from from_linkwechat
    union all
    select * from from_iyque
)

select * from final
