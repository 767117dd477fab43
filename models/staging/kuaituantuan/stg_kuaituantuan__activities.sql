with orders as (
    select * from {{ ref('base_kuaituantuan__orders') }}
),

sheet_orders as (
    select * from {{ ref('base_kuaituantuan__sheet_orders') }}
),

told as (
    select
        activity_id,
        activity_title,
        paid_at,
        system,
        load_seq,
        line,
        landed_at
    from orders
    union all
    select
        activity_id,
        activity_title,
        paid_at,
        system,
        load_seq,
        line,
        landed_at
    from sheet_orders
),

-- nobody says when a 团 opened: no later than its first order was paid
openings as (
    select
        activity_id,
        min(paid_at) as started_at
    from told
    group by activity_id
    having min(paid_at) is not null
),

last_told as (
    {{ last_landed('told', ['activity_id']) | indent(4) }}
),

final as (
    select
        last_told.activity_id,
        last_told.activity_title as activity_name,
        '团购' as activity_type,
        cast(null as varchar) as group_id,
        openings.started_at,
        cast(null as timestamp) as ended_at,
        cast(null as decimal(18, 2)) as cost_amount,
        cast(null as varchar) as topic_keywords,
        last_told.system,
        last_told.load_seq,
        last_told.line,
        last_told.landed_at
    from last_told
    inner join openings on last_told.activity_id = openings.activity_id
)

select * from final
