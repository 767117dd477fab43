{%- set slice = slice_by(['group_id', 'date'], touched_by=[
    changed('fct_membership_span', columns=['group_id', 'start_date']),
    changed('fct_membership_span', columns=['group_id', 'end_date']),
    changed('fct_membership_span', key=['group_id', 'member_id'], via='this'),
    changed('fct_message', columns=['group_id', 'sent_date']),
    changed('int_message_actions', columns=['group_id', 'action_date']),
    changed('fct_participation', columns=['group_id', 'participated_date']),
    changed('fct_page_view', columns=['group_id', 'viewed_date']),
    changed('fct_touch', columns=['group_id', 'touch_date']),
    changed('fct_order', columns=['attributed_group_id', 'paid_date']),
    counted_since('int_message_actions', ['action_date'], columns=['group_id', 'action_date']),
    counted_since('fct_page_view', ['viewed_date'], columns=['group_id', 'viewed_date']),
    counted_since('fct_touch', ['touch_date'], columns=['group_id', 'touch_date']),
]) -%}
{%- set measures = [
    'joins', 'leaves', 'messages', 'valid_messages', 'characters', 'red_packets', 'actions',
    'participations', 'page_views', 'touches', 'attributed_orders',
] -%}
with membership_spans as (
    select * from {{ ref('fct_membership_span') }}
),

messages as (
    select * from {{ sliced(slice, 'fct_message', ['group_id', 'sent_date']) }}
    where is_customer
),

message_actions as (
    select * from {{ sliced(slice, 'int_message_actions', ['group_id', 'action_date']) }}
    where group_id is not null
),

participations as (
    select * from {{ sliced(slice, 'fct_participation', ['group_id', 'participated_date']) }}
    where group_id is not null
),

page_views as (
    select * from {{ sliced(slice, 'fct_page_view', ['group_id', 'viewed_date']) }}
    where group_id is not null and member_id is not null
),

touches as (
    select * from {{ sliced(slice, 'fct_touch', ['group_id', 'touch_date']) }}
    where group_id is not null and is_delivered
),

orders as (
    select * from {{ sliced(slice, 'fct_order', ['attributed_group_id', 'paid_date']) }}
    where is_in_community
),

reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

counted as (
    {{ member_day_counts('membership_spans', 'start_date', measures, {'joins': 'count(*)'}) }}

    union all

    {{ member_day_counts(
        'membership_spans', 'end_date', measures, {'leaves': 'count(*)'}, "end_reason = 'leave'"
    ) }}

    union all

    {{ member_day_counts('messages', 'sent_date', measures, {
        'messages': 'sum(case when is_counted then 1 else 0 end)',
        'valid_messages': 'sum(case when is_valid then 1 else 0 end)',
        'characters':
            "sum(case when is_valid and message_type = 'text' then character_count else 0 end)",
        'red_packets':
            "sum(case when is_counted and message_type = 'red_packet' then 1 else 0 end)",
    }) }}

    union all

    {{ member_day_counts('message_actions', 'action_date', measures, {'actions': 'count(*)'}) }}

    union all

    {{ member_day_counts(
        'participations', 'participated_date', measures, {'participations': 'count(*)'}
    ) }}

    union all

    {{ member_day_counts('page_views', 'viewed_date', measures, {'page_views': 'count(*)'}) }}

    union all

    {{ member_day_counts('touches', 'touch_date', measures, {'touches': 'count(*)'}) }}

    union all

    {{ member_day_counts('orders', 'paid_date', measures, {
        'attributed_orders': 'count(*)',
        'attributed_gross_sales': 'sum(paid_amount)',
        'attributed_net_sales': 'sum(net_sales)',
    }, group='attributed_group_id') }}
),

member_days as (
    select
        group_id,
        member_id,
        date,
        {% for measure in measures -%}
        cast(sum({{ measure }}) as bigint) as {{ measure }},
        {% endfor -%}
        cast(sum(attributed_gross_sales) as decimal(18, 2)) as attributed_gross_sales,
        cast(sum(attributed_net_sales) as decimal(18, 2)) as attributed_net_sales
    from counted
    group by group_id, member_id, date
),

-- a day may overlap several spans of a member who came back, the last one tells; a span that ends
-- at its midnight does not overlap it
day_spans as (
    select
        member_days.group_id,
        member_days.member_id,
        member_days.date,
        max(case
            when
                membership_spans.ended_at is null
                or membership_spans.ended_at > cast(member_days.date as timestamp)
                then membership_spans.start_date
        end) as span_start_date,
        max(case
            when membership_spans.end_date is null or membership_spans.end_date > member_days.date
                then 1
            else 0
        end) = 1 as is_in_group,
        max(case
            when membership_spans.span_number = 1 and membership_spans.start_date = member_days.date
                then 1
            else 0
        end) = 1 as is_new
    from member_days
    inner join membership_spans
        on
            member_days.group_id = membership_spans.group_id
            and member_days.member_id = membership_spans.member_id
            and member_days.date >= membership_spans.start_date
            and (membership_spans.end_date is null or member_days.date <= membership_spans.end_date)
    group by member_days.group_id, member_days.member_id, member_days.date
),

final as (
    select
        member_days.group_id,
        member_days.member_id,
        member_days.date,
        coalesce(day_spans.is_new, false) as is_new,
        member_days.joins,
        member_days.leaves,
        coalesce(day_spans.is_in_group, false) as is_in_group,
        {{ days_between('day_spans.span_start_date', 'member_days.date') }} as days_in_group,
        member_days.messages,
        member_days.valid_messages,
        member_days.characters,
        member_days.red_packets,
        member_days.actions,
        member_days.participations,
        member_days.page_views,
        member_days.touches,
        member_days.attributed_orders,
        member_days.attributed_gross_sales,
        member_days.attributed_net_sales
    from member_days
    cross join reporting_window
    left join day_spans
        on
            member_days.group_id = day_spans.group_id
            and member_days.member_id = day_spans.member_id
            and member_days.date = day_spans.date
    where
        member_days.date >= reporting_window.history_start_date
        and (
            {% for measure in measures -%}
            member_days.{{ measure }}{{ ' + ' if not loop.last }}
            {%- endfor %}
        ) > 0
)

select * from final
