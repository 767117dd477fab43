"""What a person at a terminal sees: progress on stderr, tables on stdout."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from orchestration import progress
from orchestration.messages import say

PLAIN_INTERVAL_SECONDS = 10.0
UNLIMITED_WIDTH = 10_000
STAGES = ("land", "audit_raw", "build", "audit_publish", "publish", "demo", "export", "serve", "report")


def output() -> Console:
    """The console on stdout; where that is no terminal, lines are as long as they need to be."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else UNLIMITED_WIDTH)


def complaints() -> Console:
    """The console on stderr."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def stage_label(key: str, lang: str) -> str:
    """A stage's name in words; a stage nobody has named here shows by its key."""
    return say(f"cli.stage.{key}", lang) if key in STAGES else key


class ConsoleProgress(progress.Progress):
    """Shows stages as they come; to be used as a context manager."""

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def __enter__(self) -> ConsoleProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class BarProgress(ConsoleProgress):
    """A bar for each stage, on a terminal."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        self._bars = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[detail]}", style="dim"),
            console=Console(stderr=True),
        )
        self._task: TaskID | None = None
        self._key = ""

    def __enter__(self) -> BarProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._finish()
        self._bars.stop()

    def stage(self, key: str, total: int | None = None) -> None:
        if self._task is not None and key == self._key:
            self._bars.update(self._task, total=total)
            return
        self._finish()
        self._key = key
        self._task = self._bars.add_task(stage_label(key, self._lang), total=total, detail="")

    def advance(self, detail: str = "", amount: int = 1) -> None:
        if self._task is not None:
            self._bars.update(self._task, advance=amount, detail=detail)

    def note(self, detail: str) -> None:
        if self._task is not None:
            self._bars.update(self._task, detail=detail)

    def _finish(self) -> None:
        if self._task is None:
            return
        task = next(task for task in self._bars.tasks if task.id == self._task)
        done = task.total if task.total is not None else max(task.completed, 1)
        self._bars.update(self._task, total=done, completed=done, detail="")
        self._task = None


class PlainProgress(ConsoleProgress):
    """One line a stage, and one every ten seconds, for logs and pipes."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        self._total: int | None = None
        self._done = 0
        self._spoken = time.monotonic()

    def stage(self, key: str, total: int | None = None) -> None:
        self._total, self._done = total, 0
        label = stage_label(key, self._lang)
        self._say(label if total is None else f"{label}: {total}")

    def advance(self, detail: str = "", amount: int = 1) -> None:
        self._done += amount
        self.note(detail)

    def note(self, detail: str) -> None:
        if time.monotonic() - self._spoken >= PLAIN_INTERVAL_SECONDS:
            count = f"{self._done}" if self._total is None else f"{self._done}/{self._total}"
            self._say(f"  {count} {detail}".rstrip())

    def _say(self, line: str) -> None:
        self._spoken = time.monotonic()
        print(line, file=sys.stderr, flush=True)


def console_progress(lang: str, quiet: bool) -> ConsoleProgress:
    """The listener that fits: silent, bars on a terminal, else plain lines."""
    if quiet:
        return ConsoleProgress(lang)
    return BarProgress(lang) if sys.stderr.isatty() else PlainProgress(lang)


def plain_table(
    columns: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str | Text]], title: str | None = None
) -> Table:
    """A table without heavy lines.

    Args:
        columns: Header and whether the column is a number (set to the right).
        rows: Cells as text.
        title: A line above.
    """
    table = Table(
        title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for header, is_number in columns:
        table.add_column(
            header, justify="right" if is_number else "left", header_style="dim", overflow="fold"
        )
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    return table


def print_rows(console: Console, columns: list[str], is_number: list[bool], rows: list[list[str]]) -> None:
    """Rows as a table, or, where they are wider than the terminal, as one block of lines a row."""
    widths = [
        max([cell_len(name), *(cell_len(row[index]) for row in rows)]) + 2
        for index, name in enumerate(columns)
    ]
    if sum(widths) <= console.width:
        console.print(plain_table(list(zip(columns, is_number, strict=True)), rows))
        return
    label_width = max(cell_len(name) for name in columns)
    for number, row in enumerate(rows, start=1):
        console.print(Text(f"─[ {number} ]".ljust(min(console.width, label_width + 24), "─"), style="dim"))
        for name, cell in zip(columns, row, strict=True):
            padding = " " * (label_width - cell_len(name))
            console.print(Text.assemble((name + padding, "dim"), "  ", cell), soft_wrap=True)


def number(value: Any) -> str:
    """A count with thousands separators."""
    return f"{int(value):,}"


def bytes_text(size: float) -> str:
    """A size with the unit that suits it."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError
