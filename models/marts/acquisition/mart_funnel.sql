{%- set counted = [
    'joined', 'activated', 'retained', 'purchased', 'repurchased', 'referred',
    'nested_retained', 'nested_purchased', 'nested_repurchased', 'nested_referred',
] -%}
with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

months as (
    select * from {{ ref('dim_period') }}
    where period_type = 'month'
),

cohort_members as (
    select
        channel_id,
        member_id,
        {{ period_start('month', 'cohort_date') }} as cohort_start,
        {{ add_days('cohort_date', 30) }} as day_30
    from {{ ref('fct_cohort_member') }}
    where cohort_event = 'joined' and scope_type = 'all'
),

members as (
    select
        member_id,
        first_joined_at,
        {{ add_hours('first_joined_at', 168) }} as activated_by
    from {{ ref('dim_member') }}
    where is_customer and first_joined_at is not null
),

messages as (
    select * from {{ ref('fct_message') }}
    where is_valid
),

presence as (
    select * from {{ ref('fct_presence') }}
    where scope_type = 'all'
),

orders as (
    select * from {{ ref('fct_order') }}
    where is_paid_order
),

invitations as (
    select * from {{ ref('fct_membership_span') }}
    where join_source = 'event' and inviter_id <> member_id
),

spend as (
    select * from {{ ref('fct_spend') }}
),

-- Members who reached a step, whatever they did at the others.
activated as (
    select messages.member_id
    from messages
    inner join members
        on
            messages.member_id = members.member_id
            and messages.sent_at >= members.first_joined_at
            and messages.sent_at <= members.activated_by
    group by messages.member_id
),

retained as (
    select cohort_members.member_id
    from cohort_members
    inner join reporting_window
        on cohort_members.day_30 <= reporting_window.as_of_date
    inner join presence
        on
            cohort_members.member_id = presence.member_id
            and {{ is_there_at_end_of('presence', 'cohort_members.day_30') }}
    group by cohort_members.member_id
),

buyers as (
    select
        orders.member_id,
        -- purchases of one day are one (R11)
        min(orders.paid_date) < max(orders.paid_date) as is_repurchased
    from orders
    inner join members
        on
            orders.member_id = members.member_id
            and orders.paid_at >= members.first_joined_at
    group by orders.member_id
),

referrers as (
    select members.member_id
    from members
    inner join invitations
        on
            members.member_id = invitations.inviter_id
            and members.first_joined_at <= invitations.started_at
    group by members.member_id
),

reached as (
    select
        cohort_members.channel_id,
        cohort_members.cohort_start,
        case when activated.member_id is not null then 1 else 0 end as is_activated,
        case when retained.member_id is not null then 1 else 0 end as is_retained,
        case when buyers.member_id is not null then 1 else 0 end as is_purchased,
        case when buyers.is_repurchased then 1 else 0 end as is_repurchased,
        case when referrers.member_id is not null then 1 else 0 end as is_referred
    from cohort_members
    left join activated
        on cohort_members.member_id = activated.member_id
    left join retained
        on cohort_members.member_id = retained.member_id
    left join buyers
        on cohort_members.member_id = buyers.member_id
    left join referrers
        on cohort_members.member_id = referrers.member_id
),

nested as (
    select
        *,
        is_activated * is_retained as nested_retained,
        is_activated * is_retained * is_purchased as nested_purchased,
        is_activated * is_retained * is_repurchased as nested_repurchased,
        is_activated * is_retained * is_repurchased * is_referred as nested_referred
    from reached
),

impressions as (
    select
        'all' as scope_type,
        'all' as scope_id,
        {{ period_start('month', 'spend_date') }} as cohort_start,
        sum(impressions) as impressions
    from spend
    group by {{ period_start('month', 'spend_date') }}
    union all
    select
        'channel' as scope_type,
        channel_id as scope_id,
        {{ period_start('month', 'spend_date') }} as cohort_start,
        sum(impressions) as impressions
    from spend
    group by channel_id, {{ period_start('month', 'spend_date') }}
),

channel_cohorts as (
    select
        channel_id,
        cohort_start,
        count(*) as joined,
        sum(is_activated) as activated,
        sum(is_retained) as retained,
        sum(is_purchased) as purchased,
        sum(is_repurchased) as repurchased,
        sum(is_referred) as referred,
        sum(nested_retained) as nested_retained,
        sum(nested_purchased) as nested_purchased,
        sum(nested_repurchased) as nested_repurchased,
        sum(nested_referred) as nested_referred
    from nested
    group by channel_id, cohort_start
),

cohorts as (
    select
        'all' as scope_type,
        'all' as scope_id,
        {% for members in counted -%}
        sum({{ members }}) as {{ members }},
        {% endfor -%}
        cohort_start
    from channel_cohorts
    group by cohort_start
    union all
    select
        'channel' as scope_type,
        channel_id as scope_id,
        {% for members in counted -%}
        {{ members }},
        {% endfor -%}
        cohort_start
    from channel_cohorts
    where channel_id is not null
),

funnels as (
    select
        cohorts.*,
        coalesce(impressions.impressions, 0) as exposed,
        {{ add_days('months.period_end', 30) }} <= reporting_window.as_of_date as is_complete
    from cohorts
    inner join months
        on cohorts.cohort_start = months.period_start
    cross join reporting_window
    left join impressions
        on
            {{ same_scope('cohorts', 'impressions') | indent(8) }}
            and cohorts.cohort_start = impressions.cohort_start
),

steps as (
    {%- for step, members, nested, before in [
        ('exposed', 'exposed', 'exposed', 'null'),
        ('joined', 'joined', 'joined', 'exposed'),
        ('activated', 'activated', 'activated', 'joined'),
        ('retained', 'retained', 'nested_retained', 'activated'),
        ('purchased', 'purchased', 'nested_purchased', 'nested_retained'),
        ('repurchased', 'repurchased', 'nested_repurchased', 'nested_purchased'),
        ('referred', 'referred', 'nested_referred', 'nested_repurchased'),
    ] %}
    select
        scope_type,
        scope_id,
        cohort_start,
        '{{ step }}' as step,
        {{ loop.index }} as step_number,
        {{ members }} as members,
        {{ nested }} as nested_members,
        {{ before }} as members_before,
        {{ 'null' if loop.first else 'joined' }} as joined_members,
        is_complete
    from funnels
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        scope_type,
        scope_id,
        cohort_start,
        step,
        cast(step_number as bigint) as step_number,
        cast(members as bigint) as members,
        cast(nested_members as bigint) as nested_members,
        {{ rate('nested_members', 'members_before') }} as step_rate,
        {{ rate('members', 'joined_members') }} as cohort_rate,
        is_complete
    from steps
)

select * from final
