"""The closing table of a refresh, and the same as one JSON document."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from orchestration.commands.console import number, plain_table
from orchestration.commands.figures import Figure
from orchestration.landing.catalogue import load_catalogue
from orchestration.landing.inbox import CANONICAL
from orchestration.messages import say
from orchestration.reports import CheckResult, FileOutcome, PublishedVersion, RefreshReport
from orchestration.settings import Settings

MAX_FILES_NAMED = 20
MAX_COLUMNS_NAMED = 4


def refusal_sentence(outcome: FileOutcome, lang: str) -> str:
    """Why a file was not taken in and what to do about it."""
    if outcome.status == "waiting":
        return say("cli.waiting", lang)
    return say(f"landing.{outcome.code}", lang, **outcome.params)


def checks_of(report: RefreshReport) -> list[CheckResult]:
    """All checks of a refresh, in the order they ran."""
    parts = (report.raw_audit, report.build, report.published_audit)
    return [check for part in parts if part is not None for check in part.checks]


def print_closing(
    console: Console,
    settings: Settings,
    report: RefreshReport,
    current: PublishedVersion | None,
    figures: list[Figure],
    lang: str,
) -> None:
    """What landed, what did not and why, what is published now, and the headline figures."""
    _print_landed(console, report, lang)
    _print_misplaced(console, report, lang)
    _print_passed_over(console, report, lang)
    _print_not_taken(console, report, lang)
    _print_checks(console, report, lang)
    _print_published(console, settings, report, current, lang)
    print_figures(console, figures, lang)


def _print_landed(console: Console, report: RefreshReport, lang: str) -> None:
    landed = report.landing.with_status("landed")
    unchanged = len(report.landing.with_status("unchanged"))
    if not landed:
        key = "cli.no_files" if not report.landing.files else "cli.nothing_taken_in"
        key = "cli.nothing_landed" if unchanged else key
        console.print(say(key, lang, unchanged=number(unchanged)))
        return
    columns = [
        (say("cli.col.entity", lang), False),
        (say("cli.col.files", lang), True),
        (say("cli.col.accepted", lang), True),
        (say("cli.col.rejected", lang), True),
        (say("cli.col.late", lang), True),
        (say("cli.col.unknown_columns", lang), False),
    ]
    rows = [_entity_row(_titled(name, lang), outcomes, lang) for name, outcomes in _by_entity(landed)]
    if len(rows) > 1:
        rows.append(_entity_row(say("cli.total", lang), landed, lang, with_columns=False))
    console.print(plain_table(columns, rows, title=say("cli.title.landed", lang)))
    if unchanged:
        console.print(say("cli.unchanged", lang, unchanged=number(unchanged)), style="dim")
    totals = sum(outcome.totals for outcome in landed)
    if totals:
        console.print(say("cli.totals", lang, rows=number(totals)), style="dim")
    rejected = sum(outcome.rejected for outcome in landed)
    if rejected:
        console.print(say("cli.hint_rejects", lang, rows=number(rejected)), style="yellow")


def _print_misplaced(console: Console, report: RefreshReport, lang: str) -> None:
    """The files that landed as what they are, from a folder where they do not belong."""
    landed = [outcome for outcome in report.landing.with_status("landed") if outcome.belongs_in]
    for outcome in landed[:MAX_FILES_NAMED]:
        sentence = say("cli.belongs_in", lang, path=outcome.path, folder=f"{outcome.belongs_in}/")
        console.print(sentence, style="dim", soft_wrap=True, markup=False, highlight=False)
    if len(landed) > MAX_FILES_NAMED:
        console.print("  " + say("cli.more_files", lang, files=number(len(landed) - MAX_FILES_NAMED)))


def _print_passed_over(console: Console, report: RefreshReport, lang: str) -> None:
    """The sheets and tables that nobody reads, by name: one of them may have been meant."""
    ignored = report.landing.with_status("ignored")
    for part in ("sheet", "table"):
        paths = [outcome.path for outcome in ignored if outcome.part == part]
        if not paths:
            continue
        named = ", ".join(paths[:MAX_FILES_NAMED])
        sentence = say(f"cli.{part}s_passed_over", lang, parts=number(len(paths)), named=named)
        console.print(sentence, style="dim", soft_wrap=True, markup=False, highlight=False)


def _by_entity(landed: Iterable[FileOutcome]) -> list[tuple[str, list[FileOutcome]]]:
    groups: dict[str, list[FileOutcome]] = {}
    for outcome in landed:
        groups.setdefault(f"{outcome.system}.{outcome.entity}", []).append(outcome)
    return sorted(groups.items())


def _titled(name: str, lang: str) -> str:
    """The table's name, and in Chinese what it holds; mapped files hold entities of the neutral export."""
    systems = load_catalogue().systems
    system, _, entity = name.partition(".")
    found = systems.get(system, {}).get(entity) or systems[CANONICAL].get(entity)
    return f"{name} {found.label_zh}" if found and lang == "zh" else name


def _named(columns: Collection[str], lang: str) -> str:
    """Some of them and how many more there are: the ledger holds them all."""
    shown = ", ".join(list(columns)[:MAX_COLUMNS_NAMED])
    more = len(columns) - MAX_COLUMNS_NAMED
    return shown if more <= 0 else say("cli.more_columns", lang, shown=shown, more=number(more))


