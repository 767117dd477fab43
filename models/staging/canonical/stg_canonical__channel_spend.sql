with source as (
    select *
    from {{ source('raw', 'canonical__channel_spend') }}
),

final as (
    select
        cast(spend_date as date) as spend_date,
        channel_id,
        campaign_id,
        cost_kind,
        cast(cost_amount as decimal(18, 2)) as cost_amount,
        cast(impressions as bigint) as impressions,
        cast(clicks as bigint) as clicks,
        cast(invited as bigint) as invited,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
