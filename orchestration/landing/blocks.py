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
from orchestration.landing.marks import EXAMPLE_WORDS, is_example

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
        blank: Blank lines read.
    """

    encoding: str | None
    header: int

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


def example_rows(first_cells: pa.Array) -> list[int]:
    """The rows of a template that show how to fill it in."""
    candidates = pc.match_substring_regex(first_cells, f"^(?:{'|'.join(EXAMPLE_WORDS)})", ignore_case=True)
    return [row for row in pc.indices_nonzero(candidates).to_pylist() if is_example(first_cells[row].as_py())]


def split_columns(
    names: Sequence[str], arrays: Sequence[pa.Array], entity: Entity
) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    """Columns apart into those the entity has and the others."""
    known = {name: array for name, array in zip(names, arrays, strict=True) if name in entity.column_names}
    unknown = {name: array for name, array in zip(names, arrays, strict=True) if name not in known}
    return known, unknown
