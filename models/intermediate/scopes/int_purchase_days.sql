{%- set slice = slice_by_days(
    ['member_id', 'paid_date'],
    previous='previous_paid_date',
    next='next_paid_date',
    touched_by=[changed('fct_order', condition='is_paid_order')],
) -%}
with orders as (
    select * from {{ sliced(slice, 'fct_order') }}
    where is_paid_order
),

purchase_days as (
    select
        member_id,
        paid_date,
        count(*) as orders
    from orders
    where member_id is not null
    group by member_id, paid_date
),

final as (
    select
        'all' as scope_type,
        'all' as scope_id,
        member_id,
        paid_date,
        orders,
        lag(paid_date) over (partition by member_id order by paid_date) as previous_paid_date,
        lead(paid_date) over (partition by member_id order by paid_date) as next_paid_date
    from {{ with_neighbours(slice, 'purchase_days') }}
)

select * from final
