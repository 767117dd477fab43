-- R3: a member is inside a group once; the next span starts when the one before has ended.
with spans as (
    select
        group_id,
        member_id,
        started_at,
        ended_at,
        lead(started_at) over (
            partition by group_id, member_id
            order by span_number
        ) as next_started_at
    from {{ tested_rows('fct_membership_span', ['group_id', 'member_id']) }}
)

select *
from spans
where
    ended_at < started_at
    or next_started_at < ended_at
    or (next_started_at is not null and ended_at is null)
