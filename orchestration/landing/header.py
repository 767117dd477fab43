"""Which columns a file's column names stand for, and whether all that its entity needs are there."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from typing import NoReturn

from orchestration.landing.catalogue import Entity
from orchestration.landing.faults import FileRefused, shorten
from orchestration.landing.wording import plain_name

NONE = "–"
COLUMN_LIMIT = 1000
HEADER_WITHIN = 20
SEPARATORS = {";": ";", "\t": "TAB", "|": "|", "，": "，"}


def columns_named(names: Sequence[str], entity: Entity) -> list[str]:
    """The column that each name stands for; a name that stands for none stays as it is.

    Args:
        names: Names as found, trimmed: of a header, of a file's schema or of an object's keys.
        entity: What they are names of.
    """
    names = numbered(names) if entity.is_recognised else names
    # Who writes a column's own name means it; another name for that column beside it is a column of theirs.
    exact = set(entity.column_names).intersection(names)
    meant = [name if name in exact else entity.wordings.get(plain_name(name), name) for name in names]
    columns = [name if column in exact else column for name, column in zip(names, meant, strict=True)]
    return _one_each(names, columns, entity) if entity.is_recognised else columns


def numbered(names: Sequence[str]) -> list[str]:
    """The names, each that occurs again with its number: 分销员, then 分销员__2."""
    found: dict[str, None] = {}
    times: Counter[str] = Counter()
    for name in names:
        plain = plain_name(name) or name
        times[plain] += 1
        own = name if times[plain] == 1 else f"{name}__{times[plain]}"
        while own in found:
            own += "_"
        found[own] = None
    return list(found)


def _one_each(names: Sequence[str], columns: Sequence[str], entity: Entity) -> list[str]:
    """Of several names of one column the one that the catalogue tells first; the others are unknown ones."""
    taken: dict[str, int] = {}
    for column in entity.columns:
        places = [place for place, meant in enumerate(columns) if meant == column.name]
        if places:
            order = list(map(plain_name, (column.name, *column.headers)))
            taken[column.name] = min(places, key=lambda place: order.index(plain_name(names[place])))
    return [
        name if taken.get(column, place) != place else column
        for place, (name, column) in enumerate(zip(names, columns, strict=True))
    ]


def needed_names(entity: Entity) -> tuple[str, ...]:
    """The columns that a header must name."""
    return entity.told_by if entity.is_recognised else entity.required_names


def lacking(names: Sequence[str], entity: Entity) -> tuple[int, int]:
    """How far a row is from being the header: columns it must name and does not, columns it does name."""
    found = set(columns_named(names, entity))
    return sum(name not in found for name in needed_names(entity)), -len(found & set(entity.column_names))


def place_of_header(rows: Sequence[Sequence[str]], entity: Entity) -> int:
    """Which of the rows is the header: the first that names all it must, else the nearest."""
    complete = (place for place, row in enumerate(rows) if lacking(row, entity)[0] == 0)
    place = next(complete, None)
    return min(range(len(rows)), key=lambda place: lacking(rows[place], entity)) if place is None else place


def _joined(names: Sequence[str]) -> str:
    return ", ".join(names) or NONE


def _as_the_system_calls_them(names: Sequence[str], entity: Entity) -> list[str]:
    headers = {column.name: column.headers for column in entity.columns if entity.is_recognised}
    return [next(iter(headers.get(name, ())), name) for name in names]


def _alike(missing: Sequence[str], strangers: Sequence[str], entity: Entity) -> str:
    """Which unknown names may stand for which missing ones."""
    headers = {column.name: column.headers for column in entity.columns}
    found = []
    for name in missing:
        matches = (difflib.get_close_matches(wording, strangers, n=1) for wording in (name, *headers[name]))
        found += [f"{match[0]} → {name}" for match in matches if match][:1]
    return _joined(found)


def refuse_keys(missing: Sequence[str], unknown: Sequence[str], entity: Entity) -> NoReturn:
    """Refuse a file of objects that all lack a required column.

    Args:
        missing: The required columns that no object has.
        unknown: Keys found that the entity does not have.
        entity: What the file's name says it holds.
    """
    raise FileRefused(
        "E_KEYS",
        entity=entity.name,
        missing=_joined(missing),
        unknown=shorten(_joined(unknown)),
        alike=_alike(missing, unknown, entity),
    )


def checked_columns(
    names: Sequence[str], entity: Entity, is_text: bool = False, line: int | None = None
) -> list[str]:
    """The columns that a file's names stand for, as `columns_named` says.

    Args:
        entity: What the file's name says it holds.
        names: Column names as found, trimmed.
        is_text: They come from a line of text, where a wrong separator is possible.
        line: The row of a sheet that they come from.

    Raises:
        FileRefused: a required column is missing or a column is named twice; it says what was found and what
            resembles it.
    """
    if len(names) > COLUMN_LIMIT:
        raise FileRefused("E_TOO_WIDE", found=len(names), limit=COLUMN_LIMIT)
    columns = columns_named(names, entity)
    missing = [name for name in needed_names(entity) if name not in columns]
    twice = [name for name, times in Counter(columns).items() if times > 1]
    if not missing and not twice:
        return columns
    strangers = [name for name in columns if name not in entity.column_names]
    separator = next(
        (kind for mark, kind in SEPARATORS.items() if is_text and len(names) == 1 and mark in names[0]), NONE
    )
    raise FileRefused(
        "E_HEADER",
        entity=entity.name,
        missing=_joined(_as_the_system_calls_them(missing, entity)),
        twice=_joined([_told_twice(name, names, columns) for name in twice]),
        found=shorten(f"{line}: {_joined(names)}" if line else _joined(names)),
        alike=_alike(missing, strangers, entity),
        separator=separator,
    )


def _told_twice(column: str, names: Sequence[str], columns: Sequence[str]) -> str:
    """A column that is named twice, with the names where they are others."""
    given = dict.fromkeys(name for name, meant in zip(names, columns, strict=True) if meant == column)
    return column if list(given) == [column] else f"{column} ({', '.join(given)})"
