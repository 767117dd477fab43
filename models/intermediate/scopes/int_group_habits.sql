{%- set slice = slice_by(['group_id', 'member_id'], touched_by=[
    changed('int_active_days', ['scope_id', 'member_id'], condition="scope_type = 'group'"),
]) -%}
with active_days as (
    select *
    from {{ sliced(
        slice, 'int_active_days', ['scope_id', 'member_id'], keys=['group_id', 'member_id']
    ) }}
    where scope_type = 'group'
),

gaps as (
    select
        scope_id as group_id,
        member_id,
        active_date,
        {{ days_between('previous_active_date', 'active_date') }} as gap_days
    from active_days
),

-- Habits are rounded, so that no day is longer than a habit of just as many days.
final as (
    select
        group_id,
        member_id,
        count(*) as active_days,
        max(active_date) as last_active_date,
        round({{ quantile('gap_days', 0.9) }}, 6) as usual_gap_days
    from gaps
    group by group_id, member_id
)

select * from final
