{%- set slice = slice_by(['member_id'], touched_by=[
    changed('int_membership_spans'),
]) -%}
with membership_spans as (
    select * from {{ sliced(slice, 'int_membership_spans') }}
),

scope_spans as (
    select
        'group' as scope_type,
        group_id as scope_id,
        member_id,
        started_at,
        ended_at
    from membership_spans

    union all

    select
        'all' as scope_type,
        'all' as scope_id,
        member_id,
        started_at,
        ended_at
    from membership_spans
),

with_reach as (
    select
        *,
        max(coalesce(ended_at, cast('9999-12-31' as timestamp))) over (
            partition by scope_type, scope_id, member_id
            order by started_at, ended_at nulls last
            rows between unbounded preceding and 1 preceding
        ) as reached_at
    from scope_spans
),

numbered as (
    select
        *,
        sum(case when reached_at is null or started_at > reached_at then 1 else 0 end) over (
            partition by scope_type, scope_id, member_id
            order by started_at, ended_at nulls last
            rows between unbounded preceding and current row
        ) as stay_number
    from with_reach
),

stays as (
    select
        scope_type,
        scope_id,
        member_id,
        stay_number,
        min(started_at) as entered_at,
        case when count(*) = count(ended_at) then max(ended_at) end as left_at
    from numbered
    group by scope_type, scope_id, member_id, stay_number
),

final as (
    select
        scope_type,
        scope_id,
        member_id,
        entered_at,
        left_at,
        lead(entered_at) over (
            partition by scope_type, scope_id, member_id
            order by stay_number
        ) as next_entered_at
    from stays
)

select * from final
