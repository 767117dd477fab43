with final as (
    {% for table in slice_by_superseded_files() %}
    select
        '{{ table.system }}' as system,
        '{{ table.entity }}' as entity,
        load_seq,
        count(*) as rows_kept
    from (
        -- the last landed of a key counts (R20)
        select max(load_seq) as load_seq
        from {{ table.relation }}
        group by {{ table.key | join(', ') }}
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
