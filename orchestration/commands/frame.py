"""What all commands share: options with translated help, answers, and ends without tracebacks."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.text import Text

from orchestration.errors import EXIT_FAILURE, EXIT_OK, ShequnError
from orchestration.messages import say
from orchestration.settings import Settings, load_settings

LOG_BYTES = 5_000_000
LOG_FILES = 3


@dataclass(frozen=True)
class Context:
    """How a command was asked to speak.

    Attributes:
        home: State folder, or None for the default.
        lang: "en" or "zh".
        as_json: One JSON document on stdout and nothing else there.
        quiet: Nothing on success.
        asked_lang: The language that --lang named; None where the environment chose it.
    """

    home: Path | None
    lang: str
    as_json: bool = False
    quiet: bool = False
    asked_lang: str | None = None

    def answer(self, document: Any, text: str | Text) -> None:
        """Say `document` to machines, `text` to people."""
        if self.as_json:
            write_document(document)
        elif not self.quiet:
            from orchestration.commands.console import output

            output().print(text if isinstance(text, Text) else escape(text), soft_wrap=True)

    def warn(self, key: str, **params: object) -> None:
        """A sentence on stderr, unless quiet."""
        if not self.quiet:
            from orchestration.commands.console import complaints

            complaints().print(Text(say(key, self.lang, **params), style="yellow"))


def option(lang: str, name: str, *names: str, **settings: Any) -> Callable[[Any], Any]:
    """A click option whose help is the message `cli.opt.<name>`."""
    help_key = f"cli.opt.{name.removeprefix('--').replace('-', '_')}"
    return click.option(name, *names, help=say(help_key, lang), **settings)


def run_command(context: Context, body: Callable[..., int], options: dict[str, Any]) -> int:
    """Run a command's body; whatever goes wrong ends in a sentence and an exit code."""
    try:
        return body(context, **options)
    except ShequnError as error:
        complain(context, error.text(context.lang), error.exit_code, error.key)
        return error.exit_code
    except KeyboardInterrupt:
        complain(context, say("cli.interrupted", context.lang), EXIT_FAILURE, "cli.interrupted")
        return EXIT_FAILURE
    except BrokenPipeError:
        # The reader (head, say) has seen enough; Python must not stumble over it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except Exception as error:
        log = _log_traceback(load_settings(context.home))
        cause = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        complain(
            context, say("cli.unexpected", context.lang, cause=cause, log=log), EXIT_FAILURE, "cli.unexpected"
        )
        return EXIT_FAILURE


def complain(
    context: Context, sentence: str, exit_code: int, key: str, more: dict[str, Any] | None = None
) -> None:
    """Say on stderr, and to machines on stdout too, why a command ends without success."""
    from orchestration.commands.console import complaints

    complaints().print(Text(sentence, style="bold red"))
    if context.as_json:
        write_document({"exit_code": exit_code, "error": {"key": key, "message": sentence}} | (more or {}))


def write_document(document: Any) -> None:
    """One JSON document on stdout."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write("\n")


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return str(value)


def open_log(settings: Settings) -> Path:
    """Send log records to `logs/shequn.log`, of which a few generations are kept."""
    settings.logs_dir.mkdir(parents=True, exist_ok=True)
    settings.logs_dir.chmod(0o700)
    path = settings.logs_dir / "shequn.log"
    root = logging.getLogger()
    ours = [handler for handler in root.handlers if isinstance(handler, RotatingFileHandler)]
    if [handler.baseFilename for handler in ours] != [str(path)]:
        for earlier in ours:
            root.removeHandler(earlier)
            earlier.close()
        handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"))
        root.addHandler(handler)
        root.setLevel(logging.INFO)
    return path


def _log_traceback(settings: Settings) -> Path | str:
    try:
        path = open_log(settings)
        logging.getLogger(__name__).exception("a command failed")
        return path
    except OSError as error:
        return f"– ({error})"
