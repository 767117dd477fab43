{%- set slice = slice_by(['period_type', 'period_start'], touched_by=[
    changed('int_top_terms', condition='not is_top_term'),
]) -%}
-- whatever is left of all groups is among their most used
with terms as (
    select * from {{ sliced(slice, 'int_top_terms') }}
    where not is_top_term
),

final as (
    select
        period_type,
        period_start,
        scope_id as group_id,
        term,
        messages,
        speakers
    from terms
)

select * from final
