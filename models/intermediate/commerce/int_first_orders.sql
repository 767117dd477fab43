{%- set slice = slice_by(['member_id'], touched_by=[
    changed('int_orders'),
]) -%}
with orders as (
    select * from {{ sliced(slice, 'int_orders') }}
    where is_paid_order and member_id is not null
),

ranked as (
    select
        member_id,
        order_id,
        paid_at,
        row_number() over (
            partition by member_id
            order by paid_at, order_id
        ) as order_rank
    from orders
),

final as (
    select
        member_id,
        order_id,
        paid_at
    from ranked
    where order_rank = 1
)

select * from final
