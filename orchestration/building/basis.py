"""What the models in the build files stand for: whether a build may go on from them, or has to begin anew."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from orchestration.fingerprint import Origin
from orchestration.settings import Settings


def reason_to_begin_anew(settings: Settings, origin: Origin) -> str | None:
    """Why the models of the last build cannot be brought up to date by what landed since; None where not.

    Returns:
        The end of a message key `building.anew_<reason>`: "first" (nothing was built), "unfinished" (the last
        dbt run did not end well, or was run by hand), "code", "choices" (vars, time zone, as-of date) or
        "inputs" (files that counted are gone).
    """
    basis = _read(settings)
    if basis is None:
        return "first"
    built, is_finished = basis
    current = json.loads(json.dumps(origin.to_dict(), default=str))
    if not is_finished:
        return "unfinished"
    if built["code"] != current["code"]:
        return "code"
    if built["choices"] != current["choices"]:
        return "choices"
    if built["inputs"] != current["inputs"][: len(built["inputs"])]:
        return "inputs"
    return None


def record_basis(settings: Settings, origin: Origin) -> None:
    """Write down that every model is made from `origin`; the next dbt run takes that back at its start."""
    built_through = max((item.load_seq for item in origin.inputs), default=0)
    with _open(settings) as connection:
        connection.execute("begin")
        connection.execute("delete from raw.builds")
        connection.execute(
            "insert into raw.builds values ($1, $2, true)",
            [built_through, json.dumps(origin.to_dict(), default=str)],
        )
        connection.execute("commit")


def _read(settings: Settings) -> tuple[dict[str, Any], bool] | None:
    with _open(settings) as connection:
        row = connection.execute("select origin, is_finished from raw.builds").fetchone()
    return None if row is None else (json.loads(row[0]), row[1])


def _open(settings: Settings) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(settings.private_db), config={"storage_compatibility_version": "latest"})
    connection.execute("create schema if not exists raw")
    connection.execute(
        "create table if not exists raw.builds (built_through bigint, origin varchar, is_finished boolean)"
    )
    return connection
