"""What of raw an audit has passed: rows are only ever added, so a day's audit looks at what the day landed.

It stands in the private file itself: a home that was put back from a copy knows what its own rows passed.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import duckdb

from orchestration.fingerprint import Origin
from orchestration.settings import Settings


def take_back_audit(settings: Settings, origin: Origin) -> int | None:
    """The last landing of those that passed, all of which are still there and were looked at by this code.

    From now on nothing has passed, until `record_audit` says so again.

    Returns:
        A `load_seq`; None where everything is to be looked at.
    """
    with _open(settings) as connection:
        row = connection.execute("select origin from raw.audits").fetchone()
        connection.execute("delete from raw.audits")
    passed = None if row is None else json.loads(row[0])
    current = _content(origin)
    if passed is None or passed["code"] != current["code"]:
        return None
    inputs = passed["inputs"]
    if not inputs or inputs != current["inputs"][: len(inputs)]:
        return None
    return int(inputs[-1]["load_seq"])


def record_audit(settings: Settings, origin: Origin) -> None:
    """Write down that all that landed has passed."""
    with _open(settings) as connection:
        connection.execute("insert into raw.audits values ($1)", [json.dumps(_content(origin))])


def _content(origin: Origin) -> dict[str, Any]:
    return {"code": origin.code, "inputs": [asdict(item) for item in origin.inputs]}


def _open(settings: Settings) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(settings.private_db), config={"storage_compatibility_version": "latest"})
    connection.execute("create schema if not exists raw")
    connection.execute("create table if not exists raw.audits (origin varchar)")
    return connection
