"""Reads one entity's rows out of a JSON or XML file."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from orchestration.landing.blocks import Block, trimmed
from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.landing.documents import Document, DocumentKind, read_documents, survey_documents
from orchestration.landing.faults import RowFault
from orchestration.landing.header import COLUMN_LIMIT
from orchestration.landing.json_values import BadValue, plain_text
from orchestration.landing.mobile_numbers import mask_phones
from orchestration.landing.originals import broken_text, stranger_text
from orchestration.landing.path_groups import refuse_unsaid, unsaid_columns
from orchestration.landing.paths import (
    DOCUMENT,
    Holders,
    Read,
    Step,
    column_getter,
    is_below_row,
    is_partial,
    mark_read,
    row_steps,
    steps_of,
    unread,
)
from orchestration.landing.row_lists import RowKind, owner_of, row_lists
from orchestration.landing.shapes import error_of

ROWS_PER_BLOCK = 20_000
ENVELOPE = ("errcode", "errmsg")
_encoder = json.JSONEncoder(ensure_ascii=False)
# What `_encoder.encode` makes anew for each value.
_chunks = c_make_encoder(None, _encoder.default, encode_basestring, None, ": ", ", ", False, False, True)


def _encode(value: Any) -> str:
    return "".join(_chunks(value, 0))


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Without the collector of cycles: JSON has none, and it would walk over all kept rows time and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass
class _Batch:
    """Rows on their way to a block; their places, holders, numbers and lines stand beside them."""

    rows: list[Any] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    holders: list[Holders] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows) + len(self.faults)


class DocumentReader:
    """One part of a file of documents; see `blocks.Reader`.

    Lines are those of the file where each line is a row of some part of it, else this part's, from 1. The
    part that the catalogue lists first brings its blank lines too, and as rejected rows what no part takes.

    Args:
        path: The file.
        kind: How it is laid out.
        entity: Whose rows are wanted.
        parts: All entities that the file holds, those that name most of its keys first, with the places of
            their rows.
        groups: What the file's path says, by the name of the group.
        relative: The file's path in the inbox, for messages.
    """

    def __init__(
        self,
        path: Path,
        kind: DocumentKind,
        entity: Entity,
        parts: Sequence[tuple[Entity, Sequence[str]]],
        groups: dict[str, str | None],
        relative: str,
    ) -> None:
        self._path = path
        self._relative = relative
        self._kind = kind
        self._entity = entity
        order = list(load_catalogue().systems.get(entity.system, ()))
        self._is_first = len(parts) == 1 or entity.name == min(
            (part.name for part, _ in parts), key=order.index
        )
        self._survey = survey_documents(path, kind)
        self._kinds = [RowKind.of(part, groups) for part, _ in parts]
        self._own = next(one for one in self._kinds if one.entity is entity)
        self._getters = {column.name: column_getter(column.paths, groups) for column in entity.columns}
        self._json = {column.name for column in entity.columns if column.type == "json"}
        places = {place for _, found in parts for place in found}
        self._is_flat = places == {DOCUMENT}
        self._is_by_line = self._is_flat and kind == "lines"
        self._is_alone = len(self._kinds) == 1 and not (entity.where or entity.where_not)
        self._read = {place: _read_below(entity, place, places) for place, _ in self._own.lists}
        self._read_whole = {
            place: frozenset(key for key, mark in read.items() if mark is True)
            for place, read in self._read.items()
        }
        self._unsaid = unsaid_columns(entity, groups)
        self._private = frozenset(entity.private)
        self._shown = _personal(entity)
        self._unknown: dict[str, None] = {}
        self._number = 0
        self.encoding: str | None = self._survey.encoding
        self.header = 0
        self.blank = 0
        self.lines = 0
        self.totals = 0

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        return tuple(self._unknown)

    def blocks(self) -> Iterator[Block]:
        """The part's rows."""
        documents = read_documents(self._path, self._kind, str(self.encoding))
        is_full = True
        while is_full:
            with _without_collecting():
                batch = _Batch()
                for document in documents:
                    self._take(document, batch)
                    if len(batch) >= ROWS_PER_BLOCK:
                        break
                is_full = len(batch) >= ROWS_PER_BLOCK
                block = self._block(batch)
            yield block

    def _take(self, document: Document, batch: _Batch) -> None:
        value = document.value
        if value is None:
            if self._is_first and document.is_blank:
                self.lines += 1
                self.blank += 1
            elif document.problem is not None:
                params = {"problem": document.problem}
                original = broken_text(document.text, *(kind.entity for kind in self._kinds))
                self._leave(document, "E_JSON", original, params, batch)
            return
        if "errcode" in value and (error := error_of(value)):
            self._leave(document, "E_API_ERROR", self._stranger(value), error, batch)
            return
        if self._is_flat:
            # Of one part alone the block's columns tell, which is faster.
            owner = self._own if self._is_alone else owner_of(value, (), self._kinds, DOCUMENT)
            if owner is self._own:
                self._add(document, value, (), 1, DOCUMENT, batch)
            elif owner is None:
                self._leave(document, "E_UNKNOWN_ROW", self._stranger(value), {}, batch)
            return
        lists = row_lists(value, self._kinds)
        for found in lists:
            number, holder = 0, None
            for row, holders in found.rows:
                number = number + 1 if holders and holders[-1] is holder else 1
                holder = holders[-1] if holders else None
                owner = self._own
                if found.path == DOCUMENT or not self._is_alone:
                    owner = owner_of(row, holders, found.claimants, found.path)
                if owner is self._own:
                    self._add(document, row, holders, number, found.path, batch)
                elif owner is None and (found.path != DOCUMENT or len(lists) == 1):
                    self._leave(document, "E_UNKNOWN_ROW", self._stranger(row), {}, batch)
        if not lists:
            self._leave(document, "E_UNKNOWN_ROW", self._stranger(value), {}, batch)

    def _line(self, document: Document) -> int:
        self.lines += 1
        self._number += 1
        return document.line if self._is_by_line else self._number

    def _leave(
        self, document: Document, code: str, original: str, params: dict[str, Any], batch: _Batch
    ) -> None:
        """Reject what no part takes, once for the file."""
        if self._is_first:
            batch.faults.append(RowFault(self._line(document), code, original, None, params))

    def _add(
        self, document: Document, row: Any, holders: Holders, number: int, place: str, batch: _Batch
    ) -> None:
        batch.rows.append(row)
        batch.places.append(place)
        batch.holders.append(holders)
        batch.numbers.append(number)
        batch.lines.append(self._line(document))

    def _extra(self, row: Any, place: str) -> str | None:
        if not isinstance(row, dict) or row.keys() <= self._read_whole[place]:
            return None
        kept = unread(row, self._read[place], self._private)
        if not kept:
            return None
        # Where keys are data every row brings new ones; beyond this many nobody reads their names.
        if len(self._unknown) < COLUMN_LIMIT:
            self._unknown |= dict.fromkeys(kept)
        return _encode(kept)

    def _original(self, row: Any) -> str:
        """The text of a row, without what is personal."""
        try:
            text = _encode(unread(row, self._shown, self._private))
        except RecursionError:
            return ""
        return mask_phones(text)

    def _stranger(self, value: Any) -> str:
        return stranger_text(value, *(kind.entity for kind in self._kinds))

    def _block(self, batch: _Batch) -> Block:
        found = {name: get(batch.rows, batch.holders, batch.numbers) for name, get in self._getters.items()}
        faults = self._untold(batch, found)
        texts = {name: self._texts(name, values, batch, faults) for name, values in found.items()}
        extra = self._extras(batch, faults)
        if faults:
            sound = [row for row in range(len(batch.rows)) if row not in faults]
            texts = {name: [values[row] for row in sound] for name, values in texts.items()}
            extra = [extra[row] for row in sound]
            batch.rows = [batch.rows[row] for row in sound]
            batch.lines = [batch.lines[row] for row in sound]
        unsaid = [one for one in self._unsaid if not all(texts[one.name])]
        refuse_unsaid(self._entity, unsaid, self._relative)
        return Block(
            known={
                name: trimmed(pa.array(values, pa.string()).fill_null("")) for name, values in texts.items()
            },
            lines=np.array(batch.lines, dtype=np.int64),
            original=lambda row: self._original(batch.rows[row]),
            extra=pa.array(extra, pa.string()),
            faults=sorted([*batch.faults, *faults.values()], key=lambda fault: fault.line),
        )

    def _untold(self, batch: _Batch, found: dict[str, Sequence[Any]]) -> dict[int, RowFault]:
        """Faults of the rows that `_take` left to be told by the block's columns."""
        untold: set[int] = set()
        if self._is_flat and self._is_alone:
            for values in (found[name] for name in self._own.needs):
                if None in values:
                    untold.update(row for row, value in enumerate(values) if value is None)
        return {
            row: RowFault(batch.lines[row], "E_UNKNOWN_ROW", self._stranger(batch.rows[row]))
            for row in untold
        }

    def _texts(
        self, name: str, values: Sequence[Any], batch: _Batch, faults: dict[int, RowFault]
    ) -> Sequence[str | None]:
        """The texts of a column; what has none is put to the faults."""
        if set(map(type, values)) <= {str, type(None)}:
            return values
        texts: list[str | None] = []
        for row, value in enumerate(values):
            try:
                texts.append(value if type(value) is str else _text(value, name, name in self._json))
            except (BadValue, RecursionError) as error:
                texts.append(None)
                faults.setdefault(row, self._json_fault(batch, row, error))
        return texts

    def _extras(self, batch: _Batch, faults: dict[int, RowFault]) -> list[str | None]:
        """What nobody reads of each row, as JSON."""
        extra: list[str | None] = []
        for row, (value, place) in enumerate(zip(batch.rows, batch.places, strict=True)):
            try:
                extra.append(None if row in faults else self._extra(value, place))
            except RecursionError as error:
                extra.append(None)
                faults[row] = self._json_fault(batch, row, error)
        return extra

    def _json_fault(self, batch: _Batch, row: int, error: BadValue | RecursionError) -> RowFault:
        problem, column = "it nests too deeply", None
        if isinstance(error, BadValue):
            problem, column = error.problem, error.column
        original = self._original(batch.rows[row])
        return RowFault(batch.lines[row], "E_JSON", original, column, {"problem": problem})


