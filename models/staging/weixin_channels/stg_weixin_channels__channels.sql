with boosts as (
    select * from {{ source('raw', 'weixin_channels__boosts') }}
),

-- Load 0: what the boosts only imply gives way to what somebody states about the channel.
final as (
    select
        'weixin_channels_boost' as channel_id,
        '视频号加热' as channel_name,
        'ads' as channel_kind,
        cast(null as varchar) as parent_channel_id,
        true as is_paid,
        max(system) as system,
        0 as load_seq,
        0 as line,
        max(landed_at) as landed_at
    from boosts
    having count(*) > 0
)

select * from final
