"""What state the house is in: the inbox, what landed, what is published, who is writing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from rich.text import Text

from orchestration.commands.alerts import open_alerts, print_alerts
from orchestration.commands.closing import print_figures, published_sentence
from orchestration.commands.console import number, output
from orchestration.commands.figures import headline_figures
from orchestration.commands.frame import Context, write_document
from orchestration.errors import EXIT_LOCKED, EXIT_OK, ShequnError
from orchestration.inbox import inbox_files
from orchestration.landing.catalogue import load_catalogue
from orchestration.messages import say
from orchestration.reports import PublishedVersion
from orchestration.settings import Settings


def lock_holder(settings: Settings) -> dict[str, Any] | None:
    """Who is writing, as far as the lock's file tells: pid, purpose, started_at.

    The lock itself is not tried: even a moment's hold could turn a starting refresh away.
    """
    with suppress(OSError, ValueError):
        holder = json.loads(settings.lock_path.read_text())
        if isinstance(holder, dict) and _is_alive(int(holder["pid"])):
            return holder
    return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def reading_private(settings: Settings) -> Iterator[None]:
    """For reading the private file: says who is writing it where somebody is.

    A known writer is not even tried: between two of its steps the file opens, and the reader would
    then turn the writer's next step away.

    Raises:
        ShequnError: `lock.held`, or `cli.E_BUSY` where the writer is unknown (exit 4).
    """
    import duckdb

    holder = lock_holder(settings)
    if holder is not None:
        params = {"pid": holder["pid"], "purpose": holder["purpose"], "since": holder["started_at"]}
        raise ShequnError("lock.held", EXIT_LOCKED, **params)
    try:
        yield
    except duckdb.IOException as error:
        if "Could not set lock" not in str(error):
            raise
        raise ShequnError("cli.E_BUSY", EXIT_LOCKED, path=settings.private_db) from error


def _ledger_files(settings: Settings) -> list[dict[str, Any]] | None:
    """Every file seen; None while somebody writes the private file, for it cannot be opened then."""
    from orchestration.landing.ledger import ledger

    try:
        with reading_private(settings):
            return ledger(settings) if settings.private_db.exists() else []
    except ShequnError as error:
        if error.exit_code == EXIT_LOCKED:
            return None
        raise


def house_status(settings: Settings) -> dict[str, Any]:
    """The state of the house as one JSON-able document; what is unknown while somebody writes is None."""
    from orchestration.demo import has_demo
    from orchestration.publishing import current_version

    version = current_version(settings)
    return {
        "home": str(settings.home),
        "exports": str(settings.exports),
        "inbox_files": sum(1 for _ in inbox_files(settings.exports)),
        "has_demo": has_demo(settings.exports),
        "writer": lock_holder(settings),
        **_ledger_figures(_ledger_files(settings)),
        "published": None
        if version is None
        else {"version": version.name, "path": str(settings.published_db), "manifest": version.manifest},
    }


def _ledger_figures(files: list[dict[str, Any]] | None) -> dict[str, Any]:
    if files is None:
        return dict.fromkeys(("landed_files", "rows_accepted", "rows_rejected", "refused_files"))
    landed = [row for row in files if row["status"] == "landed"]
    return {
        "landed_files": len(landed),
        "rows_accepted": sum(row["accepted"] for row in landed),
        "rows_rejected": sum(row["rejected"] for row in landed),
        "refused_files": [
            {"path": row["path"], "code": row["code"], "message": row["message"], "params": row["params"]}
            for row in files
            if row["status"] == "refused"
        ],
    }


def status_command(context: Context, settings: Settings) -> int:
    """Say in a few lines what is where."""
    from orchestration.publishing import current_version

    status = house_status(settings)
    if context.as_json:
        write_document(status)
        return EXIT_OK
    console = output()
    for key, params in _status_lines(status):
        console.print(Text(say(f"cli.status.{key}", context.lang, **params)), soft_wrap=True)
    for row in status["refused_files"] or []:
        reason = say(f"landing.{row['code']}", context.lang, **row["params"])
        line = f"  {row['path']}  [{row['code']}]  {reason}"
        console.print(Text(line, style="yellow"), soft_wrap=True)
    version = current_version(settings)
    if version is None:
        console.print(say("cli.status.unpublished", context.lang))
        return EXIT_OK
    console.print(Text(published_sentence(version, context.lang), style="bold green"), soft_wrap=True)
    console.print(Text(say("cli.published_path", context.lang, path=settings.published_db)), soft_wrap=True)
    for line in _empty_mart_lines(version, context.lang):
        console.print(Text(line, style="yellow"), soft_wrap=True)
    if conflicts := version.manifest.get("identity_conflicts"):
        line = say("cli.status.identity_conflicts", context.lang, accounts=number(conflicts))
        console.print(Text(line, style="yellow"), soft_wrap=True)
    try:
        print_figures(console, headline_figures(settings), context.lang)
        print_alerts(console, open_alerts(settings), context.lang)
    except ShequnError as error:
        console.print(Text(error.text(context.lang), style="yellow"))
    return EXIT_OK


def _empty_mart_lines(version: PublishedVersion, lang: str) -> Iterator[str]:
    """Which export would fill which marts, one line for each that is missing."""
    catalogue = load_catalogue().systems["canonical"]
    waiting: dict[str, list[str]] = {}
    for mart, found in version.manifest.get("empty_marts", {}).items():
        for entity in found["missing"]:
            waiting.setdefault(entity, []).append(f"{found['label_zh']} ({mart})" if lang == "zh" else mart)
    for entity, marts in waiting.items():
        export = f"{catalogue[entity].label_zh} `{entity}`" if lang == "zh" else f"`{entity}`"
        separator = "、" if lang == "zh" else ", "
        yield say("cli.status.empty_marts", lang, export=export, marts=separator.join(marts))


def _status_lines(status: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    lines: list[tuple[str, dict[str, Any]]] = [
        ("home", {"path": status["home"]}),
        ("inbox", {"path": status["exports"], "files": number(status["inbox_files"])}),
    ]
    if status["has_demo"]:
        lines.append(("demo", {}))
    if status["writer"] is not None:
        lines.append(("writer", status["writer"]))
    if status["landed_files"] is None:
        lines.append(("ledger_busy", {}))
        return lines
    lines.append(
        (
            "landed",
            {
                "files": number(status["landed_files"]),
                "accepted": number(status["rows_accepted"]),
                "rejected": number(status["rows_rejected"]),
            },
        )
    )
    if status["refused_files"]:
        lines.append(("refused", {"files": number(len(status["refused_files"]))}))
    return lines
