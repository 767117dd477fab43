with reports as (
    {%- for channel, table in [
        ('tencent_ads', 'tencent'),
        ('ocean_engine', 'ocean_engine'),
        ('qianchuan', 'qianchuan'),
        ('xiaohongshu', 'xiaohongshu'),
        ('xiaohongshu', 'xiaohongshu_notes'),
    ] %}
    select
        '{{ channel }}' as channel_id,
        system,
        landed_at
    from {{ source('raw', 'ads__' ~ table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
        max(reports.system) as system,
        0 as load_seq,
        0 as line,
        max(reports.landed_at) as landed_at
    from reports
    inner join platforms on reports.channel_id = platforms.channel_id
    group by platforms.channel_id, platforms.channel_name
)

select * from final
