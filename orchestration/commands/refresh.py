"""`shequn refresh`: run the whole way and say what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from rich.text import Text

from orchestration.commands.alerts import open_alerts, print_alerts
from orchestration.commands.closing import MAX_FILES_NAMED, closing_document, print_closing, refusal_sentence
from orchestration.commands.console import complaints, console_progress, number, output
from orchestration.commands.figures import headline_figures
from orchestration.commands.frame import Context, complain, open_log, write_document
from orchestration.demo.manifest import has_demo, read_manifest
from orchestration.errors import EXIT_OK, EXIT_USAGE, ShequnError
from orchestration.inbox import inbox_files
from orchestration.messages import say
from orchestration.publishing import current_version
from orchestration.reports import RefreshReport
from orchestration.settings import Settings

Shown = TypeVar("Shown")

logger = logging.getLogger(__name__)


def refresh_command(
    context: Context, settings: Settings, *, full_refresh: bool, strict: bool, own_inbox: bool
) -> int:
    """Run a refresh and print its closing table.

    Args:
        context: How to speak.
        settings: Places and choices.
        full_refresh: Rebuild every model from the start.
        strict: A refused file stops the run before anything is published.
        own_inbox: The inbox is the home's own, which is created where it is missing.

    Returns:
        0 published or nothing new; 3 where nothing was published.

    Raises:
        ShequnError: as `refresh` does; an inbox that was named and is not there (exit 2).
    """
    from orchestration.refresh import refresh

    _open_inbox(context, settings, own_inbox)
    log = open_log(settings)
    logger.info("refresh of %s begins", settings.exports)
    try:
        with console_progress(context.lang, context.quiet) as progress:
            report = refresh(settings, progress, full_refresh=full_refresh, strict=strict)
    except ShequnError as error:
        logger.error("refresh ends with %s: %s", error.exit_code, error)
        partial = getattr(error, "report", None)
        if partial is None:
            raise
        return _say_refused(context, settings, error, partial)
    logger.info("refresh ends; log %s", log)
    _say_done(context, settings, report)
    return EXIT_OK


def _open_inbox(context: Context, settings: Settings, own_inbox: bool) -> None:

    if not settings.exports.is_dir():
        if not own_inbox:
            raise ShequnError("cli.E_NO_INBOX", EXIT_USAGE, path=settings.exports)
        (settings.exports / "canonical").mkdir(parents=True, exist_ok=True)
        context.warn("cli.inbox_created", path=settings.exports / "canonical")
    if has_demo(settings.exports) and _own_files(settings):
        context.warn("cli.demo_mixed", path=settings.exports)


def _own_files(settings: Settings) -> bool:
    """Whether a file lies in the inbox that the demo did not write."""
    manifest = read_manifest(settings.exports) or {"files": []}
    demo = {settings.exports / entry["path"] for entry in manifest["files"]}
    return any(path not in demo for path in inbox_files(settings))


def _say_done(context: Context, settings: Settings, report: RefreshReport) -> None:
    if context.quiet and not context.as_json:
        _say_what_is_wrong(context, report)
        return
    figures = _shown(headline_figures, settings)
    alerts = _shown(open_alerts, settings)
    current = report.published or current_version(settings)
    if context.as_json:
        document = closing_document(settings, report, current, figures, EXIT_OK, context.lang)
        write_document(document | {"alerts": [asdict(alert) for alert in alerts]})
    else:
        print_closing(output(), settings, report, current, figures, context.lang)
        print_alerts(output(), alerts, context.lang)


def _say_what_is_wrong(context: Context, report: RefreshReport) -> None:
    """On stderr, for whoever reads cron's mail: what was not taken in; nothing where all was."""
    console = complaints()
    outcomes = report.landing.with_status("refused") + report.landing.with_status("waiting")
    for outcome in outcomes[:MAX_FILES_NAMED]:
        code = f" [{outcome.code}]" if outcome.code else ""
        console.print(Text(f"{outcome.path}{code}  {refusal_sentence(outcome, context.lang)}"))
    if len(outcomes) > MAX_FILES_NAMED:
        console.print(say("cli.more_files", context.lang, files=number(len(outcomes) - MAX_FILES_NAMED)))
    rejected = sum(outcome.rejected for outcome in report.landing.with_status("landed"))
    if rejected:
        console.print(say("cli.hint_rejects", context.lang, rows=number(rejected)))


def _shown(ask: Callable[[Settings], list[Shown]], settings: Settings) -> list[Shown]:
    """What `ask` finds; a version without such a table simply has none to show."""
    try:
        return ask(settings)
    except ShequnError as error:
        logger.warning("%s: %s", ask.__name__, error)
        return []


def _say_refused(context: Context, settings: Settings, error: ShequnError, report: RefreshReport) -> int:
    """Nothing was published: the closing table of what happened so far, then the sentence."""
    current = current_version(settings)
    if context.as_json:
        document = closing_document(settings, report, current, [], error.exit_code, context.lang)
        complain(context, error.text(context.lang), error.exit_code, error.key, more=document)
        return error.exit_code
    if context.quiet:
        _say_what_is_wrong(context, report)
    else:
        print_closing(output(), settings, report, current, [], context.lang)
    complain(context, error.text(context.lang), error.exit_code, error.key)
    return error.exit_code
