with final as (
    {% for table in slice_by_superseded_files() %}
    select
        '{{ table.system }}' as system,
        '{{ table.entity }}' as entity,
        load_seq,
        count(*) as rows_kept
    from (
        {{ last_landed(table.relation, table.key) | indent(8) }}
    ) as kept
    group by load_seq

    union all

    {% endfor %}
    -- where nothing landed there is no table to look at
    select
        cast(null as varchar) as system,
        cast(null as varchar) as entity,
        cast(null as bigint) as load_seq,
        cast(null as bigint) as rows_kept
    where false
)

select * from final
