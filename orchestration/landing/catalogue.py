"""Which systems, entities and columns the gate knows, read from `sources/<system>.yml`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from orchestration.landing.wording import plain_name
from orchestration.yaml_files import load_yaml

SOURCES_DIR = Path(__file__).parent / "sources"
STRICT_TYPES = ("id", "text", "money", "number", "int", "bool", "date", "timestamp", "enum")
# What systems write, brought into the normal form of a strict type; docs/sources.md says which.
LENIENT_TYPES = {
    "fen": "money",
    "yuan": "money",
    "count": "int",
    "decimal": "number",
    "share": "number",
    "percent": "number",
    "moment": "timestamp",
    "day": "date",
    "minutes": "number",
    "seconds": "number",
    "flag": "bool",
    "json": "text",
    "phone": "id",
}
TYPES = (*STRICT_TYPES, *LENIENT_TYPES)
# What raw adds to every row.
RESERVED = ("extra", "system", "file_sha256", "line", "load_seq", "landed_at")
FORMS = ("csv", "sheet", "json", "xml", "sqlite")
_NUMBER = re.compile(r"__\d+_*$")
_TYPE = re.compile(r"(?P<type>[a-z]+)(?:\((?P<values>[^)]*)\))?(?P<required>!?)")


@dataclass(frozen=True)
class Column:
    """A column of an entity.

    Attributes:
        type: One of `TYPES`.
        required: No row may miss it.
        values: What an enum may hold.
        words: What it is in files that somebody mapped, each with the value that it stands for.
        contact: "keyed" (raw holds `<name>_key` alone), "moved" (raw holds nothing), "named" (a name; raw
            holds `<name>_key`, the vault nothing), "noticed" (a text; names in a notice of joins are keyed);
            None: not personal.
        headers: What a file may call it besides its name; the first is shown to people.
        paths: Where it stands in an object (docs/sources.md); the first that holds something counts.
    """

    name: str
    type: str
    required: bool = False
    values: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    contact: str | None = None
    headers: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def raw_name(self) -> str | None:
        """Its name in raw, None where it never gets there."""
        key = f"{self.name}_key"
        return {None: self.name, "noticed": self.name, "keyed": key, "named": key}.get(self.contact)

    @property
    def is_in_vault(self) -> bool:
        """Whether the vault holds what raw does not."""
        return self.contact in ("keyed", "moved")


@dataclass(frozen=True)
class EventTime:
    """The R1 events of a row: `columns`, except in rows that hold one of `unless` (column, value)."""

    columns: tuple[str, ...]
    unless: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class KnownName:
    """A column that names something known: of a kind, or of the kind that another column says."""

    kind: str | None
    kind_of: str | None


@dataclass(frozen=True)
class Entity:
    """What one kind of file holds; attributes as in docs/sources.md and the head of `sources/canonical.yml`.

    Attributes:
        forms: The kinds of file that may hold it, of `FORMS`; () where files say it by their name.
        becomes: What its rows become: the `stg_<system>__…` that read it; () where they stay in raw.
        rows: Paths of the row objects in a JSON or XML document, in the order to try.
        where: Keys of the row object and the values that one of its rows has; `where_not` the same, none.
        tables: Its tables in a SQLite file, and the stems of files dumped from them.
        needs: Columns whose presence tells the export.
        from_path: Pattern on the relative path whose named groups are sources `@group`.
        path_example: A name that fits it (of a folder: with `/` at its end), if it is more than a moment.
        path_says: What each of the groups is, in English and Chinese.
        empty: Texts that mean unknown, except in `verbatim` columns.
        private: Keys and headers whose values are kept nowhere.
        owner: The column that says whose the personal columns are.
        may_be_short: Rows may lack columns at their end.
        raw_table: The raw table where it is not its own: of an entity of the neutral export, mapped.
        signature: Headers that all stand in a file that holds it, whatever they mean.
        mapping: The name and the digest of the mapping that it comes from.
    """

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
    first_day_of: dict[str, str] = field(default_factory=dict)
    other_titles: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    becomes: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)
    where_not: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    from_path: str | None = None
    path_example: str | None = None
    path_says: dict[str, dict[str, str]] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    verbatim: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    owner: str = ""
    may_be_short: bool = False
    raw_table: str | None = None
    signature: tuple[str, ...] = ()
    mapping: str | None = None

    @property
    def is_recognised(self) -> bool:
        """Whether content tells it, not the file's name."""
        return bool(self.forms)

    @cached_property
    def told_by(self) -> tuple[str, ...]:
        """Columns whose presence in a file tells the export: of `needs` those that its path cannot say."""
        return tuple(
            column.name
            for column in self.columns
            if column.name in self.needs and not any(path[0] in "@#=" for path in column.paths)
        )

    @property
    def titles(self) -> tuple[str, ...]:
        """What a sheet that holds it may be called."""
        return (self.name, self.label_zh, *self.other_titles)

    @property
    def table(self) -> str:
        """The raw table, without its schema."""
        return self.raw_table or f"{self.system}__{self.name}"

    @cached_property
    def wordings(self) -> dict[str, str]:
        """The column that each plain name stands for: its own, and those of its headers."""
        meant: dict[str, str] = {}
        for column in self.columns:
            for wording in map(plain_name, (column.name, *column.headers)):
                if meant.setdefault(wording, column.name) != column.name:
                    raise ValueError(f"{self.name}: {wording} names {meant[wording]} and {column.name}")
        return meant

    @cached_property
    def strange_wordings(self) -> frozenset[str]:
        """Plain names of columns that the system itself never calls so: they tell no file of it."""
        headers = {plain_name(header) for column in self.columns for header in column.headers}
        return frozenset(plain_name(column.name) for column in self.columns if column.headers) - headers

    def wording(self, column: Column) -> str:
        """What people are told a column is: of a recognised file, what the file calls it too."""
        shown = column.headers[0] if self.is_recognised and column.headers else column.name
        return shown if shown == column.name else f"{shown} ({column.name})"

    def is_private(self, header: str) -> bool:
        """Whether the values under a table's header, numbered or not, are kept nowhere."""
        return plain_name(_NUMBER.sub("", header)) in self._private_names

    @cached_property
    def _private_names(self) -> frozenset[str]:
        return frozenset(map(plain_name, self.private))

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def required_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    @cached_property
    def raw_names(self) -> tuple[str, ...]:
        """The entity's columns in raw, in the contract's order."""
        return tuple(column.raw_name for column in self.columns if column.raw_name)

    @property
    def contacts(self) -> tuple[Column, ...]:
        """Columns that go to the vault."""
        return tuple(column for column in self.columns if column.is_in_vault)

    @property
    def personal(self) -> tuple[Column, ...]:
        """Columns that say something personal."""
        return tuple(column for column in self.columns if column.contact)


