with boosts as (
    {{ last_landed(source('raw', 'weixin_channels__boosts'), ['boost', 'started_at']) | indent(4) }}
),

days as (
    select
        cast(cast(started_at as timestamp) as date) as spend_date,
        boost,
        sum(cast(total_cost as decimal(18, 2))) as cost_amount,
        sum(cast(exposed_people as bigint)) as exposed_people,
        sum(cast(viewers as bigint)) as viewers,
        max(system) as system,
        max(load_seq) as load_seq,
        max(line) as line,
        max(landed_at) as landed_at
    from boosts
    where total_cost is not null
    group by cast(cast(started_at as timestamp) as date), boost
),

final as (
    select
        spend_date,
        'weixin_channels_boost' as channel_id,
        boost as campaign_id,
        'ad' as cost_kind,
        cast(cost_amount as decimal(18, 2)) as cost_amount,
        cast(exposed_people as bigint) as impressions,
        cast(viewers as bigint) as clicks,
        cast(null as bigint) as invited,
        system,
        load_seq,
        line,
        landed_at
    from days
)

select * from final
