{%- set slice = slice_by(['group_id', 'member_id', 'date'], touched_by=[
    changed_sums('fct_membership_span', by=['group_id', 'member_id', 'start_date'], values=['1']),
    changed('fct_membership_span', columns=['group_id', 'member_id', 'end_date']),
    changed_stretches_of_spans('this'),
    changed('fct_message', columns=['group_id', 'member_id', 'sent_date']),
    changed('int_message_actions', columns=['group_id', 'member_id', 'action_date']),
    changed('fct_participation', columns=['group_id', 'member_id', 'participated_date']),
    changed('fct_page_view', columns=['group_id', 'member_id', 'viewed_date']),
    changed('fct_touch', columns=['group_id', 'member_id', 'touch_date']),
    changed('fct_order', columns=['attributed_group_id', 'member_id', 'paid_date']),
    counted_since(
        'fct_membership_span', ['start_date'], columns=['group_id', 'member_id', 'start_date']
    ),
    counted_since('fct_membership_span', ['end_date'], columns=['group_id', 'member_id', 'end_date']),
    counted_since(
        'int_message_actions', ['action_date'], columns=['group_id', 'member_id', 'action_date']
    ),
    counted_since('fct_page_view', ['viewed_date'], columns=['group_id', 'member_id', 'viewed_date']),
    counted_since('fct_touch', ['touch_date'], columns=['group_id', 'member_id', 'touch_date']),
]) -%}
{%- do worked_out_in_parts() -%}
{#- one column of each row counts, which is counted sooner than summed -#}
{%- set counted = [
    'joins', 'leaves', 'messages', 'valid_messages', 'red_packets', 'actions', 'participations',
    'page_views', 'touches', 'attributed_orders',
] -%}
{%- set amounts = ['attributed_gross_sales', 'attributed_net_sales'] -%}
{%- set measures = dict.fromkeys(counted + ['characters'], 'integer') -%}
{%- do measures.update(dict.fromkeys(amounts, 'decimal(18, 2)')) -%}
with membership_spans as (
    select *
    from {{ sliced(slice, 'fct_membership_span', keys=['group_id', 'member_id']) }}
),

messages as (
    select * from {{ sliced(slice, 'fct_message', ['group_id', 'member_id', 'sent_date']) }}
    where is_customer
),

message_actions as (
    select *
    from {{ sliced(slice, 'int_message_actions', ['group_id', 'member_id', 'action_date']) }}
    where group_id is not null
),

participations as (
    select *
    from {{ sliced(slice, 'fct_participation', ['group_id', 'member_id', 'participated_date']) }}
    where group_id is not null
),

page_views as (
    select * from {{ sliced(slice, 'fct_page_view', ['group_id', 'member_id', 'viewed_date']) }}
    where group_id is not null and member_id is not null
),

touches as (
    select * from {{ sliced(slice, 'fct_touch', ['group_id', 'member_id', 'touch_date']) }}
    where group_id is not null and is_delivered
),

orders as (
    select *
    from {{ sliced(slice, 'fct_order', ['attributed_group_id', 'member_id', 'paid_date']) }}
    where is_in_community
),

reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

events as (
    {{ member_day_events('membership_spans', 'start_date', measures, {'joins': 1}) }}

    union all

    {{ member_day_events(
        'membership_spans', 'end_date', measures, {'leaves': 1}, "end_reason = 'leave'"
    ) }}

    union all

    {{ member_day_events('messages', 'sent_date', measures, {
        'messages': 'case when is_counted then 1 end',
        'valid_messages': 'case when is_valid then 1 end',
        'characters': "case when is_valid and message_type = 'text' then character_count end",
        'red_packets': "case when is_counted and message_type = 'red_packet' then 1 end",
    }) }}

    union all

    {{ member_day_events('message_actions', 'action_date', measures, {'actions': 1}) }}

    union all

    {{ member_day_events(
        'participations', 'participated_date', measures, {'participations': 1}
    ) }}

    union all

    {{ member_day_events('page_views', 'viewed_date', measures, {'page_views': 1}) }}

    union all

    {{ member_day_events('touches', 'touch_date', measures, {'touches': 1}) }}

    union all

    {{ member_day_events('orders', 'paid_date', measures, {
        'attributed_orders': 1,
        'attributed_gross_sales': 'paid_amount',
        'attributed_net_sales': 'net_sales',
    }, group='attributed_group_id') }}
),

member_days as (
    select
        group_id,
        member_id,
        date,
        {% for measure in counted -%}
        count({{ measure }}) as {{ measure }},
        {% endfor -%}
        {% for amount in amounts -%}
        cast(coalesce(sum({{ amount }}), 0) as decimal(18, 2)) as {{ amount }},
        {% endfor -%}
        cast(coalesce(sum(characters), 0) as bigint) as characters
    from events
    where {{ is_in_part_of_history('date') }}
    group by group_id, member_id, date
),

-- a member who came back has several spans; of a day the last one that began tells
spans as (
    select
        group_id,
        member_id,
        start_date,
        end_date,
        ended_at,
        first_value(start_date) over (
            partition by group_id, member_id
            order by span_number
        ) as first_start_date,
        coalesce(
            lead(start_date) over (
                partition by group_id, member_id
                order by span_number
            ),
            cast('9999-12-31' as date)
        ) as next_start_date
    from membership_spans
),

final as (
    select
        member_days.group_id,
        member_days.member_id,
        member_days.date,
        coalesce(spans.first_start_date = member_days.date, false) as is_new,
        member_days.joins,
        member_days.leaves,
        spans.start_date is not null
        and coalesce(spans.end_date > member_days.date, true) as is_in_group,
        -- a span that ends at its midnight does not overlap the day
        case
            when coalesce(spans.ended_at > cast(member_days.date as timestamp), true)
                then {{ days_between('spans.start_date', 'member_days.date') }}
        end as days_in_group,
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
    left join spans
        on
            member_days.group_id = spans.group_id
            and member_days.member_id = spans.member_id
            and member_days.date >= spans.start_date
            and member_days.date < spans.next_start_date
    where
        member_days.date >= reporting_window.history_start_date
        and (
            {% for measure in counted -%}
            member_days.{{ measure }}{{ ' + ' if not loop.last }}
            {%- endfor %}
        ) > 0
)

select * from final
{{ stored_in_order_of(['date']) }}
