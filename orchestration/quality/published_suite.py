"""What must hold of the copy that is about to be published: whole, private matters left out, sums right."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.building.results import Manifest
from orchestration.quality.rules import (
    STOP,
    TELL,
    Asset,
    Rule,
    has_rows,
    no_rows,
    sql_rows,
    unique,
    within_unit_interval,
)
from orchestration.quality.tables import Table

WAREHOUSE = "shequn"
STALE_DAYS = 3
_STALE_ORIGIN = "2026: a daily export that missed a weekend and a day"
LONG_HISTORY_DAYS = 20 * 366
_LONG_HISTORY_ORIGIN = "2026: WeChat is from 2011; older days are mostly empty dates such as 1970-01-01"

# Rates that are no share of their denominator, with the reason why they may leave [0, 1]; a column of every
# table, or of one.
UNBOUNDED_RATES = {
    "gross_margin_rate": "goods sold below cost make it negative",
    "attainment_rate": "more than the target may be reached, and a value far off its band is below 0",
    "new_member_rate": "more may join in a period than were there at its start",
    "mart_activity.participation_rate": "outsiders, and who comes at another time, may take part too",
    "mart_content.share_rate": "platforms count shares and reads apart",
    "mart_content.like_rate": "platforms count likes and reads apart",
    "mart_content.favorite_rate": "platforms count favorites and reads apart",
    "mart_funnel.step_rate": "who joins need not come by an impression that was counted",
    "mart_live.conversion_rate": "who did not watch may still order through it",
    "mart_referral.referral_rate": "who invited may have left, or never been in the group",
    "mart_service_quality.complaint_rate": "who is in no group may still complain",
    "mart_touch_effect.click_rate": "a touch that is said to have failed may still be clicked",
    "mart_vendor_reconciliation.difference_rate": "a system's figure and ours may lie any way apart",
}
# Marts whose rows people date, also ahead of time.
SET_AHEAD = ("mart_kpi_scorecard",)
# Columns that never leave the private file; the contact columns of the catalogue and message text.
PRIVATE_COLUMNS = (
    "content",
    "display_name",
    "phone",
    "phone_key",
    "unionid",
    "birthday",
    "original",
    "extra",
)
# A mainland mobile number that stands alone: neighbours that are digits or a-f make it part of a longer
# number or of a hash.
PHONE = r"(^|[^0-9a-fA-F])((\+|00)?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}($|[^0-9a-fA-F])"
_LONGEST_WITHOUT_PHONE = 10
# Of larger tables it is left at dbt's test of the grain: grouping them again grows with history.
_MOST_ROWS_GROUPED = 5_000_000
# Larger tables are looked at where rows came, if the others have passed: all rows grow with history.
_MOST_ROWS_LOOKED_AT = 1_000_000
# What a build by slices notes of them: `change`, and the columns (macros/slices/changes.sql).
ROWS_THAT_CAME = "private.changes"


def published_assets(
    tables: dict[str, Table],
    manifest: Manifest,
    window: tuple[date, date] | None,
    timezone: str,
    is_dated: bool,
    came: Collection[str] = (),
) -> list[Asset]:
    """Rules for every table of the copy; a new model needs no edit here.

    Args:
        tables: The copy's tables.
        manifest: dbt's manifest of the build.
        window: as_of_date and history_start_date; None where nothing was landed.
        timezone: Business time zone, for the age of the data.
        is_dated: The last day was chosen, by an as-of date or by the demo, so its age says nothing.
        came: Models that were written by slices upon rows that an audit has passed. Of a large one the rows
            that came are looked at, and whether a key came twice is left to dbt.
    """
    models = {
        f"{node['schema']}.{node['alias']}": node
        for node in manifest.relations()
        if node["database"] == WAREHOUSE
    }
    assets = [_inventory(models), *_window_assets(tables, window, timezone, is_dated)]
    for label, table in tables.items():
        is_passed = table.name in came and table.rows > _MOST_ROWS_LOOKED_AT
        rows = f"select * from {ROWS_THAT_CAME}.{table.name} where change = 'added'" if is_passed else None
        keys = manifest.keys(models.get(label, {}).get("unique_id", ""))
        assets += [
            Asset(label, _life_rules(table, models.get(label, {}), tables, manifest)),
            Asset(label, _table_rules(table, [] if is_passed else keys, window)),
            Asset(label, _row_rules(table), rows),
        ]
    return assets


def _inventory(models: dict[str, dict[str, Any]]) -> Asset:
    columns = [*_table_columns(models), *_labelled_columns(models)]
    wanted = sql_rows(columns, ("kind", "schema_name", "table_name", "column_name"))
    relations = sorted({column[:3] for column in columns})
    known = sql_rows(relations, ("kind", "schema_name", "table_name"))
    private = ", ".join(f"'{column}'" for column in PRIVATE_COLUMNS)
    rules = [
        no_rows(
            "all_there",
            "core, marts",
            f"select * from {wanted} where not exists (select 1 from batch as present"
            " where present.kind = listed.kind and present.schema_name = listed.schema_name"
            " and present.table_name = listed.table_name and present.column_name = listed.column_name)",
        ),
        no_rows(
            "nothing_else",
            "core, marts",
            f"select 1 from batch as present where not exists (select 1 from {known}"
            " where present.kind = listed.kind and present.schema_name = listed.schema_name"
            " and present.table_name = listed.table_name)",
        ),
        no_rows(
            "no_private_column",
            "core, marts",
            f"select 1 from batch where column_name in ({private})",
        ),
    ]
    query = (
        "select columns.schema_name, columns.table_name, columns.column_name,"
        " case when views.view_name is null then 'table' else 'view' end as kind"
        " from duckdb_columns() as columns left join duckdb_views() as views"
        " on columns.database_name = views.database_name"
        " and columns.schema_name = views.schema_name and columns.table_name = views.view_name"
        " where not columns.internal and columns.database_name = current_database()"
    )
    return Asset("inventory", rules, query)


def _table_columns(models: dict[str, dict[str, Any]]) -> list[tuple[str, ...]]:
    return [
        ("table", *label.split(".", 1), column)
        for label, node in models.items()
        for column in node["columns"]
    ]


def _labelled_columns(models: dict[str, dict[str, Any]]) -> list[tuple[str, ...]]:
    """Schema marts_zh: the marts under their Chinese names."""
    return [
        ("view", "marts_zh", node["config"]["meta"]["label_zh"], column["config"]["meta"]["label_zh"])
        for node in models.values()
        if node["schema"] == "marts" and "label_zh" in node.get("config", {}).get("meta", {})
        for column in node["columns"].values()
    ]


def _window_assets(
    tables: dict[str, Table], window: tuple[date, date] | None, timezone: str, is_dated: bool
) -> list[Asset]:
    label = "core.dim_reporting_window"
    if window is None or label not in tables:
        return []
    today = datetime.now(ZoneInfo(timezone)).date().isoformat()
    rules = [
        no_rows("one_window", label, "select count(*) from batch having count(*) <> 1"),
        no_rows(
            "window_order",
            label,
            "select 1 from batch where history_start_date > as_of_date",
        ),
        no_rows(
            "long_history",
            label,
            f"select 1 from batch where history_start_date < as_of_date - {LONG_HISTORY_DAYS}",
            TELL,
            _LONG_HISTORY_ORIGIN,
        ),
    ]
    if not is_dated:
        rules += [
            no_rows(
                "no_future",
                label,
                f"select 1 from batch where as_of_date > date '{today}' + 1",
            ),
            no_rows(
                "fresh",
                label,
                f"select 1 from batch where as_of_date < date '{today}' - {STALE_DAYS}",
                TELL,
                _STALE_ORIGIN,
                days=STALE_DAYS,
            ),
        ]
    return [Asset("reporting window", rules, f"select * from {label}")]


def _life_rules(
    table: Table, node: dict[str, Any], tables: dict[str, Table], manifest: Manifest
) -> list[Rule]:
    """A mart has rows where all that it is made from has; the main table always, once a group has life."""
    if table.schema != "marts":
        return []
    scopes = tables.get("core.dim_scope")
    if table.name == "mart_community_kpi" and scopes is not None and scopes.rows:
        return [has_rows("has_rows_alive", table.label, STOP)]
    parents = [manifest.node(name) for name in node.get("depends_on", {}).get("nodes", [])]
    sources = [tables.get(f"{parent.get('schema')}.{parent.get('alias')}") for parent in parents]
    if sources and all(source is not None and source.rows for source in sources):
        return [has_rows("has_rows_made", table.label, TELL)]
    return []


def _table_rules(table: Table, keys: list[list[str]], window: tuple[date, date] | None) -> list[Rule]:
    """Of all rows: what they share, and what the table's own statistics answer."""
    if not table.rows:
        return []
    label, columns = table.label, table.columns
    rules = [unique(label, key) for key in keys if table.rows <= _MOST_ROWS_GROUPED]
    is_dated_by_events = "period_start" in columns and table.name not in SET_AHEAD
    if table.schema == "marts" and window is not None and is_dated_by_events:
        rules.append(
            no_rows(
                "periods_begun",
                label,
                f"select 1 from batch where period_start > date '{window[0].isoformat()}'",
            )
        )
    if window is not None and "as_of_date" in columns and table.name != "dim_reporting_window":
        rules.append(
            no_rows(
                "same_as_of",
                label,
                f"select 1 from batch where as_of_date is distinct from date '{window[0].isoformat()}'",
            )
        )
    if table.name == "metric_catalog":
        rules.append(_catalogued(label))
    return rules


