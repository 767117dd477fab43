{%- set slice = slice_by(['participation_id'], touched_by=[
    changed('int_participations'),
]) -%}
with participations as (
    select * from {{ sliced(slice, 'int_participations') }}
    where is_customer
),

final as (
    select
        participation_id,
        activity_id,
        member_id,
        participated_at,
        participated_date,
        group_id,
        action
    from participations
)

select * from final
