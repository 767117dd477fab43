{#
    Five exports say how often an article was read, each in its own words; the first of them that knows
    a figure counts.
    The `cumulative` ones run from publication to their day.
#}
{% set measures = ['reads', 'readers', 'shares', 'favorites', 'likes', 'comments'] %}
{% set exports = [
    {
        'name': 'article_reads',
        'key': ['day', 'post_id'],
        'columns': {'readers': 'readers'},
    },
    {
        'name': 'article_shares',
        'key': ['day', 'post_id'],
        'columns': {'shares': 'sharers'},
    },
    {
        'name': 'article_days',
        'key': ['day', 'post_id', 'user_source'],
        'columns': {
            'user_source': 'user_source',
            'title': 'title',
            'reads': 'reads',
            'readers': 'readers',
            'shares': 'shares',
            'favorites': 'favorites',
        },
    },
    {
        'name': 'article_details',
        'key': ['day', 'post_id'],
        'cumulative': true,
        'columns': {
            'published_on': 'published_on',
            'title': 'title',
            'readers': 'readers',
            'shares': 'sharers',
            'favorites': 'favoring_people',
            'likes': 'likes',
            'comments': 'comments',
        },
    },
    {
        'name': 'article_totals',
        'key': ['day', 'post_id', 'user_source'],
        'cumulative': true,
        'columns': {
            'published_on': 'published_on',
            'user_source': 'user_source',
            'title': 'title',
            'reads': 'reads',
            'readers': 'readers',
            'shares': 'shares',
            'favorites': 'favorites',
        },
    },
] %}

with
{%- for export in exports %}
{{ export.name }} as (
    {{ last_landed(source('raw', 'official_account__' ~ export.name), export.key) | indent(4) }}
),
{% endfor %}
by_source as (
    {%- for export in exports %}
    select
        {{ loop.index }} as preference,
        {{ 'true' if export.cumulative else 'false' }} as is_cumulative,
        post_id,
        cast(day as date) as post_date,
        {%- for column in ['published_on', 'user_source', 'title'] %}
        cast({{ export.columns.get(column, 'null') }} as varchar) as {{ column }},
        {%- endfor %}
        {%- for measure in measures %}
        cast({{ export.columns.get(measure, 'null') }} as bigint) as {{ measure }},
        {%- endfor %}
        load_seq,
        line,
        landed_at
    from {{ export.name }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- The row of all sources, 99999999, else their sum; readers who came from two sources would be two
-- in a sum.
of_all_sources as (
    select
        preference,
        is_cumulative,
        post_id,
        post_date,
        cast(max(published_on) as date) as published_on,
        max(title) as title,
        {%- for measure in measures %}
        coalesce(
            max({{ measure }}) filter (where user_source = '99999999'),
            {{ 'case when count(*) = 1 then max(readers) end' if measure == 'readers'
                else 'sum(' ~ measure ~ ')' }}
        ) as {{ measure }},
        {%- endfor %}
        max(load_seq) as load_seq,
        max(line) as line,
        max(landed_at) as landed_at
    from by_source
    group by preference, is_cumulative, post_id, post_date
),

with_day_before as (
    select
        *,
        {%- for measure in measures %}
        lag({{ measure }}) over (partition by preference, post_id order by post_date)
            as previous_{{ measure }},
        {%- endfor %}
        lag(post_date) over (partition by preference, post_id order by post_date) as previous_date
    from of_all_sources
),

-- A day's own part of what runs from publication: all of the first day, later what the day before
-- lacks. Without the day before it is unknown.
of_the_day as (
    select
        preference,
        post_id,
        post_date,
        title,
        {%- for measure in measures %}
        case
            when is_cumulative and post_date > published_on
                then {{ measure }} - previous_{{ measure }}
            else {{ measure }}
        end as {{ measure }},
        {%- endfor %}
        load_seq,
        line,
        landed_at
    from with_day_before
    where
        not is_cumulative
        or post_date = published_on
        or {{ days_between('previous_date', 'post_date') }} = 1
),

final as (
    select
        post_date,
        post_id,
        max(max(title)) over (partition by post_id) as title,
        {%- for measure in measures %}
        cast(
            coalesce(
                {%- for export in exports %}
                max({{ measure }}) filter (where preference = {{ loop.index }})
                {{- ',' if not loop.last }}
                {%- endfor %}
            ) as bigint
        ) as {{ measure }},
        {%- endfor %}
        'official_account' as system,
        max(load_seq) as load_seq,
        max(line) as line,
        max(landed_at) as landed_at
    from of_the_day
    group by post_date, post_id
)

select * from final
