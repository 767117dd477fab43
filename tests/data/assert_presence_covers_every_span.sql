-- Every span lies within one stretch of each scope its group belongs to. Joined on equal keys
-- alone: with the days in the join the engine compares all pairs of days.
with compared as (
    select
        spans.group_id,
        spans.member_id,
        spans.span_number,
        scopes.scope_type,
        case
            when
                spans.start_date >= presence.entered_date
                and (
                    presence.left_date is null
                    or (spans.end_date is not null and spans.end_date <= presence.left_date)
                )
                then 1
            else 0
        end as is_covered
    from {{ tested_rows('fct_membership_span', ['member_id']) }} as spans
    inner join {{ ref('bridge_group_scope') }} as scopes on spans.group_id = scopes.group_id
    left join {{ ref('fct_presence') }} as presence
        on
            scopes.scope_type = presence.scope_type
            and scopes.scope_id = presence.scope_id
            and spans.member_id = presence.member_id
)

select
    group_id,
    member_id,
    span_number,
    scope_type
from compared
group by group_id, member_id, span_number, scope_type
having max(is_covered) = 0
