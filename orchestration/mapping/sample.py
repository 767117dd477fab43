"""The names and the first values of an unknown file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from orchestration.landing.cells import cell_text
from orchestration.landing.csv_heads import first_lines, possible_heads
from orchestration.landing.documents import Run, document_kind, read_documents, survey_documents
from orchestration.landing.faults import FileRefused
from orchestration.landing.header import HEADER_WITHIN
from orchestration.landing.inbox import WORKBOOKS
from orchestration.landing.json_values import BadValue, plain_text
from orchestration.landing.marks import is_total
from orchestration.landing.paths import DOCUMENT, find_rows, row_steps
from orchestration.landing.survey import survey
from orchestration.landing.workbook import list_sheets, open_workbook, rows_of, sheet_of
from orchestration.landing.workbook_archive import check_workbook

ROWS = 200
DEPTH = 3


@dataclass(frozen=True)
class Sample:
    """A file's beginning.

    Attributes:
        kind: As in `InboxFile`.
        columns: By name (of a document the path in its row) the texts of the first rows; empty: unknown.
        sheet: The sheet that was looked at, None where there are none.
        rows: Where the rows of a document are; None: it is a table.
    """

    path: Path
    kind: str
    columns: dict[str, list[str]]
    sheet: str | None = None
    rows: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns)


def read_sample(path: Path, sheet: str | None = None) -> Sample:
    """The beginning of a CSV file, a sheet of a workbook (the first with rows unless named) or a document.

    Raises:
        FileRefused: it is none of these, damaged, empty, or has no such sheet.
        OSError: it cannot be read.
    """
    if path.suffix.lower() in WORKBOOKS:
        return _of_sheet(path, sheet)
    kind = document_kind(path)
    if kind is not None:
        return _of_documents(path, kind)
    lines = first_lines(path, str(survey(path, "csv").encoding))
    heads = list(possible_heads(lines))
    if not heads:
        raise FileRefused("E_EMPTY")
    head = max(heads, key=lambda one: (_words(one.cells), len(one.cells), -one.lines))
    text = b"".join(lines[head.lines :]).decode("utf-8")
    return Sample(path, "csv", _columns(head.cells, csv.reader(text.splitlines(), delimiter=head.separator)))


def _words(cells: Iterable[str]) -> int:
    """How many cells read like names rather than figures."""
    return sum(bool(cell) and not cell[0].isdigit() for cell in cells)


def _columns(header: Sequence[str], rows: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """Texts by name; of a name that occurs again the second is `name__2`, as the gate calls it."""
    seen: Counter[str] = Counter()
    names = []
    for name in header:
        seen[name] += 1
        names.append(name if seen[name] == 1 or not name else f"{name}__{seen[name]}")
    found: dict[str, list[str]] = {name: [] for name in names if name}
    for row in islice(rows, ROWS):
        first = next((cell for cell in row if cell.strip()), "")
        if not first or is_total(first):
            continue
        for name, cell in zip(names, row, strict=False):
            if name:
                found[name].append(cell.strip())
    return found


def _of_sheet(path: Path, wanted: str | None) -> Sample:
    check_workbook(path)
    readable = [sheet.name for sheet in list_sheets(path) if sheet.is_read]
    if wanted is not None and wanted not in readable:
        raise FileRefused("E_UNKNOWN_SHEET", sheet=wanted, known=", ".join(readable))
    if not readable:
        raise FileRefused("E_EMPTY")
    name = wanted or readable[0]
    with open_workbook(path) as workbook:
        cells = islice(rows_of(sheet_of(workbook, name)), HEADER_WITHIN + ROWS)
        rows = [[cell_text(cell).strip() for cell in row] for row in cells]
    head = rows[:HEADER_WITHIN]
    place = max(range(len(head)), key=lambda at: (_words(head[at]), -at))
    return Sample(path, "sheet", _columns(head[place], rows[place + 1 :]), sheet=name)


def _of_documents(path: Path, kind: Any) -> Sample:
    encoding = str(survey_documents(path, kind).encoding)
    sound = (run.values for run in read_documents(path, kind, encoding) if isinstance(run, Run))
    documents = [value for value in islice(chain.from_iterable(sound), ROWS) if value]
    if not documents:
        raise FileRefused("E_EMPTY")
    lists = Counter(
        found for value in documents for found, size in _lists_in(value, "", DEPTH) for _ in range(size)
    )
    rows, size = lists.most_common(1)[0] if lists else (DOCUMENT, 0)
    if size <= len(documents):
        rows = DOCUMENT
    columns: dict[str, list[str]] = {}
    taken = [row for value in documents for row, _ in find_rows(value, row_steps(rows)) or []][:ROWS]
    for number, row in enumerate(taken):
        for name, text in _leaves(row, ""):
            texts = columns.setdefault(name, [])
            texts += [""] * (number - len(texts)) + [text]
    return Sample(path, kind, columns, rows=rows)


def _lists_in(value: Any, path: str, depth: int) -> Iterator[tuple[str, int]]:
    """The lists of objects in a document and how long they are."""
    if not isinstance(value, dict) or not depth:
        return
    for key, below in value.items():
        if isinstance(below, list) and below and isinstance(below[0], dict):
            yield f"{path}{key}[]", len(below)
        yield from _lists_in(below, f"{path}{key}.", depth - 1)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """The plain values of a row with their paths."""
    if not isinstance(value, dict):
        return
    for key, below in value.items():
        if isinstance(below, dict):
            yield from _leaves(below, f"{path}{key}.")
        elif not isinstance(below, list):
            try:
                yield f"{path}{key}", plain_text(below, key)
            except BadValue:
                continue
