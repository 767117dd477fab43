with final as (
    {% for system, entity, key in raw_keys() %}
    select
        system,
        '{{ entity }}' as entity,
        load_seq,
        count(*) as rows_kept
    from (
        {{ last_landed(source('raw', system ~ '__' ~ entity), key) | indent(8) }}
    ) as kept
    group by system, load_seq
    {% if not loop.last %}

    union all
    {% endif %}
    {% endfor %}
)

select * from final
