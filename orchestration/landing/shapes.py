"""What a file is by its content: which entities' rows it holds, and which come near where none fits."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineSheet

from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.landing.cells import cell_text
from orchestration.landing.csv_heads import first_lines, possible_heads
from orchestration.landing.documents import (
    Broken,
    DocumentKind,
    Run,
    document_kind,
    glance_again,
    read_documents,
    survey_documents,
    without_collecting,
)
from orchestration.landing.faults import FileRefused, shorten
from orchestration.landing.header import HEADER_WITHIN, columns_named, numbered
from orchestration.landing.inbox import CANONICAL, WORKBOOKS, Fit
from orchestration.landing.mobile_numbers import mask_phones
from orchestration.landing.row_lists import RowKind, RowList, row_lists
from orchestration.landing.sqlite_reader import is_sqlite, list_tables
from orchestration.landing.survey import foreign_kind, survey
from orchestration.landing.text_stream import marked_encoding
from orchestration.landing.wording import plain_name
from orchestration.landing.workbook import list_sheets, open_workbook, rows_of, sheet_of

CLOSEST = 3
SAMPLE_DOCUMENTS = 100
HEAD_DOCUMENTS = 20_000
HEAD_BYTES = 1 << 16
NO_ERROR = ("0", "", None)


@dataclass(frozen=True)
class Near:
    """An entity that a file may have been meant for, and what tells it but is missing."""

    system: str
    entity: str
    missing: tuple[str, ...]
    share: float


@dataclass(frozen=True)
class Shape:
    """What a file, a sheet or a table is by its content.

    Attributes:
        name: Of the sheet or table; None: the file as a whole.
        kind: csv, sheet, sqlite, json, lines or xml.
        is_read: False for a sheet that is hidden, empty or a guide.
        fits: Entities of all systems that it holds, the best first.
        near: Where nothing fits, what comes near.
        is_neutral: Nothing fits, and it names all that some entity of the neutral export needs.
        is_by_head: Only the first of its lines have been looked at, and something fits.
    """

    name: str | None
    kind: str
    is_read: bool = True
    fits: tuple[Fit, ...] = ()
    near: tuple[Near, ...] = ()
    is_neutral: bool = False
    is_by_head: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Shape:
        fits = tuple(Fit(**fit | {"places": tuple(fit["places"])}) for fit in found["fits"])
        near = tuple(Near(**near | {"missing": tuple(near["missing"])}) for near in found["near"])
        return cls(**found | {"fits": fits, "near": near})


class HoldsMore(Exception):
    """A file of lines is not only what its head shows, and wants a look at all of it."""


def shapes_of(path: Path, entities: Sequence[Entity], is_head_enough: bool = False) -> list[Shape]:
    """The shapes of a file's parts.

    Args:
        path: The file.
        entities: What it may hold.
        is_head_enough: Of lines the first may stand for all, where they tell; a `Follower` sees to the rest.

    Raises:
        FileRefused: damaged, under a password, or not to be read as what it begins like.
        OSError: it cannot be read now.
    """
    if path.suffix.lower() in WORKBOOKS:
        return _sheets(path, entities)
    if is_sqlite(path):
        return _database(path, [one for one in entities if "sqlite" in one.forms])
    kind = document_kind(path)
    if kind is not None:
        return [_documents(path, kind, entities, is_head_enough and kind == "lines")]
    return [_csv(path, entities)]


# Tables


def table_shape(
    name: str | None, kind: str, heads: Iterable[Sequence[str]], entities: Sequence[Entity]
) -> Shape:
    """The shape of a table, one of whose first rows names its columns."""
    rows = [row for row in map(numbered, heads) if any(row)]
    fits, near = [], []
    for entity in entities:
        if not rows:
            break
        # A database names its tables; elsewhere the neutral export's names are no sign of a system.
        strange = entity.strange_wordings if kind != "sqlite" else frozenset()
        found = min(
            (
                set(columns_named([name for name in row if plain_name(name) not in strange], entity))
                for row in rows
            ),
            key=lambda found: (_lacks(entity, found), -len(found & set(entity.column_names))),
        )
        missing = [column for column in entity.columns if column.name in set(entity.told_by) - found]
        if not missing and _is_signed(rows, entity):
            fits.append(Fit(entity.system, entity.name, len(found & set(entity.column_names))))
        elif entity.mapping is None and (share := 1 - len(missing) / len(entity.told_by)):
            lacking = tuple(column.headers[0] if column.headers else column.name for column in missing)
            near.append(Near(entity.system, entity.name, lacking, share))
    fits.sort(key=lambda fit: -fit.named)
    if fits:
        return Shape(name, kind, fits=tuple(fits))
    return Shape(name, kind, near=_nearest(near), is_neutral=any(map(_is_neutral, rows)))


def _is_neutral(names: Iterable[str]) -> bool:
    """Whether they are all that some entity of the neutral export needs, spelled as it spells them."""
    found = set(names)
    return any(found.issuperset(one.required_names) for one in load_catalogue().systems[CANONICAL].values())


def _is_signed(rows: Iterable[Sequence[str]], entity: Entity) -> bool:
    """Whether a row has all names of the entity's signature."""
    signature = set(map(plain_name, entity.signature))
    return not signature or any(signature <= set(map(plain_name, row)) for row in rows)


