"""`shequn report`: the written report on a week."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from orchestration.commands.console import console_progress, output
from orchestration.commands.frame import Context, complain, write_document
from orchestration.errors import EXIT_FAILURE, EXIT_OK
from orchestration.messages import say
from orchestration.reporting.weeks import parse_week
from orchestration.reporting.writing import FORMATS, Report, write_report
from orchestration.settings import Settings


def report_command(
    context: Context, settings: Settings, week: str | None, form: str, out: Path | None
) -> int:
    """Write the files and say where they are."""
    formats = FORMATS if form == "all" else (form,)
    monday = None if week is None else parse_week(week)
    with console_progress(context.lang, context.quiet or context.as_json) as progress:
        report = write_report(settings, context.lang, monday, formats, out, progress)
    if not context.as_json and not context.quiet:
        _print_summary(report, context.lang)
    if report.is_boxed:
        context.warn("report.no_font")
    if report.unprinted is not None:
        error = report.unprinted
        complain(context, error.text(context.lang), EXIT_FAILURE, error.key, _document(report))
        return EXIT_FAILURE
    if context.as_json:
        write_document(_document(report))
    return EXIT_OK


def _document(report: Report) -> dict[str, object]:
    return {
        "version": report.version.name,
        "as_of_date": report.version.manifest["as_of_date"],
        "week": report.week.name,
        "week_start": report.week.start.isoformat(),
        "is_partial": report.week.is_partial,
        "folder": str(report.folder),
        "files": list(report.files),
    }


def _print_summary(report: Report, lang: str) -> None:
    sentence = say(
        "report.written",
        lang,
        week=report.week.name,
        start=report.week.start,
        end=report.week.end,
        version=report.version.name,
        as_of=report.week.as_of,
        path=report.folder,
        files=", ".join(report.files),
    )
    output().print(Text(sentence, style="bold green"), soft_wrap=True)
