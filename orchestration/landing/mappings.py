"""What people said once about files of their own: `<home>/mappings/<name>.yml`, as entities of the gate."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.landing.catalogue import TYPES, Column, Entity, load_catalogue
from orchestration.landing.inbox import CANONICAL
from orchestration.landing.path_groups import compiled

# The system of a mapping until a file says by its folder which it is, and of files at the inbox's top.
MAPPED = "mapped"
EMPTY = ("——", "—", "--", "-", "/")
LENIENT = {
    "money": "yuan",
    "timestamp": "moment",
    "date": "day",
    "int": "count",
    "number": "decimal",
    "bool": "flag",
}
_KEYS = {"entity", "rows", "columns", "types", "values", "constants", "from_path", "header"}
_NAME = re.compile(r"[^\s/\\.][^/\\]*")


@dataclass(frozen=True)
class Mapping:
    """What the columns of one kind of file are.

    Attributes:
        entity: Of the neutral export.
        header: Names that all stand in such a file's header.
        columns: By column of the entity the header that holds it, in a document its path in the row.
        types: How a column is written, where it is not as `LENIENT` says.
        values: Of columns that hold one of a few words: what a word in the file stands for.
        constants: What a column is in every row, in the form of the neutral export.
        rows: Where the rows of a JSON document are; None: it is a table.
        from_path: Pattern on the file's path whose named groups are columns.
        digest: Of the YAML; files that landed through another one land again.
    """

    name: str
    entity: str
    header: tuple[str, ...]
    columns: dict[str, str]
    types: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    rows: str | None = None
    from_path: str | None = None
    digest: str = ""

    @property
    def target(self) -> Entity:
        """The entity of the neutral export."""
        return load_catalogue().systems[CANONICAL][self.entity]

    @property
    def said_by_path(self) -> tuple[str, ...]:
        return tuple(compiled(self.from_path).groupindex) if self.from_path else ()

    @property
    def missing(self) -> list[str]:
        """Columns that the entity needs and that nothing here says."""
        said = {*self.columns, *self.constants, *self.said_by_path}
        return [name for name in self.target.required_names if name not in said]

    def as_entity(self) -> Entity:
        """By which the gate recognises such a file; it bears the mapping's name."""
        target = self.target
        told = tuple(self.columns)
        if self.rows is not None:
            told = tuple(name for name in target.required_names if name in told) or told
        return replace(
            target,
            system=MAPPED,
            name=self.name,
            columns=tuple(map(self._column, target.columns)),
            forms=("csv", "sheet") if self.rows is None else ("json",),
            rows=(self.rows,) if self.rows else (),
            needs=told,
            from_path=self.from_path,
            empty=EMPTY,
            raw_table=target.table,
            signature=self.header if self.rows is None else (),
            mapping=f"{self.name}@{self.digest}",
        )

    def _column(self, column: Column) -> Column:
        name = column.name
        if name in self.columns:
            source = self.columns[name]
            kind = self.types.get(name, LENIENT.get(column.type, column.type))
            is_table = self.rows is None
            return replace(
                column,
                type=kind,
                words=tuple(self.values.get(name, {}).items()),
                headers=(source,) if is_table else (),
                paths=(name,) if is_table else (source,),
            )
        if name in self.constants:
            return replace(column, headers=(), paths=(f"={self.constants[name]}",))
        if name in self.said_by_path:
            return replace(
                column, type=LENIENT.get(column.type, column.type), headers=(), paths=(f"@{name}",)
            )
        return replace(column, headers=(), paths=())

    def as_yaml(self) -> str:
        """The text that `read_mapping` reads."""
        said: dict[str, Any] = {"entity": self.entity}
        for key in ("rows", "columns", "types", "values", "constants", "from_path"):
            if value := getattr(self, key):
                said[key] = value
        said["header"] = list(self.header)
        return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=100)


def load_mappings(folder: Path) -> dict[str, Mapping]:
    """The mappings of a home, by name.

    Raises:
        ShequnError: `mapping.E_BROKEN`, one of them is none.
    """
    paths = sorted(folder.glob("*.yml")) if folder.is_dir() else []
    return {path.stem: read_mapping(path) for path in paths}


