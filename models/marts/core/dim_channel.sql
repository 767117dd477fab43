with channels as (
    select * from {{ ref('int_all_channels') }}
),

channel_ids as (
    select channel_id
    from channels

    union

    select channel_id
    from {{ ref('int_membership_spans') }}
    where channel_id is not null

    union

    select channel_id
    from {{ ref('int_all_channel_spend') }}

    union

    select channel_id
    from {{ ref('int_touches') }}
    where channel_id is not null

    union

    select channel_id
    from {{ ref('int_orders') }}
    where channel_id is not null

    union

    select 'unknown' as channel_id
),

final as (
    select
        channel_ids.channel_id,
        {{ mask_phones('channels.channel_name') }} as channel_name,
        {{ mask_phones('channels.channel_kind') }} as channel_kind,
        channels.parent_channel_id,
        channels.is_paid
    from channel_ids
    left join channels on channel_ids.channel_id = channels.channel_id
)

select * from final
