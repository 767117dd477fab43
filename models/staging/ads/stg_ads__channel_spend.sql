with tencent as (
    {{ last_landed(
        source('raw', 'ads__tencent'),
        keys_of_levels('day', ['adgroup_id', 'campaign_id', 'account_id'])
    ) | indent(4) }}
),

ocean_engine as (
    {{ last_landed(
        source('raw', 'ads__ocean_engine'),
        keys_of_levels('day', ['promotion_id', 'project_id', 'advertiser_id'])
    ) | indent(4) }}
),

qianchuan_reports as (
    {{ days_or_hours(
        source('raw', 'ads__qianchuan'), 'stat_datetime', ['advertiser_id', 'ad_id']
    ) | indent(4) }}
),

qianchuan as (
    {{ last_landed(
        'qianchuan_reports', ['stat_datetime', 'advertiser_id', 'ad_id']
    ) | indent(4) }}
),

{%- set xiaohongshu_ids = ['campaign_id', 'unit_id', 'creativity_id', 'note_id', 'keyword'] %}

xiaohongshu_reports as (
    {{ days_or_hours(
        source('raw', 'ads__xiaohongshu'), 'reported_at', xiaohongshu_ids
    ) | indent(4) }}
),

xiaohongshu as (
    {{ last_landed('xiaohongshu_reports', ['reported_at'] + xiaohongshu_ids) | indent(4) }}
),

xiaohongshu_notes as (
    {{ last_landed(source('raw', 'ads__xiaohongshu_notes'), ['day', 'note_id']) | indent(4) }}
),

-- detail: how finely a report divides the day's cost. Reports that divide it differently say the
-- same cost twice.
reports as (
    select
        cast(day as date) as spend_date,
        'tencent_ads' as channel_id,
        account_id,
        coalesce(campaign_id, adgroup_id) as campaign_id,
        case when adgroup_id is not null then 3 when campaign_id is not null then 2 else 1 end
            as detail,
        cost,
        impressions,
        clicks,
        system,
        load_seq,
        line,
        landed_at
    from tencent

    union all

    select
        cast(day as date) as spend_date,
        'ocean_engine' as channel_id,
        advertiser_id as account_id,
        coalesce(project_id, promotion_id) as campaign_id,
        case when promotion_id is not null then 3 when project_id is not null then 2 else 1 end
            as detail,
        cost,
        impressions,
        clicks,
        system,
        load_seq,
        line,
        landed_at
    from ocean_engine

    union all

    select
        cast(cast(stat_datetime as timestamp) as date) as spend_date,
        'qianchuan' as channel_id,
        advertiser_id as account_id,
        ad_id as campaign_id,
        1 as detail,
        cost,
        impressions,
        clicks,
        system,
        load_seq,
        line,
        landed_at
    from qianchuan

    union all

    -- Keywords come second to last: they hold the cost of searches alone.
    select
        cast(cast(reported_at as timestamp) as date) as spend_date,
        'xiaohongshu' as channel_id,
        cast(null as varchar) as account_id,
        coalesce(campaign_id, unit_id, creativity_id, note_id) as campaign_id,
        case
            when keyword is not null then 2
            when coalesce(creativity_id, note_id) is not null then 5
            when unit_id is not null then 4
            else 3
        end as detail,
        cost,
        impressions,
        clicks,
        system,
        load_seq,
        line,
        landed_at
    from xiaohongshu

    union all

    select
        cast(day as date) as spend_date,
        'xiaohongshu' as channel_id,
        cast(null as varchar) as account_id,
        note_id as campaign_id,
        1 as detail,
        cost,
        impressions,
        clicks,
        system,
        load_seq,
        line,
        landed_at
    from xiaohongshu_notes
),

-- A row that names no account may be of any: its platform's day then counts at one level.
accounts as (
    select
        *,
        case
            when
                count(*) over (partition by spend_date, channel_id)
                = count(account_id) over (partition by spend_date, channel_id)
                then account_id
        end as counted_account_id
    from reports
),

ranked as (
    select
        *,
        max(detail) over (partition by spend_date, channel_id, counted_account_id) as finest
    from accounts
),

final as (
    select
        spend_date,
        channel_id,
        campaign_id,
        'ad' as cost_kind,
        cast(sum(cast(cost as decimal(18, 2))) as decimal(18, 2)) as cost_amount,
        cast(sum(cast(impressions as bigint)) as bigint) as impressions,
        cast(sum(cast(clicks as bigint)) as bigint) as clicks,
        cast(null as bigint) as invited,
        max(system) as system,
        max(load_seq) as load_seq,
        max(line) as line,
        max(landed_at) as landed_at
    from ranked
    where detail = finest
    group by spend_date, channel_id, campaign_id
)

select * from final
