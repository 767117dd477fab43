with listed_source as (
    select *
    from {{ source('raw', 'wecom__bill_refunds') }}
),

bill_source as (
    select *
    from {{ source('raw', 'wecom__bills') }}
    where bill_type = '1' and refund_id is not null
),

listed as (
    {{ last_landed('listed_source', ['refund_id']) | indent(4) }}
),

bills as (
    {{ last_landed('bill_source', ['refund_id']) | indent(4) }}
),

-- 2: the money has gone back
succeeded as (
    select * from listed
    where status = '2'
),

final as (
    select
        refund_id,
        transaction_id as order_id,
        cast(requested_at as timestamp) as refunded_at,
        cast(refund_amount as decimal(18, 2)) as refund_amount,
        reason,
        system,
        load_seq,
        line,
        landed_at
    from succeeded

    union all

    -- a refund has a bill of its own, which counts where the payment does not list it
    select
        bills.refund_id,
        bills.transaction_id as order_id,
        cast(bills.paid_at as timestamp) as refunded_at,
        cast(coalesce(bills.refunded_amount, bills.paid_amount) as decimal(18, 2))
            as refund_amount,
        cast(null as varchar) as reason,
        bills.system,
        bills.load_seq,
        bills.line,
        bills.landed_at
    from bills
    left join succeeded on bills.refund_id = succeeded.refund_id
    where succeeded.refund_id is null
)

select * from final
