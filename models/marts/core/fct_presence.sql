{%- set slice = slice_by(['member_id'], touched_by=[
    changed('int_membership_spans'),
    changed('bridge_group_scope', key='group_id', via='int_membership_spans'),
]) -%}
with membership_spans as (
    select * from {{ sliced(slice, 'int_membership_spans') }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

scope_spans as (
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        membership_spans.member_id,
        membership_spans.group_id,
        membership_spans.started_at,
        membership_spans.start_date,
        coalesce(membership_spans.end_date, cast('9999-12-31' as date)) as end_date
    from membership_spans
    inner join group_scopes on membership_spans.group_id = group_scopes.group_id
),

with_reach as (
    select
        *,
        max(end_date) over (
            partition by scope_type, scope_id, member_id
            order by start_date, end_date, group_id, started_at
            rows between unbounded preceding and 1 preceding
        ) as reached_date
    from scope_spans
),

numbered as (
    select
        *,
        sum(case when reached_date is null or start_date > reached_date then 1 else 0 end) over (
            partition by scope_type, scope_id, member_id
            order by start_date, end_date, group_id, started_at
            rows between unbounded preceding and current row
        ) as stretch_number
    from with_reach
),

stretches as (
    select
        scope_type,
        scope_id,
        member_id,
        cast(stretch_number as bigint) as stretch_number,
        min(start_date) as entered_date,
        nullif(max(end_date), cast('9999-12-31' as date)) as left_date
    from numbered
    group by scope_type, scope_id, member_id, stretch_number
),

final as (
    select
        scope_type,
        scope_id,
        member_id,
        stretch_number,
        entered_date,
        left_date,
        lead(entered_date) over (
            partition by scope_type, scope_id, member_id
            order by stretch_number
        ) as next_entered_date
    from stretches
)

select * from final
{{ stored_in_order_of(['scope_type']) }}