def _lacks(entity: Entity, found: set[str]) -> int:
    return sum(name not in found for name in entity.told_by)


def _nearest(near: Iterable[Near]) -> tuple[Near, ...]:
    return tuple(sorted(near, key=lambda one: (-one.share, len(one.missing)))[:CLOSEST])


def _csv(path: Path, entities: Sequence[Entity]) -> Shape:
    try:
        lines = first_lines(path, _likely_encoding(path))
    except UnicodeError:
        lines = first_lines(path, survey(path, "csv").encoding)
    heads = [head.cells for head in possible_heads(lines)]
    shape = table_shape(None, "csv", heads, [entity for entity in entities if "csv" in entity.forms])
    if not shape.fits:
        survey(path, "csv")  # what is no text at all is refused as that
    return shape


def _likely_encoding(path: Path) -> str:
    """The encoding of a file's beginning, which is all that is needed to see its header.

    Raises:
        FileRefused: it begins like no text.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head or b"\0" in head or foreign_kind(head, "csv"):
        return survey(path, "csv").encoding
    if encoding := marked_encoding(head):
        return encoding
    try:
        # The last character may be cut in two.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _sheets(path: Path, entities: Sequence[Entity]) -> list[Shape]:
    meant = [entity for entity in entities if "sheet" in entity.forms]
    sheets = list_sheets(path)
    with open_workbook(path) as workbook:
        return [
            table_shape(sheet.name, "sheet", _sheet_heads(sheet_of(workbook, sheet.name)), meant)
            if sheet.is_read
            else Shape(sheet.name, "sheet", is_read=False)
            for sheet in sheets
        ]


def _sheet_heads(sheet: CalamineSheet) -> Iterator[list[str]]:
    for row in islice(rows_of(sheet), HEADER_WITHIN):
        yield [cell_text(cell).strip() for cell in row]


def _database(path: Path, entities: Sequence[Entity]) -> list[Shape]:
    """The tables that an entity names; where there is none, what comes near."""
    tables = list_tables(path)
    meant = {
        name: [one for one in entities if name.casefold() in map(str.casefold, one.tables)] for name in tables
    }
    if not any(meant.values()):
        heads = [table_shape(None, "sqlite", [columns], entities) for columns in tables.values()]
        return [Shape(None, "sqlite", near=_nearest([near for head in heads for near in head.near]))]
    return [
        table_shape(name, "sqlite", [columns], meant[name]) if meant[name] else Shape(name, "sqlite", False)
        for name, columns in tables.items()
    ]


# Documents


@dataclass
class _Found:
    kind: RowKind
    named: int = 0
    places: dict[str, None] = field(default_factory=dict)


def _documents(path: Path, kind: DocumentKind, entities: Sequence[Entity], is_head_enough: bool) -> Shape:
    encoding = survey_documents(path, kind).encoding
    look = _Look(entities, "xml" if kind == "xml" else "json")
    with without_collecting():
        for run in read_documents(path, kind, encoding, is_glance=True):
            look.at(run)
            if is_head_enough and look.documents >= HEAD_DOCUMENTS and look.fits:
                return Shape(None, kind, fits=look.fits, is_by_head=True)
    look.refuse_faulty()
    if look.fits:
        return Shape(None, kind, fits=look.fits)
    return Shape(None, kind, near=_nearest(look.near()), is_neutral=look.is_neutral)


def error_of(value: dict[str, Any]) -> dict[str, str] | None:
    """What went wrong where a document is an error answer of an API."""
    code = value.get("errcode")
    if code in NO_ERROR or isinstance(code, list | dict):
        return None
    return {"errcode": str(code), "errmsg": mask_phones(shorten(str(value.get("errmsg") or "")))}


class _Look:
    """One look over the documents of a file.

    Args:
        entities: What it may hold.
        form: json or xml.
    """

    def __init__(self, entities: Iterable[Entity], form: str) -> None:
        self._kinds = [RowKind(one, {}) for one in entities if form in one.forms and one.told_by]
        self._found: dict[tuple[str, str], _Found] = {}
        self._plausible: dict[tuple[str, ...], tuple[list[RowKind], list[str] | None]] = {}
        self._seen: set[tuple[Any, ...]] = set()
        self._settled: set[tuple[str, ...]] = set()
        self._sound = 0
        self._sample: list[dict[str, Any]] = []
        self._error: dict[str, str] | None = None
        self._problem: str | None = None
        self._empty: Fit | None = None
        self.documents = 0

    def at(self, run: Run | Broken) -> None:
        if isinstance(run, Broken):
            self._problem = self._problem or run.problem
            return
        self.documents += len(run.values)
        if self._settled.issuperset(map(tuple, run.values)):
            return
        for value in run.values:
            if tuple(value) not in self._settled:
                self._at(value)

    def _at(self, value: dict[str, Any]) -> None:
        if "errcode" in value and (error := error_of(value)):
            self._error = self._error or error
            return
        self._sound += 1
        if len(self._sample) < SAMPLE_DOCUMENTS:
            self._sample.append(value)
        kinds, told_by = self._plausible_for(value)
        if told_by is not None:
            # Documents of the same keys, and the same values where these decide, tell the same.
            look = (*value, None, *(str(value.get(key)) for key in told_by))
            if look in self._seen:
                return
        is_claimed = False
        for row_list in row_lists(value, kinds):
            is_claimed = self._claim(row_list) or is_claimed
        if told_by is not None and is_claimed:
            self._seen.add(look)
            if not told_by:
                self._settled.add(tuple(value))

    def _plausible_for(self, value: dict[str, Any]) -> tuple[list[RowKind], list[str] | None]:
        """Who may find rows in a document with these keys; where a flat look settles it, by which keys."""
        keys = tuple(value)
        if keys not in self._plausible:
            kinds = [kind for kind in self._kinds if _is_plausible(kind, value)]
            is_flat = all(_is_flat(kind, value) for kind in kinds)
            told_by = sorted(
                {path for kind in kinds for path in (*kind.entity.where, *kind.entity.where_not)}
            )
            self._plausible[keys] = (kinds, told_by if is_flat else None)
        return self._plausible[keys]

    def _claim(self, row_list: RowList) -> bool:
        is_claimed = False
        if not row_list.rows and self._empty is None:
            entity = row_list.claimants[0].entity
            self._empty = Fit(entity.system, entity.name, 0, (row_list.path,))
        for row, holders in row_list.rows:
            best: dict[str, tuple[int, RowKind]] = {}
            for kind in row_list.claimants:
                if not kind.is_kept(row, holders) or not kind.is_told(row, holders):
                    continue
                named = kind.named(row, holders)
                if named > best.get(kind.entity.system, (0, kind))[0]:
                    best[kind.entity.system] = (named, kind)
            for named, kind in best.values():
                found = self._found.setdefault((kind.entity.system, kind.entity.name), _Found(kind))
                found.named = max(found.named, named)
                found.places[row_list.path] = None
                is_claimed = True
        return is_claimed

    def refuse_faulty(self) -> None:
        """Refuse a file without one document to look at."""
        if self._sound:
            return
        if self._error is not None:
            raise FileRefused("E_API_ERROR", **self._error)
        if self._problem is not None:
            raise FileRefused("E_NOT_JSON", problem=self._problem)
        raise FileRefused("E_EMPTY")

    @property
    def fits(self) -> tuple[Fit, ...]:
        found = sorted(self._found.values(), key=lambda one: -one.named)
        fits = [
            Fit(one.kind.entity.system, one.kind.entity.name, one.named, tuple(one.places)) for one in found
        ]
        return tuple(fits) or ((self._empty,) if self._empty else ())

    @property
    def is_neutral(self) -> bool:
        return any(map(_is_neutral, self._sample))

    def near(self) -> Iterator[Near]:
        """What each entity lacks in the document that has most of it."""
        for kind in self._kinds:
            best: tuple[float, list[str]] = (0.0, [])
            for value in self._sample:
                for row_list in row_lists(value, [kind]):
                    for row, holders in row_list.rows[:SAMPLE_DOCUMENTS]:
                        missing = [name for name, get in kind.needs.items() if get(row, holders, 0) is None]
                        best = max(best, (1 - len(missing) / len(kind.needs), missing))
            if best[0] > 0:
                paths = {column.name: column.paths[0] for column in kind.entity.columns}
                lacking = tuple(paths[name] for name in best[1]) or (_condition(kind.entity),)
                yield Near(kind.entity.system, kind.entity.name, lacking, best[0])


class Follower:
    """The look at a file of lines that was told by its head, taken as its reader goes through it.

    Args:
        entities: What it may hold.
        by_head: What its head shows.
    """

    def __init__(self, entities: Iterable[Entity], by_head: Sequence[Fit]) -> None:
        self._look = _Look(entities, "json")
        self._by_head = by_head
        self._places = _places(by_head)

    def at(self, run: Run | Broken) -> None:
        """Look at the next documents.

        Raises:
            HoldsMore: there are rows of something else among them.
        """
        for one in glance_again(run) if isinstance(run, Broken) else (run,):
            self._look.at(one)
        if not _places(self._look.fits) <= self._places:
            raise HoldsMore

    def at_end(self) -> None:
        """See that the file is what its head showed.

        Raises:
            HoldsMore: another of its exports names the most of its keys.
        """
        if [fit.entity for fit in self._look.fits] != [fit.entity for fit in self._by_head]:
            raise HoldsMore


def _places(fits: Iterable[Fit]) -> set[tuple[str, str, str]]:
    return {(fit.system, fit.entity, place) for fit in fits for place in fit.places}


def _top(path: str) -> str | None:
    """The key of a document that a path from the document itself begins with."""
    return path.split(".")[0].split("[")[0] if path[0] not in "^@#=" else None


def _needed(kind: RowKind) -> Iterator[tuple[str, ...]]:
    """The paths of each column that tells the kind."""
    return (column.paths for column in kind.entity.columns if column.name in kind.entity.told_by)


def _is_plausible(kind: RowKind, value: dict[str, Any]) -> bool:
    """Whether a document with these keys may hold a row of this kind."""
    if any(steps and (not steps[0].key or steps[0].key in value) for _, steps in kind.lists):
        return True
    has_needed = all(any(_top(path) in value for path in paths) for paths in _needed(kind))
    return has_needed and any(not steps for _, steps in kind.lists)


def _is_flat(kind: RowKind, value: dict[str, Any]) -> bool:
    """Whether the keys of a document alone decide if it is a row of this kind."""
    if any(steps and steps[0].key in value for _, steps in kind.lists):
        return False
    told_by = (
        *kind.entity.where,
        *kind.entity.where_not,
        *(path for paths in _needed(kind) for path in paths),
    )
    return not any(mark in path for path in told_by for mark in ".[^$")


def _condition(entity: Entity) -> str:
    """What `where` wants, for people."""
    return ", ".join(f"{path}: {'/'.join(values)}" for path, values in entity.where.items()) or "where_not"
