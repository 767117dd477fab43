"""`shequn versions` and `shequn rollback`: the published versions."""

from __future__ import annotations

from datetime import datetime

from orchestration.commands.closing import row_counts
from orchestration.commands.console import bytes_text, number, output, plain_table
from orchestration.commands.frame import Context, write_document
from orchestration.errors import EXIT_OK
from orchestration.messages import say
from orchestration.settings import Settings


def versions_command(context: Context, settings: Settings) -> int:
    """List the published versions, newest first."""
    from orchestration.publishing import current_version, list_versions

    current = current_version(settings)
    versions = list_versions(settings)
    is_current = {version.name: current is not None and version.name == current.name for version in versions}
    if context.as_json:
        write_document(
            [{"version": v.name, "is_current": is_current[v.name], "manifest": v.manifest} for v in versions]
        )
        return EXIT_OK
    console = output()
    if not versions:
        console.print(say("cli.status.unpublished", context.lang))
        return EXIT_OK
    headers = ("version", "as_of", "built_at", "rows", "size")
    columns = [("", False)] + [
        (say(f"cli.col.{name}", context.lang), name in ("rows", "size")) for name in headers
    ]
    rows = [
        [
            "→" if is_current[version.name] else "",
            version.name,
            str(version.manifest["as_of_date"] or "–"),
            _minutes(version.manifest["built_at"]),
            number(sum(row_counts(version).values())),
            bytes_text(version.manifest["size_bytes"]),
        ]
        for version in versions
    ]
    console.print(plain_table(columns, rows))
    return EXIT_OK


def _minutes(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M")


def rollback_command(context: Context, settings: Settings, version: str) -> int:
    """Make an older version the current one."""
    from orchestration.publishing import rollback

    published = rollback(settings, version)
    as_of = published.manifest["as_of_date"]
    sentence = say("cli.rolled_back", context.lang, version=published.name, as_of=as_of or "–")
    context.answer({"version": published.name, "as_of_date": as_of}, sentence)
    return EXIT_OK
