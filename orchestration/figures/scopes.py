"""Whom figures are about (R6): all groups, or those of a department, an owner or a type, or one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.figures.published import Published

if TYPE_CHECKING:
    import pandas

SCOPE_TYPES = ("all", "department", "owner", "group_type", "group")


@dataclass(frozen=True)
class Scope:
    """scope_type and scope_id of a row."""

    type: str = "all"
    id: str = "all"


ALL = Scope()

# scope_type, scope_id and the name that people know a scope by; two groups of one name are told apart by ids.
NAMED = """
with named as (
    select 'group' as scope_type, group_id as scope_id, group_name as name from core.dim_group
    union all
    select 'owner', staff_id, staff_name from core.dim_staff
    union all
    select 'channel', channel_id, channel_name from core.dim_channel
)

select
    scopes.scope_type,
    scopes.scope_id,
    coalesce(named.name, scopes.scope_id)
    || case
        when count(*) over (partition by scopes.scope_type, named.name) > 1 and named.name is not null
            then ' (' || scopes.scope_id || ')'
        else ''
    end as name
from (
    select distinct scope_type, scope_id from core.dim_scope
    union all
    select 'channel', channel_id from core.dim_channel
) as scopes
left join named on scopes.scope_type = named.scope_type and scopes.scope_id = named.scope_id
"""


def scopes(published: Published, scope_type: str, search: str = "", limit: int = 50) -> pandas.DataFrame:
    """Scopes of a type whose name or id contains `search`: scope_id, name; at most `limit`, by name."""
    return published.frame(
        f"""
        select scope_id, name from ({NAMED})
        where scope_type = $1 and (contains(lower(name), lower($2)) or contains(lower(scope_id), lower($2)))
        order by scope_id = 'unknown', name
        limit $3
        """,
        [scope_type, search.strip(), limit],
    )


def name_of(published: Published, scope: Scope) -> str:
    """What people call a scope; its id where it has no name."""
    found = published.frame(
        f"select name from ({NAMED}) where scope_type = $1 and scope_id = $2", [scope.type, scope.id]
    )
    return str(found["name"].iloc[0]) if len(found) else scope.id
