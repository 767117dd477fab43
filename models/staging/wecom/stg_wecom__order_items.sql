with source as (
    select *
    from {{ source('raw', 'wecom__bill_commodities') }}
    where bill_type = '0'
),

bill_source as (
    select *
    from {{ source('raw', 'wecom__bills') }}
    where bill_type = '0'
),

bills as (
    {{ last_landed('bill_source', ['transaction_id']) | indent(4) }}
),

last_landed as (
    {{ last_landed('source', ['transaction_id', 'line_number']) | indent(4) }}
),

counted as (
    select
        *,
        count(*) over (partition by transaction_id) as lines
    from last_landed
),

final as (
    select
        counted.transaction_id as order_id,
        cast(counted.line_number as bigint) as line_number,
        'wecom:' || counted.description as product_id,
        cast(counted.quantity as bigint) as quantity,
        -- a bill has one total: of several lines nobody knows the shares
        cast(case when counted.lines = 1 then bills.paid_amount end as decimal(18, 2))
            as line_amount,
        cast(null as decimal(18, 2)) as unit_cost,
        counted.system,
        counted.load_seq,
        counted.line,
        counted.landed_at
    from counted
    left join bills on counted.transaction_id = bills.transaction_id
)

select * from final
