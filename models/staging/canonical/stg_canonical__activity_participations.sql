with source as (
    select *
    from {{ source('raw', 'canonical__activity_participations') }}
),

last_landed as (
    {{ last_landed(
        'source',
        ['activity_id', 'member_id', 'participated_at', 'action']
    ) | indent(4) }}
),

final as (
    select
        activity_id,
        member_id,
        group_id,
        cast(participated_at as timestamp) as participated_at,
        action,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
