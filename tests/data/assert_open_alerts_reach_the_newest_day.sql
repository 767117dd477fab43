-- A closed alert has a closing day, after its last one; alerts of one scope do not overlap.
with in_order as (
    select
        *,
        lag(closed_on) over (
            partition by alert_kind, scope_type, scope_id
            order by occurred_on
        ) as previous_closed_on,
        lag(occurred_on) over (
            partition by alert_kind, scope_type, scope_id
            order by occurred_on
        ) as previous_occurred_on
    from {{ ref('mart_alert') }}
)

select *
from in_order
where
    (status = 'closed') <> (closed_on is not null)
    or closed_on <= worst_date
    or worst_date < occurred_on
    or (previous_occurred_on is not null and previous_closed_on is null)
    or previous_closed_on >= occurred_on
