{%- set slice = slice_by(['activity_id', 'participated_at'], touched_by=[
    changed('int_all_activity_participations'),
    changed('int_activities', key='activity_id', via='int_all_activity_participations'),
    changed_people('int_all_activity_participations', 'member_id'),
    counted_since('int_all_activity_participations', ['participated_at']),
]) -%}
with participations as (
    select * from {{ sliced(slice, 'int_all_activity_participations') }}
),

activities as (
    select * from {{ ref('int_activities') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

non_customers as (
    select * from {{ ref('int_non_customers') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

resolved as (
    select
        participations.activity_id,
        {{ resolved('participations.member_id', 'identities') }} as member_id,
        participations.participated_at,
        {{ mask_phones('participations.action') }} as action,
        coalesce(participations.group_id, activities.group_id) as group_id,
        {{ surrogate_key([
            'participations.activity_id',
            'participations.member_id',
            'participations.participated_at',
            'participations.action',
        ]) }} as participation_id
    from participations
    cross join reporting_window
    left join activities on participations.activity_id = activities.activity_id
    left join identities on participations.member_id = identities.id_value
    where participations.participated_at < reporting_window.counted_before
),

final as (
    select
        resolved.participation_id,
        resolved.activity_id,
        resolved.member_id,
        resolved.participated_at,
        cast(resolved.participated_at as date) as participated_date,
        resolved.action,
        resolved.group_id,
        non_customers.member_id is null as is_customer
    from resolved
    left join non_customers on resolved.member_id = non_customers.member_id
)

select * from final
