{%- set slice = slice_by(['order_id'], touched_by=[
    changed('int_orders'),
    changed('int_membership_spans', key='member_id', via='int_orders'),
]) -%}
with orders as (
    select * from {{ sliced(slice, 'int_orders') }}
    where is_paid_order and member_id is not null
),

membership_spans as (
    select * from {{ ref('int_membership_spans') }}
),

buyer_groups as (
    select
        orders.order_id,
        membership_spans.group_id,
        membership_spans.group_id = orders.group_id as is_named_by_order,
        max(membership_spans.started_at) as started_at
    from orders
    inner join membership_spans
        on
            orders.member_id = membership_spans.member_id
            and orders.paid_at >= membership_spans.started_at
            and (membership_spans.ended_at is null or orders.paid_at < membership_spans.ended_at)
    group by orders.order_id, membership_spans.group_id, orders.group_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by order_id
            order by
                case when is_named_by_order then 0 else 1 end,
                started_at desc,
                group_id
        ) as attribution_rank
    from buyer_groups
),

final as (
    select
        order_id,
        group_id,
        attribution_rank = 1 as is_attributed
    from ranked
)

select * from final
