{% set exports = {
    'user_changes': {'new_user': 'new_users', 'cancel_user': 'lost_users'},
    'user_totals': {'cumulate_user': 'users'},
} %}

with
{%- for table in exports %}
{{ table }} as (
    {{ last_landed(
        source('raw', 'official_account__' ~ table), ['day', 'user_source']
    ) | indent(4) }}
),
{% endfor %}
by_source as (
    {%- for table, metrics in exports.items() %}
    {%- set is_last_table = loop.last %}
    {%- for metric, column in metrics.items() %}
    select
        day,
        user_source,
        '{{ metric }}' as vendor_metric,
        cast({{ column }} as bigint) as people,
        load_seq,
        line,
        landed_at
    from {{ table }}
    where {{ column }} is not null
    {{ 'union all' if not (loop.last and is_last_table) }}
    {%- endfor %}
    {%- endfor %}
),

-- The row of all sources, 99999999, else their sum: a follower comes from one.
final as (
    select
        cast(day as date) as figure_date,
        'all' as scope_type,
        'all' as scope_id,
        vendor_metric,
        cast(
            coalesce(max(people) filter (where user_source = '99999999'), sum(people)) as double
        ) as value,
        'official_account' as system,
        max(load_seq) as load_seq,
        max(line) as line,
        max(landed_at) as landed_at
    from by_source
    group by day, vendor_metric
)

select * from final
