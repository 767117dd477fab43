"""The names that a row may refer to, and the nearest ones to a name that nobody knows."""

from __future__ import annotations

import csv
import difflib
from functools import cache

import duckdb

from orchestration.settings import PROJECT_DIR
from orchestration.yaml_files import load_yaml

KNOWN_NAMES = "known_names"  # a temporary table of kind, name, label
METRIC = "metric"
NEAREST = 3
_SIMILAR = 0.4
_NUMERIC = ("bigint", "integer", "double", "decimal")

# A scope exists once a group of it is registered or has an event (R6); these are what makes one.
_SCOPES = """
select 'group', group_id, max(group_name) from (
    select group_id, group_name from raw.canonical__groups
    union all select group_id, null from raw.canonical__membership_events
    union all select group_id, null from raw.canonical__messages where group_id is not null
    union all select group_id, null from raw.canonical__activity_participations where group_id is not null
    union all select group_id, null from raw.canonical__activities where group_id is not null
) group by group_id
union all
select 'owner', staff_id, max(staff_name) from (
    select staff_id, staff_name from raw.canonical__staff
    union all
    select owner_staff_id, null from raw.canonical__groups where owner_staff_id is not null
) group by staff_id
union all
select distinct 'department', department, null from raw.canonical__staff where department is not null
union all
select 'group_type', unnest(['conversion', 'content', 'service', 'other']), null
union all
select unnest(['owner', 'department', 'group_type']), 'unknown', null
"""


def gather_known_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Put what the warehouse knows by now into the temporary table `known_names`."""
    connection.execute(
        f"create or replace temp table {KNOWN_NAMES} (kind varchar, name varchar, label varchar)"
    )
    connection.execute(f"insert into {KNOWN_NAMES} {_SCOPES}")
    connection.executemany(
        f"insert into {KNOWN_NAMES} values ('{METRIC}', ?, ?)", [list(pair) for pair in known_metrics()]
    )


@cache
def known_metrics() -> tuple[tuple[str, str], ...]:
    """Metrics that a target may name, with their Chinese labels: the catalogue's and the long form's."""
    with (PROJECT_DIR / "seeds" / "metric_definitions.csv").open(encoding="utf-8", newline="") as stream:
        labels = {row["metric_id"]: row["label_zh"] for row in csv.DictReader(stream)}
    contract = PROJECT_DIR / "models" / "marts" / "scorecard" / "_community_kpi__models.yml"
    (model,) = load_yaml(contract.read_text(encoding="utf-8"))["models"]
    for column in model["columns"]:
        if column["data_type"].startswith(_NUMERIC):
            labels.setdefault(column["name"], column["config"]["meta"]["label_zh"])
    return tuple(labels.items())


def nearest_names(connection: duckdb.DuckDBPyConnection, kind: str, name: str) -> str:
    """Up to three known names of a kind, nearest first by name or label, each with its label."""
    rows = connection.execute(
        f"select name, label from {KNOWN_NAMES} where kind = ? order by name", [kind]
    ).fetchall()
    wordings = {wording.casefold(): known for known, label in rows for wording in (label, known) if wording}
    close = difflib.get_close_matches(name.casefold(), wordings, n=2 * NEAREST, cutoff=_SIMILAR)
    found = list(dict.fromkeys(wordings[wording] for wording in close)) or [known for known, _ in rows]
    labels = dict(rows)
    return (
        ", ".join(f"{known} ({labels[known]})" if labels[known] else known for known in found[:NEAREST])
        or "–"
    )
