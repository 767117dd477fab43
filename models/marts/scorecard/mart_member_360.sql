with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

customers as (
    select * from {{ ref('dim_member') }}
    where is_customer
),

presence as (
    select * from {{ ref('fct_presence') }}
    where scope_type = 'group'
),

valid_messages as (
    select * from {{ ref('fct_message') }}
    where is_valid
),

buyers as (
    select * from {{ ref('int_buyers') }}
),

-- one tag can have been put on twice
current_tags as (
    select distinct
        member_id,
        tag
    from {{ ref('fct_member_tag') }}
    where is_current
),

buyers_of_a_year as (
    select * from {{ ref('mart_rfm') }}
),

user_types as (
    select * from {{ ref('mart_user_type') }}
),

churn_risks as (
    select * from {{ ref('mart_churn_risk') }}
),

groups_now as (
    select
        presence.member_id,
        count(*) as groups_now
    from presence
    inner join reporting_window
        on {{ is_there_at_end_of('presence', 'reporting_window.as_of_date') }}
    group by presence.member_id
),

said as (
    select
        valid_messages.member_id,
        max(valid_messages.sent_at) as last_active_at,
        count(case
            when
                valid_messages.sent_date
                > {{ add_days('reporting_window.as_of_date', -28) }}
                then 1
        end) as messages_28d
    from valid_messages
    cross join reporting_window
    group by valid_messages.member_id
),

tagged as (
    select
        member_id,
        {{ join_text('tag', ', ', 'tag') }} as tags
    from current_tags
    group by member_id
),

worst_risks as (
    select
        member_id,
        max(case risk_band when 'high' then 3 when 'medium' then 2 else 1 end) as risk_level
    from churn_risks
    group by member_id
),

final as (
    select
        customers.member_id,
        customers.first_channel_id,
        cast(coalesce(groups_now.groups_now, 0) as bigint) as groups_now,
        customers.first_joined_at,
        said.last_active_at,
        cast(coalesce(said.messages_28d, 0) as bigint) as messages_28d,
        {{ money('coalesce(buyers.net_sales, 0)') }} as net_sales_total,
        cast(coalesce(buyers.orders, 0) as bigint) as orders_total,
        buyers_of_a_year.segment as rfm_segment,
        user_types.user_type,
        case worst_risks.risk_level
            when 3 then 'high'
            when 2 then 'medium'
            when 1 then 'low'
        end as churn_risk_band,
        tagged.tags,
        {{ rate(
            'case when customers.has_phone then 1 else 0 end'
            ~ " + case when customers.gender in ('male', 'female') then 1 else 0 end"
            ~ ' + case when customers.city is not null then 1 else 0 end'
            ~ ' + case when customers.has_birthday then 1 else 0 end'
            ~ ' + case when customers.has_unionid then 1 else 0 end',
            5
        ) | indent(8) }} as profile_completeness_rate
    from customers
    cross join reporting_window
    left join groups_now on customers.member_id = groups_now.member_id
    left join said on customers.member_id = said.member_id
    left join buyers on customers.member_id = buyers.member_id
    left join buyers_of_a_year on customers.member_id = buyers_of_a_year.member_id
    left join user_types on customers.member_id = user_types.member_id
    left join worst_risks on customers.member_id = worst_risks.member_id
    left join tagged on customers.member_id = tagged.member_id
)

select * from final
