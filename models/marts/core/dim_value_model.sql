with fits as (
    select * from {{ ref('int_lifetime_value_fits') }}
),

final as (
    select
        cast(model as varchar) as model,
        cast(status as varchar) as status,
        cast(customers as bigint) as customers,
        cast(repeat_customers as bigint) as repeat_customers,
        cast(log_likelihood as double) as log_likelihood,
        cast(r as double) as r,
        cast(alpha as double) as alpha,
        cast(a as double) as a,
        cast(b as double) as b,
        cast(p as double) as p,
        cast(q as double) as q,
        cast(v as double) as v
    from fits
)

select * from final
