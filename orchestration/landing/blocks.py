"""What a reader hands to the checks: some thousand rows of one file as columns of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.landing.catalogue import Entity
from orchestration.landing.faults import RowFault
from orchestration.landing.marks import EXAMPLE_WORDS, TOTALS, is_example, is_total_row

Lines = npt.NDArray[np.int64]


class Originals(Protocol):
    """The text of each row of a block, made when asked for."""

    def __call__(self, row: int) -> str: ...


@dataclass(frozen=True)
class Block:
    """Rows of one file.

    Attributes:
        known: Trimmed text of the entity's columns that the file has, by name; empty text means unknown.
        unknown: Trimmed text of its other columns, by name.
        extra: JSON of the other columns, ready made; None: made of `unknown`.
        lines: For each row the line (JSONL) or row (Parquet) it is, or on which its record begins.
        original: The text of a row.
        faults: Rows that did not get so far.
    """

    known: dict[str, pa.Array]
    lines: Lines
    original: Originals
    unknown: dict[str, pa.Array] = field(default_factory=dict)
    extra: pa.Array | None = None
    faults: Sequence[RowFault] = ()

    def without(self, rows: Sequence[int]) -> Block:
        """The block less some of its rows (of one whose `extra` is not ready made)."""
        kept = np.delete(np.arange(len(self.lines)), rows)
        return Block(
            {name: array.take(pa.array(kept)) for name, array in self.known.items()},
            self.lines[kept],
            lambda row: self.original(int(kept[row])),
            unknown={name: array.take(pa.array(kept)) for name, array in self.unknown.items()},
            faults=self.faults,
        )


@dataclass
class Counts:
    """The account of one file: `lines == header + accepted + rejected + blank`."""

    lines: int = 0
    header: int = 0
    accepted: int = 0
    rejected: int = 0
    blank: int = 0

    @property
    def accounted_for(self) -> int:
        return self.header + self.accepted + self.rejected + self.blank

    @property
    def is_even(self) -> bool:
        return self.lines == self.accounted_for


class Reader(Protocol):
    """One open file.

    Attributes:
        encoding: Of a text file.
        unknown_columns: Columns that the entity does not have, as far as read.
        lines: Lines or rows, counted apart from the parser; a record counts once.
        header: Header lines read.
        blank: Blank lines read, and rows that hold no data.
        totals: Rows that sum up others, among the blank ones.
    """

    encoding: str | None
    header: int
    totals: int

    @property
    def lines(self) -> int: ...

    @property
    def blank(self) -> int: ...

    @property
    def unknown_columns(self) -> tuple[str, ...]: ...

    def blocks(self) -> Iterator[Block]: ...


def trimmed(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Text without the white space around it, U+3000 and its like included."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return pc.utf8_trim_whitespace(array)


def without_backtick(values: pa.Array) -> pa.Array:
    """Text without the backtick by which a bill keeps spreadsheets from turning it into a number."""
    if not pc.any(pc.starts_with(values, "`")).as_py():
        return values
    return pc.replace_substring_regex(values, "^`", "")


@dataclass(frozen=True)
class Aside:
    """Places of rows that are no data, in order, and how many of them sum up others."""

    rows: list[int]
    totals: int


def rows_aside(
    arrays: Sequence[pa.Array], names: Sequence[str], titles: Sequence[str], entity: Entity
) -> Aside:
    """Rows of a table that hold no data: totals, the header again, a template's examples, empty ones.

    Args:
        arrays: The table's columns.
        names: What they are called.
        titles: The header's cells.
        entity: What the table holds.
    """
    first = _first_filled(arrays)
    totals = [
        row
        for row in _matching(first, rf"^(?:{'|'.join(TOTALS)})[\s:：]*$")
        if is_total_row({name: array[row].as_py() for name, array in zip(names, arrays, strict=True)}, entity)
    ]
    repeated = [
        row
        for row in pc.indices_nonzero(pc.equal(arrays[0], titles[0])).to_pylist()
        if all(array[row].as_py() == title for array, title in zip(arrays[1:], titles[1:], strict=True))
    ]
    rows = {*totals, *repeated}
    # Elsewhere a first cell may be what people said.
    if names[0] == entity.columns[0].name:
        examples = _matching(arrays[0], f"^(?:{'|'.join(EXAMPLE_WORDS)})")
        rows.update(row for row in examples if is_example(arrays[0][row].as_py()))
    if entity.is_recognised:
        rows.update(pc.indices_nonzero(pc.equal(first, "")).to_pylist())
    return Aside(sorted(rows), len(totals))


def _matching(values: pa.Array, pattern: str) -> list[int]:
    found: list[int] = pc.indices_nonzero(
        pc.match_substring_regex(values, pattern, ignore_case=True)
    ).to_pylist()
    return found


def _first_filled(arrays: Sequence[pa.Array]) -> pa.Array:
    """The first cell of each row that holds something."""
    found = arrays[0]
    for array in arrays[1:]:
        is_empty = pc.equal(found, "")
        if not pc.any(is_empty).as_py():
            break
        found = pc.if_else(is_empty, array, found)
    return found


def split_columns(
    names: Sequence[str], arrays: Sequence[pa.Array], entity: Entity
) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    """Columns apart into those the entity has and the others; private ones are in neither."""
    known = {name: array for name, array in zip(names, arrays, strict=True) if name in entity.column_names}
    others = unknown_names(names, entity)
    return known, {name: array for name, array in zip(names, arrays, strict=True) if name in others}


def unknown_names(names: Sequence[str], entity: Entity) -> tuple[str, ...]:
    """A table's columns that the entity does not have and whose values are kept."""
    return tuple(name for name in names if name not in entity.column_names and not entity.is_private(name))
