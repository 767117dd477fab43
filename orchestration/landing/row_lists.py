"""Which rows of a document are which entity's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    """An entity as a claimant of rows.

    Attributes:
        getters: What finds each column, by name.
        needs: Those of the columns by which it is told.
        conditions: Getters of `where` and `where_not`, their values, and whether one of these is wanted.
    """

    entity: Entity
    getters: dict[str, Getter]
    needs: dict[str, Getter]
    conditions: list[tuple[Getter, frozenset[str], bool]]
    lists: list[tuple[str, tuple[Step, ...]]] = field(default_factory=list)

    @classmethod
    def of(cls, entity: Entity, groups: Mapping[str, str | None]) -> RowKind:
        """The claimant, compiled; `groups` as `paths.getter` says."""
        compiled = {
            column.name: first_of([getter(path, groups) for path in column.paths])
            for column in entity.columns
        }
        return cls(
            entity,
            compiled,
            {name: compiled[name] for name in entity.told_by},
            [
                (getter(path, groups), frozenset(values), is_wanted)
                for where, is_wanted in ((entity.where, True), (entity.where_not, False))
                for path, values in where.items()
            ],
            [(path, row_steps(path)) for path in entity.rows or (DOCUMENT,)],
        )

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
