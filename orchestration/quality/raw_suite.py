"""What must hold of raw after landing: nothing lost, every value in the one normal form of the gate."""

from __future__ import annotations

from orchestration.landing.catalogue import LENIENT_TYPES, Column, Entity, load_catalogue
from orchestration.quality.rules import TELL, Asset, Rule, in_set, no_rows, not_null, unique
from orchestration.quality.tables import Table

REJECTED_SHARE_LIMIT = 0.05
RECENT_DAYS = 7  # an old file that nobody will correct is not told for ever
_ORIGIN = "2026: one row in twenty; below it single cells are wrong, above it an export has changed its shape"
_PROVENANCE = ("system", "file_sha256", "line", "load_seq", "landed_at")
_CASTS = {
    "money": "decimal(18, 2)",
    "number": "double",
    "int": "bigint",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}
_SPREADSHEET_NUMBER = r"^[+-]?[0-9](\.[0-9]+)?[eE]\+[0-9]+$"


def raw_assets(tables: dict[str, Table], since: int | None = None) -> list[Asset]:
    """Rules for the ledger and every raw table that has rows; new entities need no edit here.

    Args:
        tables: All tables of the file, or, for `since`, the raw tables with the rows that landed since alone.
        since: The last landing that has passed already; None where none has.
    """
    entities = load_catalogue().entities
    assets = [_contract_asset(entities), *_ledger_assets(tables, entities, since)]
    for entity in entities:
        table = tables.get(f"raw.{entity.table}")
        if table is not None and table.rows:
            query = None if since is None else f"select * from {table.label} where load_seq > {since}"
            assets.append(Asset(table.label, _entity_rules(entity, table), query))
    return assets


def _contract_asset(entities: tuple[Entity, ...]) -> Asset:
    wanted = [
        f"('{entity.table}', '{column}')"
        for entity in entities
        for column in (*entity.raw_names, "extra", *_PROVENANCE)
    ]
    missing = (
        f"select * from (values {', '.join(wanted)}) as wanted (table_name, column_name)"
        " where not exists (select 1 from batch as present where present.table_name = wanted.table_name"
        " and present.column_name = wanted.column_name)"
    )
    query = "select table_name, column_name from duckdb_columns() where schema_name = 'raw'"
    return Asset("raw columns", [no_rows("raw_columns", "raw", missing)], query)


def _ledger_assets(tables: dict[str, Table], entities: tuple[Entity, ...], since: int | None) -> list[Asset]:
    if "raw.files" not in tables:
        return []
    landed = "raw.files"
    names = [entity.table for entity in entities if f"raw.{entity.table}" in tables]
    is_new = "" if since is None else f" where load_seq > {since}"
    kept = " union all ".join(
        f"select file_sha256, count(*) as rows from raw.{name}{is_new} group by file_sha256"
        for name in names
        if tables[f"raw.{name}"].rows
    )
    kept = kept or "select null as file_sha256, 0 as rows where false"
    thrown = (
        f"select file_sha256, count(distinct line) as rows from raw.rejected_rows{is_new}"
        " group by file_sha256"
    )
    rules: list[Rule] = [
        *([] if since is None else [_as_many_rows(landed, names)]),
        no_rows(
            "lines_add_up",
            landed,
            "select 1 from batch where status = 'landed'"
            " and lines is distinct from header + accepted + rejected + blank",
        ),
        no_rows("accepted_in_raw", landed, _count_differs("accepted", kept, since)),
        no_rows("rejected_kept", landed, _count_differs("rejected", thrown, since)),
        in_set(landed, "status", ("landed", "refused")),
        unique(landed, ["file_sha256"]),
        no_rows(
            "own_sequence",
            landed,
            "select load_seq from batch where status = 'landed' group by load_seq"
            " having count(*) > 1 or load_seq is null",
        ),
        no_rows(
            "few_rejected",
            landed,
            "select 1 from batch where status = 'landed'"
            f" and landed_at > (select max(landed_at) from batch) - {RECENT_DAYS} * interval 1 day"
            f" and rejected > {REJECTED_SHARE_LIMIT} * (accepted + rejected)",
            TELL,
            _ORIGIN,
            share=f"{REJECTED_SHARE_LIMIT:.0%}",
            days=RECENT_DAYS,
        ),
    ]
    return [Asset(landed, rules)]


def _as_many_rows(landed: str, names: list[str]) -> Rule:
    """Of files that have passed it is enough that no row was lost or gained: DuckDB knows how many it has."""
    counted = " + ".join(f"(select count(*) from raw.{name})" for name in names)
    return no_rows(
        "as_many_in_raw",
        landed,
        f"select 1 from batch where status = 'landed' having coalesce(sum(accepted), 0) <> {counted}",
    )


def _count_differs(column: str, counted: str, since: int | None) -> str:
    return (
        f"select 1 from batch as files left join ({counted}) as counted"
        " on files.file_sha256 = counted.file_sha256"
        f" where files.status = 'landed' and files.{column} <> coalesce(counted.rows, 0)"
        + ("" if since is None else f" and files.load_seq > {since}")
    )


def _entity_rules(entity: Entity, table: Table) -> list[Rule]:
    label = table.label
    columns = [column for column in entity.columns if column.contact is None and column.name in table.columns]
    return [
        unique(label, ["load_seq", "line"]),
        no_rows(
            "has_origin",
            label,
            "select 1 from batch where " + " or ".join(f"{column} is null" for column in _PROVENANCE),
        ),
        *(not_null(label, column.name) for column in columns if column.required),
        *(in_set(label, column.name, column.values) for column in columns if column.values),
        _normal_form(label, columns),
    ]


def _normal_form(label: str, columns: list[Column]) -> Rule:
    """One pass over the table for all its columns: a cast in staging never fails, an id is no number."""
    faults = [fault for column in columns for fault in _faults(column)]
    return no_rows("normal_form", label, f"select 1 from batch where {' or '.join(faults)}")


def _faults(column: Column) -> list[str]:
    name = f'"{column.name}"'
    kind = LENIENT_TYPES.get(column.type, column.type)
    if kind in _CASTS:
        return [f"({name} is not null and try_cast({name} as {_CASTS[kind]}) is null)"]
    blank = f"{name} = '' or {name} <> trim({name})"
    if column.type == "id":
        return [blank, f"regexp_matches({name}, '{_SPREADSHEET_NUMBER}')"]
    return [blank]
