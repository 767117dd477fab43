with metrics as (
    select * from {{ ref('metric_definitions') }}
),

final as (
    select
        metric_id,
        label_zh,
        label_en,
        family,
        stage,
        formula,
        unit,
        better,
        mart,
        column_name,
        reference,
        decision,
        formula_zh,
        decision_zh,
        reference_zh
    from metrics
)

select * from final
