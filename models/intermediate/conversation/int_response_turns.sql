{%- set slice = slice_by(['member_id', 'staff_id'], touched_by=[
    changed('int_private_messages'),
    counted_since('int_private_messages', ['sent_at', add_hours('sent_at', 24)]),
]) -%}
with messages as (
    select * from {{ sliced(slice, 'int_private_messages') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

with_previous as (
    select
        *,
        lag(is_from_staff) over chat as previous_is_from_staff,
        lag(sent_at) over chat as previous_sent_at
    from messages
    window chat as (partition by member_id, staff_id order by sent_at, message_id)
),

with_openings as (
    select
        *,
        not is_from_staff
        and (
            previous_sent_at is null
            or previous_is_from_staff
            or sent_at >= {{ add_hours('previous_sent_at', 24) }}
        ) as is_opening
    from with_previous
),

with_turns as (
    select
        *,
        sum(case when is_opening then 1 else 0 end) over (
            partition by member_id, staff_id
            order by sent_at, message_id
            rows between unbounded preceding and current row
        ) as turn_number
    from with_openings
),

turns as (
    select
        member_id,
        staff_id,
        turn_number,
        min(case when is_opening then sent_at end) as opened_at,
        min(case when is_opening then message_id end) as opening_message_id,
        min(case when is_from_staff then sent_at end) as first_staff_message_at
    from with_turns
    where turn_number > 0
    group by member_id, staff_id, turn_number
),

answered as (
    select
        member_id,
        staff_id,
        opened_at,
        opening_message_id,
        case
            when first_staff_message_at <= {{ add_hours('opened_at', 24) }}
                then first_staff_message_at
        end as answered_at
    from turns
),

final as (
    select
        answered.member_id,
        answered.staff_id,
        answered.opened_at,
        answered.opening_message_id,
        cast(answered.opened_at as date) as opened_date,
        answered.answered_at,
        answered.answered_at is not null as is_answered,
        {{ seconds_between('answered.opened_at', 'answered.answered_at') }} as response_seconds
    from answered
    cross join reporting_window
    -- an open question younger than a day may still be answered (R18)
    where
        answered.answered_at is not null
        or {{ add_hours('answered.opened_at', 24) }} <= reporting_window.counted_before
)

select * from final
