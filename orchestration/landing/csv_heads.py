"""The records at a CSV file's beginning that may name its columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from orchestration.landing.csv_records import Records, RecordSplitter, is_blank
from orchestration.landing.faults import FileRefused
from orchestration.landing.header import COLUMN_LIMIT, HEADER_WITHIN
from orchestration.landing.text_stream import line_blocks, utf8_chunks

SEPARATORS = (",", "\t", ";")
# A header's cells may themselves hold line ends.
LINES_READ = HEADER_WITHIN + 200


@dataclass(frozen=True)
class CsvHead:
    """A record that may be the header, and what stands up to its end.

    Attributes:
        cells: Its cells, trimmed.
        separator: What its cells are separated by.
        lines: Physical lines up to its end.
        blank: Those of them that are blank.
        continuation: Those of them that go on the record.
    """

    cells: tuple[str, ...]
    separator: str
    lines: int
    blank: int
    continuation: int

    @property
    def names(self) -> list[str]:
        """The cells; a column that spreadsheets left without a name is called by its place."""
        return [cell or f"column_{place}" for place, cell in enumerate(self.cells, 1)]

    @property
    def header(self) -> int:
        """Lines of the header: itself and the titles above it."""
        return self.lines - self.blank - self.continuation


def strict_head(path: Path, encoding: str) -> CsvHead | str:
    """The first record of a file that separates by commas; a string is a line that is no record.

    Raises:
        FileRefused: there is none, or a quote in it never closes.
    """
    lines = first_lines(path, encoding)
    begin = next((place for place, line in enumerate(lines) if not is_blank(line)), None)
    if begin is None:
        raise FileRefused("E_EMPTY")
    return _head(lines, begin, ",")


def possible_heads(lines: Sequence[bytes]) -> Iterator[CsvHead]:
    """Every record that begins within the first of the lines, by each separator that it holds."""
    for begin, line in enumerate(lines[:HEADER_WITHIN]):
        for separator in SEPARATORS:
            if is_blank(line) or (separator != "," and separator.encode() not in line):
                continue
            try:
                head = _head(lines, begin, separator)
            except FileRefused:
                continue
            if isinstance(head, CsvHead) and len(head.cells) <= COLUMN_LIMIT:
                yield head


def first_lines(path: Path, encoding: str) -> list[bytes]:
    """The lines of a file's beginning, as UTF-8.

    Raises:
        UnicodeError: it is not of that encoding.
    """
    blocks = line_blocks(utf8_chunks(path, encoding))
    return list(islice((line for block in blocks for line in block.splitlines(keepends=True)), LINES_READ))


def _head(lines: Sequence[bytes], begin: int, separator: str) -> CsvHead | str:
    splitter, records = RecordSplitter(separator), Records()
    for line in lines[begin:]:
        splitter.split([line], records)
        if records.faults:
            return records.faults[0].original
        if records.texts:
            break
    splitter.finish()
    row = next(csv.reader([records.texts[0].decode("utf-8")], delimiter=separator, strict=True))
    return CsvHead(
        cells=tuple(cell.strip() for cell in row),
        separator=separator,
        lines=begin + splitter.line,
        blank=sum(map(is_blank, lines[:begin])),
        continuation=splitter.continuation,
    )
