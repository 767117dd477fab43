"""`shequn export`: published tables as Parquet, CSV or Excel files."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

from rich.text import Text

from orchestration.commands.console import bytes_text, console_progress, number, output, plain_table
from orchestration.commands.frame import Context, write_document
from orchestration.errors import EXIT_OK
from orchestration.messages import say
from orchestration.serving.export import MANIFEST_NAME, Export, Wish, export_tables
from orchestration.settings import Settings


def export_command(
    context: Context,
    settings: Settings,
    form: str,
    tables: tuple[str, ...],
    since: date | None,
    out: Path | None,
) -> int:
    """Write the files and say what they hold."""
    wish = Wish(form, tables, since, context.asked_lang or "en")
    with console_progress(context.lang, context.quiet or context.as_json) as progress:
        export = export_tables(settings, wish, out, progress)
    if context.as_json:
        write_document(
            {
                "version": export.version.name,
                "as_of_date": export.version.manifest["as_of_date"],
                "folder": str(export.folder),
                "files": [asdict(table) for table in export.tables],
            }
        )
    elif not context.quiet:
        _print_summary(export, since, context.lang)
    return EXIT_OK


def _print_summary(export: Export, since: date | None, lang: str) -> None:
    console = output()
    columns = [(say(f"cli.col.{name}", lang), name != "path") for name in ("path", "rows", "size")]
    rows = [[table.file, number(table.rows), bytes_text(table.size_bytes)] for table in export.tables]
    if len(rows) > 1:
        total = (sum(table.rows for table in export.tables), sum(table.size_bytes for table in export.tables))
        rows.append([say("cli.total", lang), number(total[0]), bytes_text(total[1])])
    console.print(plain_table(columns, rows))
    whole = [table.file for table in export.tables if since and table.dated_by is None]
    if whole:
        sentence = say("serving.export_whole", lang, since=since, files=", ".join(whole))
        console.print(Text(sentence, style="yellow"), soft_wrap=True)
    sentence = say(
        "serving.exported",
        lang,
        version=export.version.name,
        as_of=export.version.manifest["as_of_date"] or "–",
        files=len(export.tables),
        path=export.folder,
        manifest=MANIFEST_NAME,
    )
    console.print(Text(sentence, style="bold green"), soft_wrap=True)
