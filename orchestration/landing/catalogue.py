"""Which systems, entities and columns the gate knows, read from `sources/<system>.yml`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from orchestration.landing.wording import plain_name

SOURCES_DIR = Path(__file__).parent / "sources"
TYPES = ("id", "text", "money", "number", "int", "bool", "date", "timestamp", "enum")
_TYPE = re.compile(r"(?P<type>[a-z]+)(?:\((?P<values>[^)]*)\))?(?P<required>!?)")


@dataclass(frozen=True)
class Column:
    """A column of an entity.

    Attributes:
        type: One of `TYPES`.
        required: No row may miss it.
        values: What an enum may hold.
        contact: "keyed" (raw holds `<name>_key` alone) or "moved" (raw holds nothing); None: not personal.
        headers: What a file may call it besides its name; the first is shown to people.
    """

    name: str
    type: str
    required: bool = False
    values: tuple[str, ...] = ()
    contact: str | None = None
    headers: tuple[str, ...] = ()

    @property
    def raw_name(self) -> str | None:
        """Its name in raw, None where it never gets there."""
        return {None: self.name, "keyed": f"{self.name}_key"}.get(self.contact)


@dataclass(frozen=True)
class EventTime:
    """The R1 event of a row: `column`, except in rows that hold one of `unless` (column, value)."""

    column: str
    unless: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class KnownName:
    """A column that names something known: of a kind, or of the kind that another column says."""

    kind: str | None
    kind_of: str | None


@dataclass(frozen=True)
class Entity:
    """What one kind of file holds; attributes as in the head of `sources/canonical.yml`."""

    system: str
    name: str
    label_en: str
    label_zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    event_time: EventTime | None = None
    dated_by: tuple[str, ...] = ()
    member_ids: tuple[str, ...] = ()
    known: dict[str, KnownName] = field(default_factory=dict)
    other_titles: tuple[str, ...] = ()

    @property
    def titles(self) -> tuple[str, ...]:
        """What a sheet that holds it may be called."""
        return (self.name, self.label_zh, *self.other_titles)

    @property
    def table(self) -> str:
        """The raw table, without its schema."""
        return f"{self.system}__{self.name}"

    @cached_property
    def wordings(self) -> dict[str, str]:
        """The column that each plain name stands for: its own, and those of its headers."""
        meant: dict[str, str] = {}
        for column in self.columns:
            for wording in map(plain_name, (column.name, *column.headers)):
                if meant.setdefault(wording, column.name) != column.name:
                    raise ValueError(f"{self.name}: {wording} names {meant[wording]} and {column.name}")
        return meant

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def required_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    @property
    def raw_names(self) -> tuple[str, ...]:
        """The entity's columns in raw, in the contract's order."""
        return tuple(column.raw_name for column in self.columns if column.raw_name)

    @property
    def contacts(self) -> tuple[Column, ...]:
        """Columns that go to the vault."""
        return tuple(column for column in self.columns if column.contact)


@dataclass(frozen=True)
class Catalogue:
    """Entities by system and name.

    Attributes:
        version: Short digest of the YAML; another one makes the gate look at refused files again.
    """

    systems: dict[str, dict[str, Entity]]
    version: str

    @property
    def entities(self) -> tuple[Entity, ...]:
        return tuple(entity for system in self.systems.values() for entity in system.values())


def _column(name: str, spec: str, contact: dict[str, str], headers: dict[str, list[str]]) -> Column:
    match = _TYPE.fullmatch(spec)
    if match is None or match["type"] not in TYPES:
        raise ValueError(f"column {name} has the unknown type {spec!r}")
    values = tuple(match["values"].split(",")) if match["values"] else ()
    return Column(
        name=name,
        type=match["type"],
        required=bool(match["required"]),
        values=values,
        contact=contact.get(name),
        headers=tuple(headers[name]),
    )


def _entity(system: str, name: str, spec: dict[str, Any]) -> Entity:
    event = spec.get("event_time")
    return Entity(
        system=system,
        name=name,
        label_en=spec["label"]["en"],
        label_zh=spec["label"]["zh"],
        columns=tuple(
            _column(column, text, spec.get("contact", {}), spec["headers"])
            for column, text in spec["columns"].items()
        ),
        key=tuple(spec.get("key") or spec["dedupe"]),
        event_time=EventTime(event["column"], tuple(event.get("except", {}).items())) if event else None,
        dated_by=tuple(spec.get("dated_by", ())),
        member_ids=tuple(spec.get("member_ids", ())),
        known={
            column: KnownName(name.get("kind"), name.get("kind_of"))
            for column, name in spec.get("known", {}).items()
        },
        other_titles=tuple(spec.get("titles", ())),
    )


@cache
def load_catalogue() -> Catalogue:
    """The catalogue of all systems."""
    digest = hashlib.sha256()
    systems: dict[str, dict[str, Entity]] = {}
    for path in sorted(SOURCES_DIR.glob("*.yml")):
        content = path.read_bytes()
        digest.update(content)
        source = yaml.safe_load(content)
        system = source["system"]
        systems[system] = {name: _entity(system, name, spec) for name, spec in source["entities"].items()}
    return Catalogue(systems, digest.hexdigest()[:12])
