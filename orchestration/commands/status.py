"""What state the house is in: the inbox, what landed, what is published, who is writing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from rich.text import Text

from orchestration.commands.alerts import open_alerts, print_alerts
from orchestration.commands.closing import print_figures, published_sentence
from orchestration.commands.console import number, output
from orchestration.commands.figures import headline_figures
from orchestration.commands.frame import Context, write_document
from orchestration.errors import EXIT_LOCKED, EXIT_OK, ShequnError
from orchestration.inbox import file_of, inbox_files
from orchestration.landing.catalogue import load_catalogue
from orchestration.messages import say
from orchestration.reports import PublishedVersion
from orchestration.settings import Settings

_LANDED = ("landed_files", "landed_parts", "rows_accepted", "rows_rejected", "rows_open")


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
        "inbox_files": sum(1 for _ in inbox_files(settings)),
        "has_demo": has_demo(settings.exports),
        "writer": lock_holder(settings),
        **_ledger_figures(_ledger_files(settings), settings.exports),
        "published": None
        if version is None
        else {"version": version.name, "path": str(settings.published_db), "manifest": version.manifest},
    }


def _ledger_figures(files: list[dict[str, Any]] | None, exports: Path) -> dict[str, Any]:
    if files is None:
        return dict.fromkeys((*_LANDED, "refused_files"))
    landed = [row for row in files if row["status"] == "landed"]
    newest = _newest(files)
    refused = {file for file, parts in newest.items() if _is_waiting(file, parts, exports)}
    return {
        "landed_files": len({file_of(row["path"]) for row in landed}),
        "landed_parts": len({row["path"] for row in landed}),
        "rows_accepted": sum(row["accepted"] for row in landed),
        "rows_rejected": sum(row["rejected"] for row in landed),
        "rows_open": sum(row["still_rejected"] for row in landed),
        "refused_files": [
            {"path": file, "parts": [_told(part) for part in newest[file]]} for file in sorted(refused)
        ],
    }


def _newest(files: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The parts of each file's newest content, in the ledger's order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(files, key=lambda row: row["landed_at"]):
        parts = found.setdefault(file_of(row["path"]), [])
        if parts and parts[0]["landed_at"] != row["landed_at"]:
            parts.clear()
        parts.append(row)
    return found


def _is_waiting(file: str, parts: list[dict[str, Any]], exports: Path) -> bool:
    """Whether a file with something refused in it still lies in the inbox."""
    return any(part["status"] == "refused" for part in parts) and (exports / file).exists()


def _told(part: dict[str, Any]) -> dict[str, Any]:
    names = ("path", "status", "system", "entity", "accepted", "rejected", "code", "message", "params")
    return {name: part[name] for name in names}


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
    for file in status["refused_files"] or []:
        for line, style in _refused_lines(file, context.lang):
            console.print(Text(line, style=style), soft_wrap=True)
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


def _refused_lines(file: dict[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    """A file with something refused in it: why, and of several parts what became of each."""
    parts = file["parts"]
    indent = "  "
    if len(parts) > 1:
        yield f"  {file['path']}", "yellow"
        indent = "    "
    for part in parts:
        name = part["path"] if len(parts) == 1 else part["path"].removeprefix(file["path"])
        if part["status"] == "landed":
            rows = {name: number(part[name]) for name in ("accepted", "rejected")}
            said = say("cli.status.part", lang, export=f"{part['system']}.{part['entity']}", **rows)
            yield f"{indent}{name}  {said}", "dim"
        else:
            reason = say(f"landing.{part['code']}", lang, **part["params"])
            yield f"{indent}{name}  [{part['code']}]  {reason}", "yellow"


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
    landed = {name: number(status[name]) for name in _LANDED}
    has_parts = status["landed_parts"] > status["landed_files"]
    lines.append(("landed_in_parts" if has_parts else "landed", landed))
    if status["refused_files"]:
        lines.append(("refused", {"files": number(len(status["refused_files"]))}))
    return lines