@dataclass(frozen=True)
class Source:
    """A system that files come from; its folder in the inbox bears its name."""

    name: str
    label_en: str
    label_zh: str
    entities: dict[str, Entity]


@dataclass(frozen=True)
class Catalogue:
    """What the gate knows.

    Attributes:
        sources: The systems, by name.
        version: Short digest of the YAML; another one makes the gate look at refused files again.
    """

    sources: dict[str, Source]
    version: str

    @property
    def systems(self) -> dict[str, dict[str, Entity]]:
        """Entities by system and name."""
        return {name: source.entities for name, source in self.sources.items()}

    @property
    def entities(self) -> tuple[Entity, ...]:
        return tuple(entity for source in self.sources.values() for entity in source.entities.values())


def _texts(value: str | list[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(map(str, value))


def _column(name: str, text: str, spec: dict[str, Any]) -> Column:
    match = _TYPE.fullmatch(text)
    if match is None or match["type"] not in TYPES:
        raise ValueError(f"column {name} has the unknown type {text!r}")
    return Column(
        name=name,
        type=match["type"],
        required=bool(match["required"]),
        values=tuple(match["values"].split(",")) if match["values"] else (),
        contact=spec.get("contact", {}).get(name),
        headers=_texts(spec.get("headers", {}).get(name)),
        paths=_texts(spec.get("paths", {}).get(name, name)),
    )


def _check_names(entity: Entity, spec: dict[str, Any]) -> None:
    """Every name in the description is a column: a typing error must not switch a rule off."""
    events = entity.event_time.columns if entity.event_time else ()
    named = (*entity.key, *entity.needs, *entity.verbatim, *entity.dated_by, *entity.member_ids, *events)
    periods = (*entity.first_day_of, *entity.first_day_of.values())
    keyed = (*spec.get("headers", {}), *spec.get("paths", {}), *spec.get("contact", {}), *periods)
    unknown = sorted({*named, *keyed, entity.owner} - set(entity.column_names))
    if unknown:
        raise ValueError(f"{entity.system}.{entity.name} names columns that it does not have: {unknown}")
    if taken := {*entity.column_names, *entity.raw_names} & set(RESERVED):
        raise ValueError(f"{entity.system}.{entity.name} has columns that raw names itself: {sorted(taken)}")
    if not set(entity.forms) <= set(FORMS):
        raise ValueError(f"{entity.system}.{entity.name} has unknown forms: {entity.forms}")
    if entity.is_recognised and not entity.told_by:
        raise ValueError(f"{entity.system}.{entity.name} has no column that a file could be told by")


def _entity(source: dict[str, Any], name: str, spec: dict[str, Any]) -> Entity:
    event = spec.get("event_time")
    columns = tuple(_column(column, text, spec) for column, text in spec["columns"].items())
    key = tuple(spec.get("key") or spec["dedupe"])
    entity = Entity(
        system=source["system"],
        name=name,
        label_en=spec["label"]["en"],
        label_zh=spec["label"]["zh"],
        columns=columns,
        key=key,
        event_time=event and EventTime(_texts(event["column"]), tuple(event.get("except", {}).items())),
        dated_by=_texts(spec.get("dated_by")),
        member_ids=_texts(spec.get("member_ids")),
        known={
            column: KnownName(known.get("kind"), known.get("kind_of"))
            for column, known in spec.get("known", {}).items()
        },
        first_day_of=spec.get("first_day_of", {}),
        other_titles=_texts(spec.get("titles")),
        forms=_texts(spec.get("forms")),
        becomes=_texts(spec.get("becomes")),
        rows=_texts(spec.get("rows")),
        where={path: _texts(values) for path, values in spec.get("where", {}).items()},
        where_not={path: _texts(values) for path, values in spec.get("where_not", {}).items()},
        tables=_texts(spec.get("tables")),
        needs=_texts(spec.get("needs")) or tuple(column.name for column in columns if column.required),
        from_path=spec.get("from_path"),
        path_example=spec.get("path_example"),
        path_says=source.get("path_says", {}),
        empty=_texts(spec.get("empty", source.get("empty"))),
        verbatim=_texts(spec.get("verbatim")),
        private=(*_texts(source.get("private")), *_texts(spec.get("private"))),
        owner=spec.get("owner", key[0]),
        may_be_short=bool(spec.get("may_be_short")),
    )
    _check_names(entity, spec)
    return entity


@cache
def load_catalogue() -> Catalogue:
    """The catalogue of all systems."""
    digest = hashlib.sha256()
    sources: dict[str, Source] = {}
    for path in sorted(SOURCES_DIR.glob("*.yml")):
        content = path.read_bytes()
        digest.update(content)
        source = load_yaml(content)
        sources[source["system"]] = Source(
            name=source["system"],
            label_en=source["label"]["en"],
            label_zh=source["label"]["zh"],
            entities={name: _entity(source, name, spec) for name, spec in source["entities"].items()},
        )
    return Catalogue(sources, digest.hexdigest()[:12])
