{%- set slice = slice_by(['member_id'], touched_by=[
    changed('int_member_mentions'),
    changed('int_members'),
    changed('int_non_customers'),
    changed('int_membership_spans'),
    changed('int_first_orders'),
]) -%}
with members as (
    select * from {{ sliced(slice, 'int_members') }}
),

non_customers as (
    select * from {{ ref('int_non_customers') }}
),

-- one person stands in many entities and landings
people as (
    select distinct member_id
    from {{ sliced(slice, 'int_member_mentions') }}
),

spans_in_order as (
    select
        member_id,
        started_at,
        channel_id,
        row_number() over (
            partition by member_id
            order by started_at, group_id, span_number
        ) as span_rank
    from {{ sliced(slice, 'int_membership_spans') }}
),

first_spans as (
    select
        member_id,
        started_at,
        coalesce(channel_id, 'unknown') as first_channel_id
    from spans_in_order
    where span_rank = 1
),

first_orders as (
    select * from {{ sliced(slice, 'int_first_orders') }}
),

final as (
    select
        people.member_id,
        members.member_type,
        non_customers.member_id is null as is_customer,
        members.member_id is not null as is_registered,
        members.gender,
        members.city,
        members.phone_key is not null as has_phone,
        members.birthday is not null as has_birthday,
        members.unionid is not null as has_unionid,
        members.first_seen_at,
        first_spans.first_channel_id,
        first_spans.started_at as first_joined_at,
        first_orders.paid_at as first_paid_at
    from people
    left join members on people.member_id = members.member_id
    left join non_customers on people.member_id = non_customers.member_id
    left join first_spans on people.member_id = first_spans.member_id
    left join first_orders on people.member_id = first_orders.member_id
)

select * from final
