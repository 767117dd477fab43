"""Reads one entity's rows out of a JSON or XML file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from orchestration.landing.blocks import Block, trimmed
from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.landing.documents import (
    Broken,
    DocumentKind,
    Run,
    read_documents,
    survey_documents,
    without_collecting,
)
from orchestration.landing.faults import RowFault
from orchestration.landing.header import COLUMN_LIMIT
from orchestration.landing.json_values import BadValue, plain_text
from orchestration.landing.mobile_numbers import mask_phones
from orchestration.landing.originals import broken_text, stranger_text
from orchestration.landing.path_groups import refuse_unsaid, unsaid_columns
from orchestration.landing.paths import (
    DOCUMENT,
    ColumnGetter,
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
    unread_below,
)
from orchestration.landing.row_lists import RowKind, owner_of, row_lists
from orchestration.landing.shapes import Follower, error_of

ROWS_PER_BLOCK = 20_000
# Beyond these, rows are not sorted by their keys any more.
SHAPES_PER_BLOCK = 100
ENVELOPE = ("errcode", "errmsg")
_Way = Literal["own", "none", "ask"]
_encoder = json.JSONEncoder(ensure_ascii=False)
# What `_encoder.encode` makes anew for each value.
_chunks = c_make_encoder(None, _encoder.default, encode_basestring, None, ": ", ", ", False, False, True)


def _encode(value: Any) -> str:
    return "".join(_chunks(value, 0))


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


@dataclass(frozen=True)
class _Plan:
    """How rows are read that are objects of the same keys, or of which nothing is known.

    Attributes:
        getters: What finds each column that such a row may have.
        unread: Keys of which something may be left, with what is read below each, and which of the keys there
            nobody need look at; None: any.
    """

    getters: dict[str, ColumnGetter]
    unread: tuple[tuple[str, Read | None, frozenset[str]], ...] | None


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
        follower: Sees that the lines beyond the file's head are what they should be.
    """

    def __init__(
        self,
        path: Path,
        kind: DocumentKind,
        entity: Entity,
        parts: Sequence[tuple[Entity, Sequence[str]]],
        groups: dict[str, str | None],
        relative: str,
        follower: Follower | None = None,
    ) -> None:
        self._path = path
        self._relative = relative
        self._follower = follower
        self._kind = kind
        self._entity = entity
        order = list(load_catalogue().systems.get(entity.system, ()))
        self._is_first = len(parts) == 1 or entity.name == min(
            (part.name for part, _ in parts), key=order.index
        )
        self._survey = survey_documents(path, kind)
        self._kinds = [RowKind(part, groups) for part, _ in parts]
        self._own = next(one for one in self._kinds if one.entity is entity)
        self._groups = groups
        self._plans: dict[tuple[str, tuple[str, ...] | None], _Plan] = {}
        self._json = {column.name for column in entity.columns if column.type == "json"}
        places = {place for _, found in parts for place in found}
        self._is_flat = places == {DOCUMENT}
        self._is_by_line = self._is_flat and kind == "lines"
        self._is_alone = len(self._kinds) == 1 and not (entity.where or entity.where_not)
        self._read = {place: _read_below(entity, place, places) for place, _ in self._own.lists}
        self._unsaid = unsaid_columns(entity, groups)
        self._private = frozenset(entity.private)
        self._shown = _personal(entity)
        self._unknown: dict[str, None] = {}
        self._ways: dict[tuple[str, ...], _Way] = {}
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
        """The part's rows.

        Raises:
            HoldsMore: see `Follower`.
        """
        batches = self._batches()
        while True:
            with without_collecting():
                batch = next(batches, None)
                if batch is None:
                    return
                block = self._block(batch)
            yield block

    def _batches(self) -> Iterator[_Batch]:
        batch = _Batch()
        for run in read_documents(self._path, self._kind, str(self.encoding)):
            if self._follower is not None:
                self._follower.at(run)
            if isinstance(run, Broken):
                original = broken_text(run.text, *(kind.entity for kind in self._kinds))
                self._leave(run.line, "E_JSON", original, {"problem": run.problem}, batch)
                continue
            if self._is_first:
                self.lines += run.blank
                self.blank += run.blank
            ways = {keys: self._way(keys) for keys in set(map(tuple, run.values))}
            if set(ways.values()) == {"own"}:
                self._add_all(run, batch)
            elif set(ways.values()) != {"none"}:
                for line, value in zip(run.lines, run.values, strict=True):
                    way = ways[tuple(value)]
                    if way == "own":
                        self._add(line, value, (), 1, DOCUMENT, batch)
                    elif way == "ask":
                        self._take(line, value, batch)
                    if len(batch) >= ROWS_PER_BLOCK:
                        yield batch
                        batch = _Batch()
            if len(batch) >= ROWS_PER_BLOCK:
                yield batch
                batch = _Batch()
        if self._follower is not None:
            self._follower.at_end()
        yield batch

    def _way(self, keys: tuple[str, ...]) -> _Way:
        """Whether documents with these keys are this part's rows, hold none of them, or are to be asked.

        What lacks the columns that tell it is told by the block's, which is faster.
        """
        if keys not in self._ways:
            # Where keys are data there is no end of them.
            if len(self._ways) >= COLUMN_LIMIT:
                self._ways.clear()
            self._ways[keys] = self._way_by_keys(keys)
        return self._ways[keys]

    def _way_by_keys(self, keys: tuple[str, ...]) -> _Way:
        held = {kind.entity.name: self._may_hold(kind, keys) for kind in self._kinds}
        places = held.pop(self._entity.name)
        if not self._is_first:
            return "ask" if places else "none"
        has_condition = self._entity.where or self._entity.where_not
        is_own = places[:1] == [DOCUMENT] and not any(held.values())
        return "own" if is_own and not has_condition and "errcode" not in keys else "ask"

    def _may_hold(self, kind: RowKind, keys: tuple[str, ...]) -> list[str]:
        """The places of its rows that a document with these keys may have."""
        if self._is_flat:
            return [DOCUMENT]
        return [place for place, steps in kind.lists if not steps or not steps[0].key or steps[0].key in keys]

    def _add_all(self, run: Run, batch: _Batch) -> None:
        """Take documents for rows; what is none shows by the block's columns, which is faster."""
        size = len(run.values)
        batch.rows += run.values
        batch.places += [DOCUMENT] * size
        batch.holders += [()] * size
        batch.numbers += [1] * size
        batch.lines += run.lines if self._is_by_line else range(self._number + 1, self._number + size + 1)
        self.lines += size
        self._number += size

    def _take(self, line: int, value: dict[str, Any], batch: _Batch) -> None:
        if "errcode" in value and (error := error_of(value)):
            self._leave(line, "E_API_ERROR", self._stranger(value), error, batch)
            return
        if self._is_flat:
            owner = owner_of(value, (), self._kinds, DOCUMENT)
            if owner is self._own:
                self._add(line, value, (), 1, DOCUMENT, batch)
            elif owner is None:
                self._leave(line, "E_UNKNOWN_ROW", self._stranger(value), {}, batch)
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
                    self._add(line, row, holders, number, found.path, batch)
                elif owner is None and (found.path != DOCUMENT or len(lists) == 1):
                    self._leave(line, "E_UNKNOWN_ROW", self._stranger(row), {}, batch)
        if not lists:
            self._leave(line, "E_UNKNOWN_ROW", self._stranger(value), {}, batch)

    def _line(self, line: int) -> int:
        self.lines += 1
        self._number += 1
        return line if self._is_by_line else self._number

    def _leave(self, line: int, code: str, original: str, params: dict[str, Any], batch: _Batch) -> None:
        """Reject what no part takes, once for the file."""
        if self._is_first:
            batch.faults.append(RowFault(self._line(line), code, original, None, params))

    def _add(self, line: int, row: Any, holders: Holders, number: int, place: str, batch: _Batch) -> None:
        batch.rows.append(row)
        batch.places.append(place)
        batch.holders.append(holders)
        batch.numbers.append(number)
        batch.lines.append(self._line(line))

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
        plans = self._plans_of(batch)
        found = _found(plans, batch)
        faults = self._untold(batch, found)
        texts = {name: self._texts(name, values, batch, faults) for name, values in found.items()}
        extra = self._extras(plans, batch, faults)
        if faults:
            sound = [row for row in range(len(batch.rows)) if row not in faults]
            texts = {name: [values[row] for row in sound] for name, values in texts.items()}
            extra = [extra[row] for row in sound]
            batch.rows = [batch.rows[row] for row in sound]
            batch.lines = [batch.lines[row] for row in sound]
        unsaid = [one for one in self._unsaid if not all(texts.get(one.name, [None] * len(batch.rows)))]
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

    def _plans_of(self, batch: _Batch) -> list[tuple[_Plan, Sequence[int]]]:
        """How the rows are read: those that are alike, and which of the batch they are."""
        shapes = [tuple(row) if type(row) is dict else None for row in batch.rows]
        distinct = set(shapes)
        if len(distinct) == 1 and len(set(batch.places)) == 1:
            return [(self._plan(batch.places[0], shapes[0]), range(len(shapes)))]
        if len(distinct) > SHAPES_PER_BLOCK:
            shapes = [None] * len(shapes)
        rows: dict[tuple[str, tuple[str, ...] | None], list[int]] = {}
        for row, key in enumerate(zip(batch.places, shapes, strict=True)):
            rows.setdefault(key, []).append(row)
        return [(self._plan(*key), found) for key, found in rows.items()]

    def _plan(self, place: str, keys: tuple[str, ...] | None) -> _Plan:
        if (place, keys) not in self._plans:
            # Where keys are data there is no end of them.
            if len(self._plans) >= COLUMN_LIMIT:
                self._plans.clear()
            getters = {
                column.name: get
                for column in self._entity.columns
                if (get := column_getter(column.paths, self._groups, keys))
            }
            self._plans[place, keys] = _Plan(getters, None if keys is None else self._left(place, keys))
        return self._plans[place, keys]

    def _left(self, place: str, keys: tuple[str, ...]) -> tuple[tuple[str, Read | None, frozenset[str]], ...]:
        """`unread` of a plan."""
        marks = {key: self._read[place].get(key) for key in keys if key not in self._private}
        return tuple(
            (key, mark, self._private.union(inner for inner, one in (mark or {}).items() if one is True))
            for key, mark in marks.items()
            if mark is not True
        )

    def _untold(self, batch: _Batch, found: dict[str, Sequence[Any]]) -> dict[int, RowFault]:
        """Faults of documents that are nobody's rows; an element of a list is its entity's all the same."""
        untold: set[int] = set()
        nothing = [None] * len(batch.rows)
        for values in (found.get(name, nothing) for name in self._own.needs):
            if None in values:
                untold.update(
                    row for row, value in enumerate(values) if value is None and batch.places[row] == DOCUMENT
                )
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

    def _extras(
        self, plans: Sequence[tuple[_Plan, Sequence[int]]], batch: _Batch, faults: dict[int, RowFault]
    ) -> list[str | None]:
        """What nobody reads of each row, as JSON."""
        extra: list[str | None] = [None] * len(batch.rows)
        for plan, rows in plans:
            if plan.unread == ():
                continue
            for row in rows:
                try:
                    if row not in faults:
                        extra[row] = self._extra(batch.rows[row], batch.places[row], plan)
                except RecursionError as error:
                    faults[row] = self._json_fault(batch, row, error)
        return extra

    def _extra(self, row: Any, place: str, plan: _Plan) -> str | None:
        if type(row) is not dict:
            return None
        if plan.unread is None:
            kept = unread(row, self._read[place], self._private)
        else:
            kept = {}
            for key, below, idle in plan.unread:
                value = row[key]
                if type(value) is dict and value.keys() <= idle:
                    continue
                rest = unread_below(value, below, self._private)
                if rest is not None:
                    kept[key] = rest
        if not kept:
            return None
        # Where keys are data every row brings new ones; beyond this many nobody reads their names.
        if not kept.keys() <= self._unknown.keys() and len(self._unknown) < COLUMN_LIMIT:
            self._unknown |= dict.fromkeys(kept)
        return _encode(kept)

    def _json_fault(self, batch: _Batch, row: int, error: BadValue | RecursionError) -> RowFault:
        problem, column = "it nests too deeply", None
        if isinstance(error, BadValue):
            problem, column = error.problem, error.column
        original = self._original(batch.rows[row])
        return RowFault(batch.lines[row], "E_JSON", original, column, {"problem": problem})


def _found(plans: Sequence[tuple[_Plan, Sequence[int]]], batch: _Batch) -> dict[str, Sequence[Any]]:
    """The columns that some row may have, by name."""
    if len(plans) == 1:
        getters = plans[0][0].getters
        return {name: get(batch.rows, batch.holders, batch.numbers) for name, get in getters.items()}
    found: dict[str, list[Any]] = {}
    for plan, rows in plans:
        objects = [batch.rows[row] for row in rows]
        holders = [batch.holders[row] for row in rows]
        numbers = [batch.numbers[row] for row in rows]
        for name, get in plan.getters.items():
            column = found.setdefault(name, [None] * len(batch.rows))
            for row, value in zip(rows, get(objects, holders, numbers), strict=True):
                column[row] = value
    return dict(found)


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
