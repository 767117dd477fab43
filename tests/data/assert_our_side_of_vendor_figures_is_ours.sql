-- What stands beside a vendor's figure is what the other marts say of that day.
with reconciliation as (
    select * from {{ ref('mart_vendor_reconciliation') }}
    where our_value is not null
),

staff_days as (
    select * from {{ ref('mart_staff_service') }}
    where period_type = 'day'
),

owner_days as (
    select * from {{ ref('mart_community_kpi') }}
    where period_type = 'day' and scope_type in ('all', 'owner')
),

compared as (
    select
        reconciliation.our_value,
        coalesce(
            case reconciliation.our_metric
                when 'new_contacts' then staff_days.new_contacts
                when 'customer_deletes' then staff_days.deleted_by_customer
                when 'conversations' then staff_days.conversations
                when 'staff_messages' then staff_days.staff_messages
            end,
            0
        ) as mart_value
    from reconciliation
    left join staff_days
        on
            reconciliation.scope_id = staff_days.staff_id
            and reconciliation.figure_date = staff_days.period_start
    where
        reconciliation.scope_type = 'staff'
        and reconciliation.our_metric in (
            'new_contacts', 'customer_deletes', 'conversations', 'staff_messages'
        )

    union all

    select
        reconciliation.our_value,
        case reconciliation.our_metric
            when 'joins' then owner_days.joins
            when 'memberships_end' then owner_days.memberships_end
        end as mart_value
    from reconciliation
    left join owner_days
        on
            reconciliation.scope_type = owner_days.scope_type
            and reconciliation.scope_id = owner_days.scope_id
            and reconciliation.figure_date = owner_days.period_start
    where reconciliation.our_metric in ('joins', 'memberships_end')
)

select * from compared
where our_value is distinct from mart_value
