{%- set slice = slice_by(['touch_id'], touched_by=[
    changed('int_touches'),
]) -%}
with touches as (
    select * from {{ sliced(slice, 'int_touches') }}
),

final as (
    select
        touch_id,
        batch_id,
        member_id,
        group_id,
        touched_at,
        touch_date,
        touch_kind,
        channel_id,
        touch_status,
        is_delivered,
        clicked_at
    from touches
)

select * from final
