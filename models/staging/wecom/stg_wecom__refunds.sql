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

-- a refund has a bill of its own, which counts where the payment does not list it
unlisted as (
    select
        bills.*,
        coalesce(bills.refunded_amount, bills.paid_amount) as refund_amount,
        cast(null as varchar) as reason
    from bills
    left join succeeded on bills.refund_id = succeeded.refund_id
    where succeeded.refund_id is null
),

united as (
    select
        refund_id,
        transaction_id,
        requested_at as refunded_at,
        refund_amount,
        reason,
        system,
        load_seq,
        line,
        landed_at
    from succeeded

    union all

    select
        refund_id,
        transaction_id,
        paid_at as refunded_at,
        refund_amount,
        reason,
        system,
        load_seq,
        line,
        landed_at
    from unlisted
),

final as (
    select
        refund_id,
        transaction_id as order_id,
        cast(refunded_at as timestamp) as refunded_at,
        cast(refund_amount as decimal(18, 2)) as refund_amount,
        reason,
        system,
        load_seq,
        line,
        landed_at
    from united
)

select * from final
