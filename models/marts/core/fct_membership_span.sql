{%- set slice = slice_by(['group_id', 'member_id'], touched_by=[
    changed('int_membership_spans'),
]) -%}
with membership_spans as (
    select * from {{ sliced(slice, 'int_membership_spans') }}
),

final as (
    select
        group_id,
        member_id,
        span_number,
        started_at,
        ended_at,
        start_date,
        end_date,
        join_source,
        end_reason,
        leave_reason,
        scene,
        channel_id,
        script_id,
        inviter_id,
        end_precision
    from membership_spans
)

select * from final