def _text(value: Any, name: str, is_json: bool) -> str:
    if not isinstance(value, list | dict):
        return plain_text(value, name)
    if is_json:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Some systems write an empty list for an object that is not there.
    return plain_text(value or None, name)


def _read_below(entity: Entity, place: str, places: set[str]) -> Read:
    """What is read of a row: by the entity's columns, and the lists of other parts below it."""
    read: Read = {}
    for column in entity.columns:
        for steps in _steps_below(column.paths):
            if column.contact or not is_partial(steps):
                mark_read(read, steps)
    for steps in _steps_below(path for path, values in entity.where.items() if len(values) == 1):
        mark_read(read, steps)
    own = row_steps(place)
    if place == DOCUMENT:
        read |= dict.fromkeys(ENVELOPE, True)
    for other in places - {place, DOCUMENT}:
        steps = row_steps(other)
        if steps[: len(own)] == own and len(steps) > len(own):
            mark_read(read, steps[len(own) :])
    return read


def _personal(entity: Entity) -> Read:
    """The keys whose values no rejected row shows."""
    read: Read = {}
    for column in entity.personal:
        for steps in _steps_below(column.paths):
            mark_read(read, steps)
    return read


def _steps_below(paths: Iterable[str]) -> Iterator[tuple[Step, ...]]:
    """The steps of those paths that begin at the row."""
    return (steps_of(path) for path in paths if is_below_row(path))
