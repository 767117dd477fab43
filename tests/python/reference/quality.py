"""mart_data_quality of a warehouse whose files were all landed in one pass."""

from __future__ import annotations

from datetime import date

from .contract import ENTITIES, MEMBER_ID_COLUMNS, SYSTEM
from .load import Export
from .people import People
from .tables import Table, columns, ratio


def data_quality(export: Export, landed_date: date) -> Table:
    """One row per entity with a landed file; nothing is late in a first landing."""
    table = Table(
        "marts",
        "mart_data_quality",
        ("system", "entity", "landed_date"),
        columns(
            "text: system entity; date: landed_date; count: files rows_read rows_accepted rows_rejected"
            " rows_duplicate"
            " rows_late; text: unknown_columns; double: unmatched_member_rate"
        ),
        # Beside the mart's columns its rows say `rows_open`, on which alerts stand.
    )
    people = People(export)
    for entity in ENTITIES:
        files = [file for file in export.files if file.entity == entity]
        if not files:
            continue
        unknown = sorted({name for file in files for name in file.unknown_columns})
        superseded = export.superseded[entity]
        kept = sum(file.accepted for file in files) - superseded
        rejected = sum(file.rejected for file in files)
        table.rows.append(
            {
                "system": SYSTEM,
                "entity": entity,
                "landed_date": landed_date,
                "files": len(files),
                "rows_read": kept + rejected + superseded,
                "rows_accepted": kept,
                "rows_rejected": rejected,
                "rows_open": sum(file.open for file in files),
                "rows_duplicate": superseded,
                "rows_late": 0,
                "unknown_columns": ", ".join(unknown) or None,
                "unmatched_member_rate": _unmatched_member_rate(export, people, entity),
            }
        )
    return table


def _unmatched_member_rate(export: Export, people: People, entity: str) -> float | None:
    """Of the distinct persons named in the kept rows the share that no members row has."""
    named = {
        people.resolve(row[column])
        for row in export.rows[entity]
        for column in MEMBER_ID_COLUMNS
        if row.get(column) is not None
    }
    return ratio(len(named - people.records.keys()), len(named))