def _kept_aside(system: str | None, columns: Collection[str], lang: str) -> str:
    """Names where one may be misspelt; how many in vendors' files, which have dozens that nobody reads."""
    if system == CANONICAL:
        return _named(columns, lang)
    return number(len(columns)) if columns else ""


def _entity_row(
    name: str, outcomes: Iterable[FileOutcome], lang: str, with_columns: bool = True
) -> list[str]:
    outcomes = list(outcomes)
    unknown = sorted({column for outcome in outcomes for column in outcome.unknown_columns})
    late = sum(outcome.rows_late for outcome in outcomes)
    return [
        name,
        number(len(outcomes)),
        number(sum(outcome.accepted for outcome in outcomes)),
        number(sum(outcome.rejected for outcome in outcomes)),
        number(late) if late else "",
        _kept_aside(outcomes[0].system, unknown, lang) if with_columns else "",
    ]


def _print_not_taken(console: Console, report: RefreshReport, lang: str) -> None:
    outcomes = report.landing.with_status("refused") + report.landing.with_status("waiting")
    if not outcomes:
        return
    console.print()
    console.print(say("cli.title.not_taken", lang, files=number(len(outcomes))), style="bold yellow")
    for outcome in outcomes[:MAX_FILES_NAMED]:
        code = f" [{outcome.code}]" if outcome.code else ""
        console.print(
            Text.assemble("  ", (outcome.path, "bold"), f"{code}  ", refusal_sentence(outcome, lang)),
            soft_wrap=True,
        )
    if len(outcomes) > MAX_FILES_NAMED:
        console.print("  " + say("cli.more_files", lang, files=number(len(outcomes) - MAX_FILES_NAMED)))


def _print_checks(console: Console, report: RefreshReport, lang: str) -> None:
    checks = checks_of(report)
    if not checks:
        return
    shown = [check for check in checks if check.status != "pass"]
    console.print()
    console.print(
        say("cli.checks", lang, checks=number(len(checks)), passed=number(len(checks) - len(shown)))
    )
    for check in shown[:MAX_FILES_NAMED]:
        style = "yellow" if check.status == "warn" else "red"
        status = say(f"cli.check.{check.status}", lang)
        name, message = check.words(lang)
        sentence = " ".join(part for part in (name, check.where, message) if part)
        console.print(Text.assemble("  ", (status, style), "  ", sentence), soft_wrap=True)
    if len(shown) > MAX_FILES_NAMED:
        console.print("  " + say("cli.more_checks", lang, checks=number(len(shown) - MAX_FILES_NAMED)))


def _print_published(
    console: Console, settings: Settings, report: RefreshReport, current: PublishedVersion | None, lang: str
) -> None:
    console.print()
    if report.nothing_new:
        console.print(say("cli.nothing_new", lang))
    if current is None:
        return
    style = "dim" if report.published is None else "bold green"
    console.print(Text(published_sentence(current, lang), style=style), soft_wrap=True)
    console.print(
        Text(say("cli.published_path", lang, path=settings.published_db), style="dim"), soft_wrap=True
    )


def published_sentence(version: PublishedVersion, lang: str) -> str:
    """Name, last day counted, tables and rows of a published version."""
    rows = row_counts(version)
    return say(
        "cli.published",
        lang,
        version=version.name,
        as_of=version.manifest["as_of_date"] or "–",
        tables=number(len(rows)),
        rows=number(sum(rows.values())),
    )


def row_counts(version: PublishedVersion) -> dict[str, int]:
    """Rows per published table."""
    counts: dict[str, int] = version.manifest["tables"]
    return counts


def print_figures(console: Console, figures: list[Figure], lang: str) -> None:
    """The headline figures, one line a metric, the last complete week and month side by side."""
    if not figures:
        return
    periods = sorted(
        {(figure.period_type != "week", figure.period_type, figure.period_start) for figure in figures}
    )
    columns = [(say("cli.col.metric", lang), False)]
    for _, period_type, period_start in periods:
        columns.append((say(f"cli.col.{period_type}", lang, start=period_start), True))
        columns.append((say("cli.col.change", lang), True))
    rows = []
    for metric_id in dict.fromkeys(figure.metric_id for figure in figures):
        found = {figure.period_type: figure for figure in figures if figure.metric_id == metric_id}
        row: list[str | Text] = [next(iter(found.values())).label(lang)]
        for _, period_type, _ in periods:
            figure = found.get(period_type)
            row += ["", ""] if figure is None else [figure.value_text(), figure.change_text()]
        rows.append(row)
    console.print()
    console.print(plain_table(columns, rows, title=say("cli.title.figures", lang)))


def closing_document(
    settings: Settings,
    report: RefreshReport,
    current: PublishedVersion | None,
    figures: list[Figure],
    exit_code: int,
    lang: str,
) -> dict[str, Any]:
    """Everything the closing table says, for machines."""
    files = []
    for outcome in report.landing.files:
        is_named = outcome.status == "waiting" or outcome.code is not None
        files.append(asdict(outcome) | {"message": refusal_sentence(outcome, lang) if is_named else ""})
    return {
        "exit_code": exit_code,
        "nothing_new": report.nothing_new,
        "seconds": round(report.seconds, 3),
        "files": files,
        "checks": [asdict(check) for check in checks_of(report)],
        "published": None if report.published is None else report.published.name,
        "current": None if current is None else {"path": str(settings.published_db), **current.manifest},
        "figures": [asdict(figure) for figure in figures],
    }
