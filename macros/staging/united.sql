{# The rows that `systems` have of a canonical entity, columns by place as in stg_canonical__<entity>.
   Of one key the last landed counts, whichever system says it (R20). Where `described_by` lists columns, what the
   last one does not say keeps the value that another system says: a hand-kept sheet of groups knows their types, WeCom
   their owners. A value in `weak` (by column) is said for want of better and gives way to any other: whom a sheet
   calls a shill, WeCom calls a customer. `slice`: the columns of the key that no row leaves unknown, where one may. #}
{% macro united(entity, key, systems, described_by=[], weak={}, slice=none) -%}
{%- set slice = slice_by(slice or key, also=landed_slices(entity, slice or key, systems)) -%}
{%- set landed_first -%}
over (
            partition by {{ key | join(', ') }}
            order by load_seq desc, line desc
            rows between unbounded preceding and unbounded following
        )
{%- endset %}
{%- set telling = systems if slice.touched is none else systems_landed(systems) -%}
{%- set is_few = slice.touched is not none
    and run_query('select count(*) from ' ~ slice.touched).columns[0].values()[0] < 500000 -%}
{%- set of_systems -%}
(
    {%- for system in telling %}
    select * from {{ sliced(slice, 'stg_' ~ system ~ '__' ~ entity, slice.columns) }}
    {{ 'union all' if not loop.last }}
    {%- endfor -%}
)
{%- endset -%}
with
{% if described_by %}
of_each_system as (
    {{ last_landed(of_systems, key + ['system'], is_few=is_few) | indent(4) }}
),

ranked as (
    select
        {% for column in key %}
        {{ column }},
        {% endfor %}
        {% for column in described_by %}
        {% if column in weak %}
        coalesce(
            {{ first_known("nullif(" ~ column ~ ", '" ~ weak[column] ~ "')") }} {{ landed_first }},
            {{ first_known(column) }} {{ landed_first }}
        ) as {{ column }},
        {% else %}
        {{ first_known(column) }} {{ landed_first }} as {{ column }},
        {% endif %}
        {% endfor %}
        system,
        load_seq,
        line,
        landed_at,
        row_number() over (
            partition by {{ key | join(', ') }}
            order by load_seq desc, line desc
        ) as system_rank
    from of_each_system
),

final as (
    select *
    from ranked
    where system_rank = 1
)
{% else %}
final as (
    {{ last_landed(of_systems, key, is_few=is_few) | indent(4) }}
)
{% endif %}

select * from final
{%- endmacro %}

{# Those of the systems of which anything ever landed, or the first: of the others no model need be looked into. #}
{% macro systems_landed(systems) -%}
    {%- set landed = run_query(
        "select distinct system from raw.files where status = 'landed'"
    ).columns[0].values() | list -%}
    {{ return(systems | select('in', landed) | list or systems[:1]) }}
{%- endmacro %}

{# Slices of an entity that landed since the last build. A row of the canonical export is a row of its staging model;
   in other systems one file may tell of rows that another told before, so that all of a system's are looked at. #}
{% macro landed_slices(entity, columns, systems) -%}
    {%- set statements = [] -%}
    {%- for system in systems -%}
        {%- set relation = ref('stg_' ~ system ~ '__' ~ entity) -%}
        {%- if is_by_slices() -%}
            {%- if system == 'canonical' -%}
                {%- do statements.append(
                    slices_of(relation, columns, columns) ~ ' and load_seq > ' ~ built_through()
                ) -%}
            {%- elif has_landed_since_build(system) -%}
                {%- do statements.append(slices_of(relation, columns, columns)) -%}
                {%- do statements.append(
                    slices_of(this, columns, columns) ~ " and system = '" ~ system ~ "'"
                ) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}
