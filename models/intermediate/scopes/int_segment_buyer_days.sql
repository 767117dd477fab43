{%- set slice = slice_by(['is_in_community', 'buyer_id'], touched_by=[
    changed(
        'fct_order', ['is_in_community', "coalesce(member_id, '')"], condition='is_paid_order'
    ),
]) -%}
with orders as (
    select *
    from {{ sliced(slice, 'fct_order', ['is_in_community', "coalesce(member_id, '')"]) }}
    where is_paid_order
),

days as (
    select
        is_in_community,
        coalesce(member_id, '') as buyer_id,
        paid_date,
        count(*) as orders,
        {{ money('sum(net_sales)') }} as net_sales
    from orders
    group by is_in_community, member_id, paid_date
),

final as (
    select
        *,
        lag(paid_date) over buyer as previous_paid_date,
        lag(paid_date, 2) over buyer as second_last_paid_date
    from days
    window buyer as (partition by is_in_community, buyer_id order by paid_date)
)

select * from final
