with live_list as (
    {{ last_landed(source('raw', 'weixin_channels__live_list'), ['live_id']) | indent(4) }}
),

live_dashboards as (
    {{ last_landed(source('raw', 'weixin_channels__live_dashboards'), ['live_id']) | indent(4) }}
),

-- An id is written with and without its prefix: a file's name cannot hold the slash.
listed as (
    select
        replace(live_id, 'export/', '') as live_id,
        cast(created_at as timestamp) as started_at,
        cast(null as timestamp) as ended_at,
        cast(null as bigint) as viewers,
        cast(null as bigint) as comments,
        cast(null as decimal(18, 2)) as gmv_amount,
        false as is_measured,
        system,
        load_seq,
        line,
        landed_at
    from live_list
),

measured as (
    select
        replace(live_id, 'export/', '') as live_id,
        cast(started_at as timestamp) as started_at,
        {{ add_seconds('cast(started_at as timestamp)', 'cast(live_seconds as bigint)') }}
            as ended_at,
        cast(coalesce(viewers, cumulative_viewers) as bigint) as viewers,
        cast(comments as bigint) as comments,
        cast(gmv_amount as decimal(18, 2)) as gmv_amount,
        true as is_measured,
        system,
        load_seq,
        line,
        landed_at
    from live_dashboards
),

lives as (
    select * from listed

    union all

    select * from measured
),

ranked as (
    select
        *,
        row_number() over (
            partition by live_id
            order by is_measured desc, load_seq desc, line desc
        ) as best
    from lives
),

final as (
    select
        live_id,
        cast(null as varchar) as live_name,
        started_at,
        ended_at,
        viewers,
        comments,
        gmv_amount,
        system,
        load_seq,
        line,
        landed_at
    from ranked
    where best = 1
)

select * from final
