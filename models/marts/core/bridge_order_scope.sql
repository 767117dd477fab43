{%- set slice = slice_by(['order_id'], touched_by=[
    changed('int_order_groups'),
    changed('bridge_group_scope', key='group_id', via='int_order_groups'),
]) -%}
with order_groups as (
    select * from {{ sliced(slice, 'int_order_groups') }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

-- a buyer in several groups of one scope buys once in it (R9)
final as (
    select distinct
        order_groups.order_id,
        group_scopes.scope_type,
        group_scopes.scope_id
    from order_groups
    inner join group_scopes on order_groups.group_id = group_scopes.group_id
)

select * from final
