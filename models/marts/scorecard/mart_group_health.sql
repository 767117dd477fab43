{%- set days = 28 -%}
{%- set components = [
    'active_rate', 'leave_rate', 'member_conversion_rate', 'high_value_share', 'staff_message_share',
] -%}
with reporting_window as (
    select
        as_of_date,
        {{ add_days('as_of_date', 1 - days) }} as first_date
    from {{ ref('dim_reporting_window') }}
),

groups as (
    select * from {{ ref('dim_group') }}
    where exists_from_date is not null
),

presence as (
    select * from {{ ref('fct_presence') }}
    where scope_type = 'group'
),

spans as (
    select * from {{ ref('fct_membership_span') }}
    where end_reason = 'leave'
),

messages as (
    select * from {{ ref('fct_message') }}
),

order_scopes as (
    select * from {{ ref('bridge_order_scope') }}
    where scope_type = 'group'
),

orders as (
    select * from {{ ref('fct_order') }}
    where is_paid_order
),

buyers_of_a_year as (
    select * from {{ ref('mart_rfm') }}
),

today as (
    select kpis.*
    from {{ ref('mart_community_kpi') }} as kpis
    inner join reporting_window on kpis.period_start = reporting_window.as_of_date
    where kpis.period_type = 'day' and kpis.scope_type = 'group'
),

weights as (
    select * from {{ ref('group_health_weights') }}
),

rules as (
    select * from {{ ref('group_recommendations') }}
),

members as (
    select
        presence.scope_id as group_id,
        count(distinct presence.member_id) as members_present,
        count(distinct case
            when
                {{ is_there_at_end_of('presence', 'reporting_window.as_of_date') | indent(16) }}
                then buyers_of_a_year.member_id
        end) as high_value_members
    from presence
    inner join reporting_window
        on
            presence.entered_date <= reporting_window.as_of_date
            and (presence.left_date is null or presence.left_date >= reporting_window.first_date)
    left join buyers_of_a_year
        on
            presence.member_id = buyers_of_a_year.member_id
            and buyers_of_a_year.value_tier = 'high_value_loyal'
    group by presence.scope_id
),

leavers as (
    select
        spans.group_id,
        count(distinct spans.member_id) as leaving_members
    from spans
    inner join reporting_window on spans.end_date >= reporting_window.first_date
    group by spans.group_id
),

speakers as (
    select
        messages.group_id,
        count(distinct case when messages.is_valid then messages.member_id end) as active_members,
        count(case when messages.is_valid then 1 end) as messages,
        count(case when messages.is_staff_message then 1 end) as staff_messages
    from messages
    inner join reporting_window on messages.sent_date >= reporting_window.first_date
    group by messages.group_id
),

buyers as (
    select
        order_scopes.scope_id as group_id,
        count(distinct orders.member_id) as buyers
    from order_scopes
    inner join orders on order_scopes.order_id = orders.order_id
    inner join reporting_window on orders.paid_date >= reporting_window.first_date
    group by order_scopes.scope_id
),

measured as (
    select
        groups.group_id,
        groups.group_type,
        reporting_window.as_of_date,
        groups.dissolved_date is not null as is_dissolved,
        greatest(
            {{ days_between(
                'groups.exists_from_date',
                'coalesce(groups.dissolved_date, reporting_window.as_of_date)'
            ) }},
            0
        ) as lifecycle_days,
        coalesce(today.zombie_groups, 0) > 0 as is_zombie,
        coalesce(today.members_end, 0) as members_end,
        coalesce(members.members_present, 0) as members_present,
        coalesce(buyers.buyers, 0) as buyers,
        {{ rate('coalesce(speakers.active_members, 0)', 'members.members_present') }}
            as active_rate,
        {{ rate('coalesce(leavers.leaving_members, 0)', 'members.members_present') }}
            as leave_rate,
        {{ rate('coalesce(buyers.buyers, 0)', 'members.members_present') }}
            as member_conversion_rate,
        {{ rate('coalesce(members.high_value_members, 0)', 'today.members_end') }}
            as high_value_share,
        {{ rate('speakers.staff_messages', 'speakers.messages + speakers.staff_messages') }}
            as staff_message_share
    from groups
    cross join reporting_window
    left join today on groups.group_id = today.scope_id
    left join members on groups.group_id = members.group_id
    left join leavers on groups.group_id = leavers.group_id
    left join speakers on groups.group_id = speakers.group_id
    left join buyers on groups.group_id = buyers.group_id
),

component_values as (
    {{ unpivot_metrics(
        'measured', ['group_id', 'group_type', 'is_dissolved'], components, {'value': ''}
    ) | indent(4) }}
),

scored as (
    select
        component_values.group_id,
        {{ rate(
            'sum(weights.weight * 100 * greatest(0, least(1, '
            ~ '(component_values.value - weights.worst) / (weights.best - weights.worst))))',
            'sum(weights.weight)'
        ) }} as health_score
    from component_values
    inner join weights
        on
            component_values.metric_id = weights.component
            and coalesce(component_values.group_type, 'other') = weights.group_type
    where not component_values.is_dissolved
    group by component_values.group_id
),

judged as (
    select
        measured.*,
        scored.health_score
    from measured
    left join scored on measured.group_id = scored.group_id
),

advised as (
    select
        judged.*,
        rules.recommendation,
        rules.members_below,
        rules.score_below,
        rules.score_from,
        rules.reason_en,
        rules.reason_zh,
        row_number() over (
            partition by judged.group_id
            order by rules.sort_order
        ) as rule_rank
    from judged
    left join rules
        on
            not judged.is_dissolved
            and (rules.is_zombie is null or judged.is_zombie = rules.is_zombie)
            and (rules.buyers_below is null or judged.buyers < rules.buyers_below)
            and (rules.members_below is null or judged.members_end < rules.members_below)
            and (rules.score_below is null or judged.health_score < rules.score_below)
            and (rules.score_from is null or judged.health_score >= rules.score_from)
),

final as (
    select
        group_id,
        group_type,
        health_score,
        cast(lifecycle_days as bigint) as lifecycle_days,
        is_zombie,
        active_rate,
        leave_rate,
        member_conversion_rate,
        high_value_share,
        recommendation,
        {% for language in ['en', 'zh'] -%}
        {{ fill_in('reason_' ~ language, {
            'date': 'cast(as_of_date as varchar)',
            'score': format_number('health_score', 1),
            'members': format_number('members_end'),
            'buyers': format_number('buyers'),
            'score_below': format_short('score_below'),
            'score_from': format_short('score_from'),
            'members_below': format_number('members_below'),
        }) | indent(8) }} as recommendation_reason{{ '_zh' if language == 'zh' }},
        {% endfor -%}
        staff_message_share,
        cast(members_present as bigint) as members_present,
        cast(members_end as bigint) as members_end,
        cast(buyers as bigint) as buyers
    from advised
    where rule_rank = 1
)

select * from final
