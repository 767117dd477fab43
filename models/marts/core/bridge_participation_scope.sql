{%- set slice = slice_by(['participation_id'], touched_by=[
    changed('fct_participation'),
    changed('int_membership_spans', key='member_id', via='fct_participation'),
    changed('bridge_group_scope', key='group_id', via='fct_participation'),
    changed('bridge_group_scope', key='group_id', via='this', on='scope_id'),
]) -%}
with participations as (
    select * from {{ sliced(slice, 'fct_participation') }}
),

membership_spans as (
    select * from {{ ref('int_membership_spans') }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

participation_groups as (
    select
        participation_id,
        group_id
    from participations
    where group_id is not null

    union all

    -- whose group is unknown took part in the groups that the member was in
    select
        participations.participation_id,
        membership_spans.group_id
    from participations
    inner join membership_spans
        on
            participations.member_id = membership_spans.member_id
            and participations.participated_at >= membership_spans.started_at
            and (
                membership_spans.ended_at is null
                or participations.participated_at < membership_spans.ended_at
            )
    where participations.group_id is null
),

-- distinct, because several groups of one scope are one scope; who is in no group then is in none
final as (
    select distinct
        participation_groups.participation_id,
        group_scopes.scope_type,
        group_scopes.scope_id
    from participation_groups
    inner join group_scopes on participation_groups.group_id = group_scopes.group_id
)

select * from final
