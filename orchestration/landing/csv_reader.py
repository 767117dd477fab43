"""Reads a CSV file in blocks of proved records."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from orchestration.landing.blocks import Block, Lines, Originals, example_rows, split_columns, trimmed
from orchestration.landing.catalogue import Entity
from orchestration.landing.csv_records import RECORD_LIMIT_BYTES, Records, RecordSplitter, text_of
from orchestration.landing.faults import FileRefused, RowFault
from orchestration.landing.header import checked_columns
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
        self._names: list[str] = []
        self._examples = 0
        self.encoding: str | None = self._survey.encoding
        self.header = 0

    @property
    def blank(self) -> int:
        return self._splitter.blank + self._examples

    @property
    def lines(self) -> int:
        return self._survey.lines - self._splitter.continuation

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        return tuple(name for name in self._names if name not in self._entity.column_names)

    def blocks(self) -> Iterator[Block]:
        """The file's rows.

        Raises:
            FileRefused: no fitting header, a quote that never closes or that swallows rows.
        """
        for text in line_blocks(utf8_chunks(self._path, self._survey.encoding, is_checked=True)):
            rest = text if self._names else self._take_header(text)
            if rest:
                yield self._block(rest)
        self._splitter.finish()
        if not self._names:
            raise FileRefused("E_EMPTY")

    def _take_header(self, text: bytes) -> bytes:
        """Read lines up to the header's end; return what follows."""
        records = Records()
        position = 0
        for line in text.splitlines(keepends=True):
            position += len(line)
            self._splitter.split([line], records)
            if records.faults:
                # A first line with a stray quote is no header either way.
                checked_columns([records.faults[0].original], self._entity, is_text=True)
            if records.texts:
                self._names = self._header_names(records.texts[0])
                self._splitter.columns = len(self._names)
                self.header = 1
                return text[position:]
        return b""

    def _header_names(self, record: bytes) -> list[str]:
        row = next(csv.reader([record.decode("utf-8")], strict=True))
        # Spreadsheets leave columns without a name behind; what they hold is kept like any unknown column.
        names = [name.strip() or f"column_{number}" for number, name in enumerate(row, 1)]
        return checked_columns(names, self._entity, is_text=True)

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
        """Move records with too many or too few fields to the faults."""
        expected = len(self._names)
        texts, lines = [], []
        for text, line in zip(records.texts, records.lines, strict=True):
            found = _field_count(text)
            if found == expected:
                texts.append(text)
                lines.append(line)
            else:
                params = {"found": found, "expected": expected}
                records.faults.append(RowFault(line, "E_COLUMNS", text_of(text), params=params))
        records.texts, records.lines = texts, lines

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
                    quote_char='"' if has_quotes else False, double_quote=True, newlines_in_values=has_quotes
                ),
                pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
            )
        except pa.ArrowInvalid:
            return None

    def _to_block(self, table: pa.Table, lines: Lines, original: Originals, faults: list[RowFault]) -> Block:
        arrays = [trimmed(column) for column in table.columns]
        # Elsewhere a first cell may be what people said.
        is_as_template = self._names[0] == self._entity.columns[0].name
        examples = example_rows(arrays[0]) if is_as_template else []
        known, unknown = split_columns(self._names, arrays, self._entity)
        block = Block(known, lines, original, unknown=unknown, faults=faults)
        self._examples += len(examples)
        return block.without(examples) if examples else block


def _field_count(record: bytes) -> int:
    if b'"' not in record:
        return record.count(b",") + 1
    return len(next(csv.reader([record.decode("utf-8")], strict=True)))


def _originals_of_lines(text: bytes) -> Originals:
    lines: list[bytes] = []

    def original(row: int) -> str:
        if not lines:
            lines.extend(text.splitlines())
        return lines[row].decode("utf-8", "replace")

    return original
