"""Reads a CSV file in blocks of proved records."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from orchestration.landing.blocks import (
    Block,
    Lines,
    Originals,
    rows_aside,
    split_columns,
    trimmed,
    unknown_names,
    without_backtick,
)
from orchestration.landing.catalogue import Entity
from orchestration.landing.cells import may_hold
from orchestration.landing.csv_heads import CsvHead, first_lines, possible_heads, strict_head
from orchestration.landing.csv_records import RECORD_LIMIT_BYTES, Records, RecordSplitter, text_of
from orchestration.landing.faults import FileRefused, RowFault
from orchestration.landing.header import checked_columns, place_of_header
from orchestration.landing.marks import is_total
from orchestration.landing.originals import broken_text, values_text
from orchestration.landing.survey import Survey, survey
from orchestration.landing.text_stream import count_lines, line_blocks, utf8_chunks

csv.field_size_limit(RECORD_LIMIT_BYTES)


class CsvReader:
    """One CSV file; see `blocks.Reader`."""

    def __init__(self, path: Path, entity: Entity) -> None:
        self._path = path
        self._entity = entity
        self._survey: Survey = survey(path, "csv")
        self._splitter = RecordSplitter()
        self._separator = ","
        self._titles: tuple[str, ...] = ()
        self._names: list[str] = []
        self._set_aside = 0
        self.encoding: str | None = self._survey.encoding
        self.header = 0
        self.totals = 0

    @property
    def blank(self) -> int:
        return self._splitter.blank + self._set_aside

    @property
    def lines(self) -> int:
        return self._survey.lines - self._splitter.continuation

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        return unknown_names(self._names, self._entity)

    def blocks(self) -> Iterator[Block]:
        """The file's rows.

        Raises:
            FileRefused: no fitting header, a quote that never closes or that swallows rows.
        """
        self._take_header()
        above = self._splitter.line
        for text in line_blocks(utf8_chunks(self._path, self._survey.encoding, is_checked=True)):
            rest, above = _without_lines(text, above)
            if rest:
                yield self._block(rest)
        self._splitter.finish()

    def _take_header(self) -> None:
        head = self._head()
        self._titles, self._separator = head.cells, head.separator
        self._names = checked_columns(head.names, self._entity, is_text=True)
        self._splitter = RecordSplitter(head.separator)
        self._splitter.may_be_record = self._may_be_record
        self._splitter.line = head.lines
        self._splitter.blank = head.blank
        self._splitter.continuation = head.continuation
        self.header = head.header

    def _may_be_record(self, fields: list[str], is_cut: bool) -> bool:
        """Whether a line inside a quoted value could be a sound record, which two stray quotes swallowed.

        One that could not be is text that people wrote, as lists with commas are.
        """
        if len(fields) < len(self._names) or any(fields[len(self._names) :]):
            return False
        told = dict(zip(self._names[: -1 if is_cut else None], fields, strict=False))
        return all(
            may_hold(column, told[column.name], self._entity)
            for column in self._entity.columns
            if column.name in told
        )

    def _head(self) -> CsvHead:
        """The record that names the columns: the first one, or in a recognised file the one that fits."""
        if self._entity.is_recognised:
            heads = list(possible_heads(first_lines(self._path, self._survey.encoding)))
            if heads:
                return heads[place_of_header([head.cells for head in heads], self._entity)]
        head = strict_head(self._path, self._survey.encoding)
        if isinstance(head, str):
            # A first line with a stray quote is no header either way.
            checked_columns([head], self._entity, is_text=True)
            raise FileRefused("E_QUOTE", line=1)
        return head

    def _block(self, text: bytes) -> Block:
        if not self._splitter.is_open and b'"' not in text and len(self._names) > 1:
            table = self._parse(text, has_quotes=False)
            lines = count_lines(text)
            if table is not None and table.num_rows == lines:
                first = self._splitter.line + 1
                self._splitter.line += lines
                return self._to_block(table, np.arange(first, first + lines), _originals_of_lines(text), [])
        records = Records()
        self._splitter.split(text.splitlines(keepends=True), records)
        return self._records_block(records)

    def _records_block(self, records: Records) -> Block:
        table = self._parse(b"".join(records.texts), records.has_quotes)
        if table is None or table.num_rows != len(records.texts):
            self._set_aside_uneven(records)
            table = self._parse(b"".join(records.texts), records.has_quotes)
        if table is None or table.num_rows != len(records.texts):
            raise FileRefused("E_COUNT", expected=len(records.texts), found=table.num_rows if table else 0)
        lines = np.array(records.lines, dtype=np.int64)
        return self._to_block(table, lines, lambda row: text_of(records.texts[row]), records.faults)

    def _set_aside_uneven(self, records: Records) -> None:
        """Move records with too many or too few fields to the faults, unless these are empty ones."""
        expected = len(self._names)
        texts, lines = [], []
        for text, line in zip(records.texts, records.lines, strict=True):
            found = self._field_count(text)
            even = text if found == expected else self._evened(text)
            if even is not None:
                texts.append(even)
                lines.append(line)
            elif is_total(next(filter(None, map(str.strip, self._fields(text))), "")):
                self._set_aside += 1
                self.totals += 1
            else:
                params = {"found": found, "expected": expected}
                records.faults.append(RowFault(line, "E_COLUMNS", text_of(text), params=params))
        records.texts, records.lines = texts, lines

    def _evened(self, record: bytes) -> bytes | None:
        """A recognised file's record with as many fields as the header; None where that would be a guess."""
        if not self._entity.is_recognised:
            return None
        fields, expected = self._fields(record), len(self._titles)
        is_short = any(self._titles[len(fields) :])
        if any(fields[expected:]) or (is_short and not self._entity.may_be_short):
            return None
        even = [*fields, *[""] * expected][:expected]
        text = io.StringIO()
        csv.writer(text, delimiter=self._separator, lineterminator="\n").writerow(even)
        return text.getvalue().encode()

    def _fields(self, record: bytes) -> list[str]:
        return next(csv.reader([record.decode("utf-8")], delimiter=self._separator, strict=True))

    def _field_count(self, record: bytes) -> int:
        if b'"' not in record:
            return record.count(self._separator.encode()) + 1
        return len(self._fields(record))

    def _parse(self, text: bytes, has_quotes: bool) -> pa.Table | None:
        """Columns of well-formed records, None where their numbers of fields differ."""
        names = [f"c{number}" for number in range(len(self._names))]
        if not text:
            return pa.table([pa.array([], pa.string())] * len(names), names=names)
        try:
            return pyarrow.csv.read_csv(
                pa.BufferReader(text),
                # One piece of work: a second thread would only fight the database's for the cores.
                pyarrow.csv.ReadOptions(column_names=names, use_threads=False, block_size=len(text) + 1),
                pyarrow.csv.ParseOptions(
                    delimiter=self._separator,
                    quote_char='"' if has_quotes else False,
                    double_quote=True,
                    newlines_in_values=has_quotes,
                ),
                pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
            )
        except pa.ArrowInvalid:
            return None

    def _to_block(self, table: pa.Table, lines: Lines, original: Originals, faults: list[RowFault]) -> Block:
        arrays = [trimmed(column) for column in table.columns]
        if self._entity.is_recognised:
            arrays = [without_backtick(array) for array in arrays]
        aside = rows_aside(arrays, self._names, self._titles, self._entity)
        self._set_aside += len(aside.rows)
        self.totals += aside.totals
        known, unknown = split_columns(self._names, arrays, self._entity)
        if self._entity.is_recognised:
            original = self._originals(arrays)
            faults = [replace(one, original=broken_text(one.original, self._entity)) for one in faults]
        block = Block(known, lines, original, unknown=unknown, faults=faults)
        return block.without(aside.rows) if aside.rows else block

    def _originals(self, arrays: list[pa.Array]) -> Originals:
        def original(row: int) -> str:
            values = {name: array[row].as_py() for name, array in zip(self._names, arrays, strict=True)}
            return values_text(values, self._entity)

        return original


def _without_lines(text: bytes, above: int) -> tuple[bytes, int]:
    """`text` without its first `above` lines, and how many of them are still to come."""
    if not above:
        return text, 0
    lines = text.splitlines(keepends=True)
    return b"".join(lines[above:]), max(0, above - len(lines))


def _originals_of_lines(text: bytes) -> Originals:
    lines: list[bytes] = []

    def original(row: int) -> str:
        if not lines:
            lines.extend(text.splitlines())
        return lines[row].decode("utf-8", "replace")

    return original
