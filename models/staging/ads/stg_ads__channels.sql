with channel_spend as (
    select * from {{ ref('stg_ads__channel_spend') }}
),

platforms as (
    select * from {{ ref('ad_platforms') }}
),

-- Load 0: what a report only implies gives way to what somebody states about the channel.
final as (
    select
        platforms.channel_id,
        platforms.channel_name,
        'ads' as channel_kind,
        cast(null as varchar) as parent_channel_id,
        true as is_paid,
        max(channel_spend.system) as system,
        0 as load_seq,
        0 as line,
        max(channel_spend.landed_at) as landed_at
    from channel_spend
    inner join platforms on channel_spend.channel_id = platforms.channel_id
    group by platforms.channel_id, platforms.channel_name
)

select * from final
