"""The build files between two runs of dbt: what they hold, and what in them no model makes any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from orchestration.building.results import Manifest
from orchestration.settings import Settings

# The gate's; what a build noted of changes, for the audit of the copy; the views each dbt run makes anew.
_OTHERS_SCHEMAS = ("raw", "changes", "marts_zh")


def ask_build(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """Rows of a query of dbt's on both files, under the names they have there."""
    with duckdb.connect(str(settings.private_db), read_only=True) as connection:
        path = str(settings.warehouse_db).replace("'", "''")
        connection.execute(f"attach '{path}' as shequn (read_only)")
        return connection.execute(query).fetchall()


def drop_unmodelled_relations(settings: Settings, manifest: Manifest) -> list[str]:
    """Drop what dbt once made and the manifest no longer knows, so that it is not published for ever.

    All is a model's but the gate's schema `raw`, what a build noted of changes, and the labelled views.

    Returns:
        The dropped relations, `<database>.<schema>.<name>`.
    """
    wanted = {(node["database"], node["schema"], node["alias"]) for node in manifest.relations()}
    return [
        dropped
        for path in (settings.private_db, settings.warehouse_db)
        if path.exists()
        for dropped in _drop_others(path, wanted)
    ]


def _drop_others(path: Path, wanted: set[tuple[str, str, str]]) -> list[str]:
    database = path.stem
    dropped = []
    with duckdb.connect(str(path)) as connection:
        present = connection.execute(
            "select schema_name, table_name, 'table' from duckdb_tables() where database_name = $1"
            " union all"
            " select schema_name, view_name, 'view' from duckdb_views()"
            " where database_name = $1 and not internal",
            [database],
        ).fetchall()
        for schema, name, kind in present:
            if schema not in _OTHERS_SCHEMAS and (database, schema, name) not in wanted:
                connection.execute(f"drop {kind} {_quoted(database)}.{_quoted(schema)}.{_quoted(name)}")
                dropped.append(f"{database}.{schema}.{name}")
    return dropped


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
