with contacts as (
    select * from {{ ref('base_scrm__contacts') }}
),

openscrm_relations as (
    {{ last_landed(
        source('raw', 'scrm__openscrm_relations'),
        [
            'ext_staff_id', 'ext_customer_id', 'added_at', 'customer_delete_staff_at',
            'staff_delete_customer_at',
        ]
    ) | indent(4) }}
),

add_ways as (
    select * from {{ ref('wecom_add_ways') }}
),

adds as (
    select
        contacts.staff_id,
        contacts.person_id as member_id,
        'add' as event_type,
        contacts.added_at as occurred_at,
        add_ways.add_way,
        {{ wecom_channel('contacts.state') }} as channel_id,
        contacts.system,
        contacts.load_seq,
        contacts.line,
        contacts.landed_at
    from contacts
    left join add_ways on contacts.add_way = cast(add_ways.code as varchar)
    where contacts.staff_id is not null and contacts.added_at is not null
),

ended_adds as (
    select
        ext_staff_id as staff_id,
        ext_customer_id as member_id,
        'add' as event_type,
        added_at as occurred_at,
        system,
        load_seq,
        line,
        landed_at
    from openscrm_relations
    where added_at is not null
),

deletions as (
    select
        ext_staff_id as staff_id,
        ext_customer_id as member_id,
        'customer_delete' as event_type,
        customer_delete_staff_at as occurred_at,
        system,
        load_seq,
        line,
        landed_at
    from openscrm_relations
    where customer_delete_staff_at is not null
    union all
    select
        ext_staff_id as staff_id,
        ext_customer_id as member_id,
        'staff_delete' as event_type,
        staff_delete_customer_at as occurred_at,
        system,
        load_seq,
        line,
        landed_at
    from openscrm_relations
    where staff_delete_customer_at is not null
),

united as (
    select * from adds
    union all
    select
        staff_id,
        member_id,
        event_type,
        occurred_at,
        cast(null as varchar) as add_way,
        cast(null as varchar) as channel_id,
        system,
        load_seq,
        line,
        landed_at
    from (
        select * from ended_adds
        union all
        select * from deletions
    ) as ended
),

final as (
    select
        staff_id,
        member_id,
        event_type,
        cast(occurred_at as timestamp) as occurred_at,
        add_way,
        channel_id,
        system,
        load_seq,
        line,
        landed_at
    from united
)

select * from final
