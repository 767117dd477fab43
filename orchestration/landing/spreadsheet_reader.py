"""Reads one sheet of a workbook in blocks; a line is a row of the sheet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineSheet

from orchestration.landing.blocks import Block, split_columns, trimmed, unknown_names, without_backtick
from orchestration.landing.catalogue import Entity
from orchestration.landing.cells import cell_text, column_texts, fault_of
from orchestration.landing.faults import FileRefused, RowFault, shorten
from orchestration.landing.header import HEADER_WITHIN, checked_columns, place_of_header
from orchestration.landing.marks import is_example, is_total, is_total_row
from orchestration.landing.originals import values_text
from orchestration.landing.workbook import open_workbook, rows_of, sheet_of
from orchestration.landing.workbook_archive import ErrorCells, error_cells

ROWS_PER_BLOCK = 20_000

Row = list[Any]


class SpreadsheetReader:
    """One sheet; see `blocks.Reader`.

    Attributes:
        totals: Rows that sum up others, among the blank ones.
    """

    def __init__(self, path: Path, sheet: str, entity: Entity) -> None:
        self._path = path
        self._sheet = sheet
        self._entity = entity
        self._columns = {column.name: column for column in entity.columns}
        self._errors: ErrorCells = error_cells(path, sheet)
        self._titles: list[str] = []
        self._names: list[str] = []
        self._places: list[int] = []
        self._first_place = 0
        self._is_as_template = False
        self.encoding: str | None = None
        self.lines = 0
        self.header = 0
        self.blank = 0
        self.totals = 0

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        return unknown_names(self._names, self._entity)

    def blocks(self) -> Iterator[Block]:
        """The sheet's rows.

        Raises:
            FileRefused: no row is a fitting header, or the workbook is damaged.
        """
        with open_workbook(self._path) as workbook:
            sheet = sheet_of(workbook, self._sheet)
            self.lines = sheet.end[0] + 1 if sheet.end else 0
            self._first_place = sheet.start[1] if sheet.start else 0
            self._take_header(sheet)
            rows = enumerate(islice(rows_of(sheet), self.header, None), self.header + 1)
            while batch := list(islice(rows, ROWS_PER_BLOCK)):
                yield self._block(batch)

    def _take_header(self, sheet: CalamineSheet) -> None:
        """Find the row that names the columns.

        Of several that lack some the one that lacks least is told.
        """
        head = [[cell_text(cell).strip() for cell in row] for row in islice(rows_of(sheet), HEADER_WITHIN)]
        filled = [(number, row) for number, row in enumerate(head, 1) if any(row)]
        if not filled:
            raise FileRefused("E_EMPTY")
        number, row = filled[place_of_header([row for _, row in filled], self._entity)]
        self.header = number
        self._titles = row
        self._places = [
            place for place, name in enumerate(row) if name or _is_filled(sheet, place, after=number)
        ]
        names = [row[place] or f"column_{self._first_place + place + 1}" for place in self._places]
        self._names = checked_columns(names, self._entity, line=number)
        # Elsewhere a first cell may be what people said.
        self._is_as_template = self._names[0] == self._entity.columns[0].name

    def _block(self, batch: list[tuple[int, Row]]) -> Block:
        kept = [(line, row) for line, row in batch if not self._is_blank(line, row)]
        faults = [fault for line, row in kept if (fault := self._error(line, row)) is not None]
        bad = {fault.line for fault in faults}
        lines = [line for line, _ in kept if line not in bad]
        rows = [row for line, row in kept if line not in bad]
        cells = list(zip(*rows, strict=True)) if rows else [()] * (max(self._places) + 1)
        kinds = {place: set(map(type, cells[place])) for place in self._places}
        found = dict(self._cell_faults(cells, kinds, lines))
        faults += [self._row_fault(lines[row], rows[row], *found[row]) for row in sorted(found)]
        sound = [row for row in range(len(rows)) if row not in found]
        arrays = [trimmed(column_texts(cells[place], kinds[place])) for place in self._places]
        if self._entity.is_recognised:
            arrays = [without_backtick(array) for array in arrays]
        if found:
            arrays = [array.take(pa.array(sound, pa.int64())) for array in arrays]
        known, unknown = split_columns(self._names, arrays, self._entity)
        return Block(
            known,
            np.array([lines[row] for row in sound], dtype=np.int64),
            lambda row: self._original(rows[sound[row]]),
            unknown=unknown,
            faults=sorted(faults, key=lambda fault: fault.line),
        )

    def _is_blank(self, line: int, row: Row) -> bool:
        first = next((cell for cell in row if not isinstance(cell, str) or cell.strip()), None)
        sums_up = isinstance(first, str) and is_total(first) and is_total_row(self._texts(row), self._entity)
        is_blank = sums_up or (first is None and line not in self._errors)
        is_blank = is_blank or (self._is_as_template and isinstance(row[0], str) and is_example(row[0]))
        is_blank = is_blank or (row[0] == self._titles[0] and self._is_header(row))
        self.totals += sums_up
        self.blank += is_blank
        return is_blank

    def _is_header(self, row: Row) -> bool:
        """Whether the header stands there again, as in sheets that were put together."""
        return [cell_text(cell).strip() for cell in row] == self._titles

    def _error(self, line: int, row: Row) -> RowFault | None:
        """The fault of a row with an error in a column that the file names."""
        places = {place - self._first_place for place in self._errors.get(line, ())}
        names = [name for place, name in zip(self._places, self._names, strict=True) if place in places]
        return self._row_fault(line, row, "E_CELL_ERROR", names[0], "") if names else None

    def _cell_faults(
        self, cells: list[tuple[Any, ...]], kinds: dict[int, set[type]], lines: list[int]
    ) -> Iterator[tuple[int, tuple[str, str, str]]]:
        """For each row at fault its place in the block, the code, the column and the value.

        Columns go in the contract's order from last to first, so that in a dict the first one stays.
        """
        places = dict(zip(self._names, self._places, strict=True))
        for column in reversed(self._entity.columns):
            place = places.get(column.name)
            if place is None or kinds[place] <= {str}:
                continue
            for row, cell in enumerate(cells[place]):
                code = fault_of(cell, column)
                if code:
                    yield row, (code, column.name, cell_text(cell))

    def _row_fault(self, line: int, row: Row, code: str, column: str, value: str) -> RowFault:
        told = self._entity.wording(self._columns[column]) if column in self._columns else column
        params = {"column": told} | ({"value": shorten(value)} if value else {})
        return RowFault(line, code, self._original(row), column, params)

    def _original(self, row: Row) -> str:
        return values_text(self._texts(row), self._entity)

    def _texts(self, row: Row) -> dict[str, str]:
        return {name: cell_text(row[place]) for name, place in zip(self._names, self._places, strict=True)}


def _is_filled(sheet: CalamineSheet, place: int, after: int) -> bool:
    return any(row[place] != "" for row in islice(rows_of(sheet), after, None))
