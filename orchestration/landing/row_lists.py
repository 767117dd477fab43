"""Which rows of a document are which entity's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from orchestration.landing.catalogue import Entity
from orchestration.landing.paths import (
    DOCUMENT,
    Getter,
    Holders,
    Step,
    find_rows,
    first_of,
    getter,
    row_steps,
)


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


@dataclass(frozen=True)
class RowKind:
    """An entity as a claimant of rows; `groups` as `paths.getter` says."""

    entity: Entity
    groups: Mapping[str, str | None]

    @cached_property
    def getters(self) -> dict[str, Getter]:
        """What finds each column, by name."""
        return {
            column.name: first_of([getter(path, self.groups) for path in column.paths])
            for column in self.entity.columns
        }

    @cached_property
    def needs(self) -> dict[str, Getter]:
        """Those of the columns by which it is told."""
        return {name: self.getters[name] for name in self.entity.told_by}

    @cached_property
    def conditions(self) -> list[tuple[Getter, frozenset[str], bool]]:
        """Getters of `where` and `where_not`, their values, and whether one of these is wanted."""
        return [
            (getter(path, self.groups), frozenset(values), is_wanted)
            for where, is_wanted in ((self.entity.where, True), (self.entity.where_not, False))
            for path, values in where.items()
        ]

    @cached_property
    def lists(self) -> list[tuple[str, tuple[Step, ...]]]:
        """The places of its rows, in the order to try, with their steps."""
        return [(path, row_steps(path)) for path in self.entity.rows or (DOCUMENT,)]

    def is_kept(self, row: Any, holders: Holders) -> bool:
        """Whether `where` and `where_not` let the row in."""
        for get, values, is_wanted in self.conditions:
            if (_as_text(get(row, holders, 0)) in values) is not is_wanted:
                return False
        return True

    def is_told(self, row: Any, holders: Holders) -> bool:
        """Whether the row has what tells the entity."""
        return None not in [get(row, holders, 0) for get in self.needs.values()]

    def named(self, row: Any, holders: Holders) -> int:
        """How many of the entity's columns the row has."""
        return sum(get(row, holders, 0) is not None for get in self.getters.values())


@dataclass(frozen=True)
class RowList:
    """The rows at one place of a document, and who claims that place, best first."""

    path: str
    rows: list[tuple[Any, Holders]]
    claimants: list[RowKind]


def row_lists(document: dict[str, Any], kinds: Sequence[RowKind]) -> list[RowList]:
    """The places of a document where any of `kinds` finds its rows.

    Each looks at the first of its places that the document has.
    """
    found: dict[str, RowList] = {}
    missing: set[str] = set()
    for kind in kinds:
        for path, steps in kind.lists:
            if path in missing:
                continue
            if path not in found:
                rows = find_rows(document, steps)
                if rows is None:
                    missing.add(path)
                    continue
                found[path] = RowList(path, rows, [])
            found[path].claimants.append(kind)
            break
    return list(found.values())


def owner_of(row: Any, holders: Holders, claimants: Sequence[RowKind], path: str) -> RowKind | None:
    """Whose a row is; None: nobody's.

    A row of a list that lacks what tells its entity is that entity's all the same, and at fault there.
    """
    first_kept = None
    for kind in claimants:
        if kind.is_kept(row, holders):
            if kind.is_told(row, holders):
                return kind
            first_kept = first_kept or kind
    return None if path == DOCUMENT else first_kept
