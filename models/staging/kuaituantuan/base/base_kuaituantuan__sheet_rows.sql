with source as (
    select * from {{ source('raw', 'kuaituantuan__order_sheet') }}
),

statuses as (
    select * from {{ ref('kuaituantuan_order_statuses') }}
),

last_landed as (
    {{ last_landed('source', ['activity_title', 'participate_no']) | indent(4) }}
),

final as (
    select
        trim(last_landed.activity_title) as activity_title,
        last_landed.participate_no,
        cast(last_landed.paid_at as timestamp) as paid_at,
        trim(last_landed.item_names) as item_names,
        cast(last_landed.quantity as bigint) as quantity,
        cast(last_landed.paid_amount as decimal(18, 2)) as paid_amount,
        cast(last_landed.refunded_amount as decimal(18, 2)) as refunded_amount,
        -- a word that the seed does not know: what the times say
        coalesce(
            statuses.order_status,
            case when last_landed.paid_at is not null then 'paid' else 'created' end
        ) as order_status,
        last_landed.system,
        last_landed.load_seq,
        last_landed.line,
        last_landed.landed_at
    from last_landed
    left join statuses on last_landed.order_status = statuses.kuaituantuan_status
)

select * from final
