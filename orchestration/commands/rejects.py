"""`shequn rejects`: the rows that were not let in."""

from __future__ import annotations

import sys

from orchestration.commands.console import number, output, print_rows
from orchestration.commands.frame import Context, write_document
from orchestration.commands.status import reading_private
from orchestration.errors import EXIT_OK
from orchestration.messages import say
from orchestration.serving.formats import plain_text, write_csv
from orchestration.settings import Settings


def rejects_command(
    context: Context, settings: Settings, form: str, limit: int, with_mended: bool = False
) -> int:
    """List the rows that were not let in, newest landing first; those brought right since where wanted.

    Raises:
        ShequnError: another process is writing (exit 4).
    """
    from orchestration.landing.ledger import rejected_rows

    with reading_private(settings):
        rows = rejected_rows(settings, limit, with_mended) if settings.private_db.exists() else []
    if form == "json":
        write_document(rows)
        return EXIT_OK
    names = ["path", "line", "column_name", "code", "reason", "original"]
    if with_mended:
        names.append("state")
    for row in rows:
        row["state"] = say(f"cli.rejects.{'mended' if row.get('mended_by') else 'open'}", context.lang)
        row["reason"] = say(f"landing.{row['code']}", context.lang, **row["params"])
    cells = [[plain_text(row[name]) for name in names] for row in rows]
    if form == "csv":
        write_csv(sys.stdout, names, ["VARCHAR"] * len(names), cells)
        return EXIT_OK
    console = output()
    if not rows:
        console.print(say("cli.no_rejects" if with_mended else "cli.no_open_rejects", context.lang))
        return EXIT_OK
    headers = [say(f"cli.col.{name}", context.lang) for name in names]
    print_rows(console, headers, [name == "line" for name in names], cells)
    if len(rows) == limit:
        console.print(say("cli.more_rows", context.lang, rows=number(limit)), style="dim")
    return EXIT_OK