def read_mapping(path: Path) -> Mapping:
    """One mapping.

    Raises:
        ShequnError: `mapping.E_BROKEN`.
    """
    try:
        content = path.read_bytes()
        said = yaml.safe_load(content)
        mapping = _mapping(path.stem, said, hashlib.sha256(content).hexdigest()[:12])
        check_mapping(mapping)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, re.error) as error:
        problem = " ".join(str(error).split())
        raise ShequnError("mapping.E_BROKEN", EXIT_USAGE, path=path, problem=problem) from None
    return mapping


def _mapping(name: str, said: Any, digest: str) -> Mapping:
    if not isinstance(said, dict) or not isinstance(said.get("entity"), str):
        raise ValueError("it names no entity")
    if unknown := sorted(set(map(str, said)) - _KEYS):
        raise ValueError(f"it has unknown keys: {', '.join(unknown)}")
    header = said.get("header") or []
    if not isinstance(header, list):
        raise ValueError("header is no list")
    for key in ("columns", "types", "constants"):
        if not isinstance(said.get(key) or {}, dict):
            raise ValueError(f"{key} holds no pairs of column and value")
    values = said.get("values") or {}
    if not isinstance(values, dict) or not all(isinstance(words, dict) for words in values.values()):
        raise ValueError("values holds no pairs of word and value by column")
    texts = {
        key: {str(column): str(value) for column, value in (said.get(key) or {}).items()}
        for key in ("columns", "types", "constants")
    }
    return Mapping(
        name=name,
        entity=said["entity"],
        header=tuple(map(str, header)),
        values={
            str(column): {str(word): str(value) for word, value in words.items()}
            for column, words in values.items()
        },
        rows=str(said["rows"]) if said.get("rows") else None,
        from_path=str(said["from_path"]) if said.get("from_path") else None,
        digest=digest,
        **texts,
    )


def check_mapping(mapping: Mapping) -> None:
    """Whether a mapping can be worked with.

    Raises:
        ValueError: what is wrong with it.
        re.error: `from_path` is no pattern.
    """
    entities = load_catalogue().systems[CANONICAL]
    if not _NAME.fullmatch(mapping.name):
        raise ValueError(f"{mapping.name!r} is no name for a file")
    if mapping.entity not in entities:
        raise ValueError(f"there is no entity {mapping.entity}; there are {', '.join(entities)}")
    said = (*mapping.columns, *mapping.types, *mapping.values, *mapping.constants, *mapping.said_by_path)
    if unknown := sorted(set(said) - set(mapping.target.column_names)):
        known = ", ".join(mapping.target.column_names)
        raise ValueError(f"{mapping.entity} has no column {', '.join(unknown)}; it has {known}")
    for column in mapping.target.columns:
        meant = set(mapping.values.get(column.name, {}).values())
        if wrong := sorted(meant - set(column.values)):
            known = ", ".join(column.values) or "anything: its words are not translated"
            raise ValueError(f"{column.name} cannot be {', '.join(wrong)}; it is {known}")
    if wrong := sorted(set(mapping.types.values()) - set(TYPES)):
        raise ValueError(f"{', '.join(wrong)} is no type; types are {', '.join(TYPES)}")
    if not mapping.columns:
        raise ValueError("it maps no column")
    twice = [
        source for source in mapping.columns.values() if list(mapping.columns.values()).count(source) > 1
    ]
    if twice:
        raise ValueError(f"{twice[0]} is mapped twice")
    if mapping.missing:
        raise ValueError(f"{mapping.entity} also needs {', '.join(mapping.missing)}")


def mapped_entities(mappings: Iterable[Mapping]) -> dict[str, Entity]:
    """The entities by which files of mapped kinds are recognised, by the mapping's name."""
    return {mapping.name: mapping.as_entity() for mapping in mappings}


def as_rows_of(entity: Entity, folder: str | None) -> Entity:
    """A mapped entity as the neutral one that its rows are, of the system whose folder the file lies in."""
    name = str(entity.raw_table).removeprefix(f"{CANONICAL}__")
    return replace(entity, system=folder or MAPPED, name=name)
