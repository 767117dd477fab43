{%- set measures = {
    'contact_days': ['new_contacts', 'customer_deletes'],
    'chat_days': ['conversations', 'staff_messages'],
    'reply_days': ['reply_rate', 'reply_seconds_average'],
    'group_days': ['new_groups', 'groups'],
    'membership_days': ['joins', 'memberships_end'],
    'message_days': ['groups_with_messages', 'speakers', 'messages'],
} -%}
with vendor_figures as (
    select * from {{ ref('fct_vendor_figure') }}
),

vendor_metrics as (
    select * from {{ ref('vendor_metrics') }}
),

contact_events as (
    select * from {{ ref('fct_contact_event') }}
),

private_messages as (
    select * from {{ ref('fct_private_message') }}
),

responses as (
    select * from {{ ref('fct_response') }}
),

messages as (
    select * from {{ ref('fct_message') }}
    where is_counted or is_staff_message
),

groups as (
    select * from {{ ref('dim_group') }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
    where scope_type in ('all', 'owner')
),

scope_days as (
    select * from {{ ref('fct_scope_membership_day') }}
    where scope_type in ('all', 'owner')
),

-- Only days that a system speaks of are counted again.
figure_dates as (
    select figure_date as date
    from vendor_figures
    group by figure_date
),

contact_days as (
    select
        case when contact_events.staff_id is null then 'all' else 'staff' end as scope_type,
        coalesce(contact_events.staff_id, 'all') as scope_id,
        figure_dates.date,
        count(*) filter (where contact_events.event_type = 'add') as new_contacts,
        count(*) filter (where contact_events.event_type = 'customer_delete') as customer_deletes
    from contact_events
    inner join figure_dates on contact_events.occurred_date = figure_dates.date
    group by grouping sets (
        (figure_dates.date, contact_events.staff_id), (figure_dates.date)
    )
),

chats as (
    select
        private_messages.staff_id,
        private_messages.member_id,
        figure_dates.date,
        count(*) filter (where private_messages.is_from_staff) as staff_messages
    from private_messages
    inner join figure_dates on private_messages.sent_date = figure_dates.date
    group by private_messages.staff_id, private_messages.member_id, figure_dates.date
),

chat_days as (
    select
        case when staff_id is null then 'all' else 'staff' end as scope_type,
        coalesce(staff_id, 'all') as scope_id,
        date,
        count(*) as conversations,
        sum(staff_messages) as staff_messages
    from chats
    group by grouping sets ((date, staff_id), (date))
),

-- Vendors look at a chat's first reply of the natural day.
opened_chats as (
    select
        responses.staff_id,
        responses.member_id,
        figure_dates.date,
        min(responses.opened_at) as opened_at,
        min(responses.answered_at) filter (
            where cast(responses.answered_at as date) = responses.opened_date
        ) as answered_at
    from responses
    inner join figure_dates on responses.opened_date = figure_dates.date
    group by responses.staff_id, responses.member_id, figure_dates.date
),

reply_days as (
    select
        case when staff_id is null then 'all' else 'staff' end as scope_type,
        coalesce(staff_id, 'all') as scope_id,
        date,
        {{ rate('count(answered_at)', 'count(*)') }} as reply_rate,
        avg({{ seconds_between('opened_at', 'answered_at') }}) as reply_seconds_average
    from opened_chats
    group by grouping sets ((date, staff_id), (date))
),

group_days as (
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        figure_dates.date,
        count(*) filter (where groups.exists_from_date = figure_dates.date) as new_groups,
        count(*) as groups
    from groups
    inner join group_scopes on groups.group_id = group_scopes.group_id
    inner join figure_dates
        on
            groups.exists_from_date <= figure_dates.date
            and (groups.dissolved_date is null or groups.dissolved_date > figure_dates.date)
    group by group_scopes.scope_type, group_scopes.scope_id, figure_dates.date
),

membership_days as (
    select
        scope_days.scope_type,
        scope_days.scope_id,
        scope_days.date,
        scope_days.joins,
        scope_days.memberships_end
    from scope_days
    inner join figure_dates on scope_days.date = figure_dates.date
),

message_days as (
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        figure_dates.date,
        -- distinct: groups and people speak more than once a day
        count(distinct messages.group_id) as groups_with_messages,
        count(distinct messages.member_id) as speakers,
        count(*) as messages
    from messages
    inner join figure_dates on messages.sent_date = figure_dates.date
    inner join group_scopes on messages.group_id = group_scopes.group_id
    group by group_scopes.scope_type, group_scopes.scope_id, figure_dates.date
),

{% for days, metrics in measures.items() -%}
{{ days }}_figures as (
    {{ unpivot_metrics(
        days, ['scope_type', 'scope_id', 'date'], metrics, {'value': ''}
    ) | indent(4) }}
),

{% endfor -%}
our_figures as (
    {% for days in measures -%}
    select * from {{ days }}_figures
    {% if not loop.last %}
    union all

    {% endif -%}
    {% endfor %}
),

-- Between the first and the last event of a kind nothing is 0; outside of them it is unknown.
covered_days as (
    select
        'fct_contact_event' as our_fact,
        min(occurred_date) as first_date,
        max(occurred_date) as last_date
    from contact_events

    union all

    select
        'fct_private_message' as our_fact,
        min(sent_date) as first_date,
        max(sent_date) as last_date
    from private_messages

    union all

    select
        'fct_message' as our_fact,
        min(sent_date) as first_date,
        max(sent_date) as last_date
    from messages
),

compared as (
    select
        vendor_figures.*,
        vendor_metrics.label_en,
        vendor_metrics.label_zh,
        vendor_metrics.unit,
        vendor_metrics.our_metric,
        vendor_metrics.is_comparable,
        vendor_metrics.definition_en,
        vendor_metrics.definition_zh,
        case
            when our_figures.value is not null then our_figures.value
            when vendor_metrics.unit = 'count' and covered_days.our_fact is not null then 0
        end as our_value
    from vendor_figures
    left join vendor_metrics
        on
            vendor_figures.system = vendor_metrics.system
            and vendor_figures.vendor_metric = vendor_metrics.vendor_metric
    left join our_figures
        on
            vendor_metrics.our_metric = our_figures.metric_id
            and vendor_figures.scope_type = our_figures.scope_type
            and vendor_figures.scope_id = our_figures.scope_id
            and vendor_figures.figure_date = our_figures.date
    left join covered_days
        on
            vendor_metrics.our_fact = covered_days.our_fact
            and vendor_figures.figure_date >= covered_days.first_date
            and vendor_figures.figure_date <= covered_days.last_date
),

final as (
    select
        system,
        figure_date,
        scope_type,
        scope_id,
        vendor_metric,
        label_en,
        label_zh,
        unit,
        value as vendor_value,
        our_metric,
        our_value,
        our_value - value as difference,
        {{ rate('our_value - value', 'value') }} as difference_rate,
        is_comparable,
        definition_en,
        definition_zh,
        landed_date
    from compared
)

select * from final
