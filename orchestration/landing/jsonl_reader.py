"""Reads a JSONL file: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from orchestration.landing.blocks import Block, trimmed
from orchestration.landing.catalogue import Entity
from orchestration.landing.csv_records import text_of
from orchestration.landing.faults import FileRefused, RowFault
from orchestration.landing.header import COLUMN_LIMIT, columns_named, refuse_keys
from orchestration.landing.json_values import BadValue, parse_object, plain_text
from orchestration.landing.survey import Survey, survey
from orchestration.landing.text_stream import line_blocks, utf8_chunks


class JsonlReader:
    """One JSONL file; see `blocks.Reader`."""

    def __init__(self, path: Path, entity: Entity) -> None:
        self._path = path
        self._entity = entity
        self._names = entity.column_names
        self._own_names = frozenset(entity.column_names)
        self._unmet = set(entity.required_names)
        self._has_objects = False
        self._survey: Survey = survey(path, "jsonl")
        self._line = 0
        self._unknown: dict[str, None] = {}
        self.encoding: str | None = self._survey.encoding
        self.header = 0
        self.blank = 0
        self.totals = 0

    @property
    def lines(self) -> int:
        return self._survey.lines

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        return tuple(self._unknown)

    def blocks(self) -> Iterator[Block]:
        """The file's rows.

        Raises:
            FileRefused: a JSON document over many lines instead of one object a line, or a required column
                that no object has.
        """
        for text in line_blocks(utf8_chunks(self._path, self._survey.encoding, is_checked=True)):
            yield self._block(text)
        if self._has_objects and self._unmet:
            missing = [name for name in self._entity.required_names if name in self._unmet]
            refuse_keys(missing, self.unknown_columns, self._entity)

    def _block(self, text: bytes) -> Block:
        rows: list[list[str]] = []
        extra: list[str | None] = []
        lines: list[int] = []
        originals: list[bytes] = []
        faults: list[RowFault] = []
        for raw in text.splitlines():
            self._line += 1
            line = raw.decode("utf-8").strip()
            if not line:
                self.blank += 1
                continue
            if self._line == 1 + self.blank and (line[0] == "[" or line == "{"):
                raise FileRefused("E_NOT_JSONL", kind="JSON")
            try:
                values, others = self._row(line)
            except BadValue as error:
                params = {"problem": error.problem}
                faults.append(RowFault(self._line, "E_JSON", text_of(raw), error.column, params))
                continue
            rows.append(values)
            extra.append(others)
            lines.append(self._line)
            originals.append(raw)
        columns = zip(*rows, strict=True) if rows else ([] for _ in self._names)
        return Block(
            known={
                name: trimmed(pa.array(values, pa.string()))
                for name, values in zip(self._names, columns, strict=True)
            },
            lines=np.array(lines, dtype=np.int64),
            original=lambda row: text_of(originals[row]),
            extra=pa.array(extra, pa.string()),
            faults=faults,
        )

    def _row(self, line: str) -> tuple[list[str], str | None]:
        """Texts of the entity's columns, and the other keys as JSON."""
        return self._split(self._as_columns(parse_object(line)))

    def _as_columns(self, found: dict[str, Any]) -> dict[str, Any]:
        """The object under the names of the entity's columns, as far as its keys stand for them."""
        if found.keys() <= self._own_names:
            return found
        columns = columns_named(tuple(found), self._entity)
        if len(set(columns)) < len(columns):
            column = next(name for name in columns if columns.count(name) > 1)
            raise BadValue(f"two of its keys stand for {column}", column)
        return dict(zip(columns, found.values(), strict=True))

    def _split(self, found: dict[str, Any]) -> tuple[list[str], str | None]:
        self._has_objects = True
        if self._unmet:
            self._unmet.difference_update(found)
        values = [plain_text(found.pop(name, None), name) for name in self._names]
        if not found:
            return values, None
        # Where keys are data every row brings new ones; beyond this many nobody reads their names.
        if len(self._unknown) < COLUMN_LIMIT:
            self._unknown.update(dict.fromkeys(found))
        kept = {name: value for name, value in found.items() if value is not None and value != ""}
        return values, json.dumps(kept, ensure_ascii=False) if kept else None