def _row_rules(table: Table) -> list[Rule]:
    """Of each row by itself: once it has passed it passes until it is written anew."""
    if not table.rows:
        return []
    rules = [within_unit_interval(table.label, column) for column in _rates(table)]
    rules += _phone_rules(table)
    if table.name == "mart_community_kpi":
        rules += _stock_and_flow(table.label)
    return rules


def _rates(table: Table) -> list[str]:
    return [
        name
        for name, kind in table.columns.items()
        if kind == "DOUBLE"
        and name.endswith("_rate")
        and not name.endswith("change_rate")
        and not {name, f"{table.name}.{name}"} & UNBOUNDED_RATES.keys()
    ]


def _phone_rules(table: Table) -> list[Rule]:
    """No phone number in any text; in an id, which is the platform's own, it is told but does not stop."""
    names = table.text_columns()
    texts = [name for name in names if not name.endswith("_id")]
    ids = [name for name in names if name.endswith("_id")]
    rules = []
    if texts:
        rules.append(no_rows("no_phone", table.label, f"select 1 from batch where {_phone_in(texts)}"))
    if ids:
        query = f"select 1 from batch where {_phone_in(ids)}"
        rules.append(no_rows("id_no_phone", table.label, query, TELL))
    return rules


def _phone_in(columns: list[str]) -> str:
    return " or ".join(
        f'(length("{column}") > {_LONGEST_WITHOUT_PHONE} and regexp_matches("{column}", \'{PHONE}\'))'
        for column in columns
    )


def _stock_and_flow(label: str) -> list[Rule]:
    return [
        no_rows(
            "stock_and_flow",
            f"{label}.memberships_end",
            "select 1 from batch where memberships_end is distinct from"
            " memberships_start + joins - leaves - dissolved_exits",
        ),
        no_rows(
            "net_growth",
            f"{label}.net_growth",
            "select 1 from batch where net_growth is distinct from joins - leaves",
        ),
    ]


def _catalogued(label: str) -> Rule:
    return no_rows(
        "metrics_stand",
        label,
        "select 1 from batch as metrics where not exists"
        " (select 1 from information_schema.columns as columns where columns.table_schema = 'marts'"
        " and columns.table_name = metrics.mart"
        " and columns.column_name = metrics.column_name)",
    )
