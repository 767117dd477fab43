"""Proposes what an unknown file is: an entity of the neutral export, and which name is which column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.landing.inbox import CANONICAL
from orchestration.landing.mappings import LENIENT, Mapping
from orchestration.landing.wording import plain_name
from orchestration.mapping.evidence import Evidence
from orchestration.mapping.sample import Sample
from orchestration.settings import Settings

LEAST = 0.5
PRICE_OF_MISSING = 0.6
WORTH_OF_TITLE = 0.5
PHONE = "phone"
_FEN = re.compile(r"[(（\[]分[)）\]]$|_fen$")


@dataclass(frozen=True)
class Proposal:
    """A mapping, and what spoke for each of its columns: name, alike, values, or said by the user."""

    mapping: Mapping
    reasons: dict[str, str]


def propose(
    sample: Sample,
    settings: Settings,
    name: str,
    entity: str | None = None,
    said: dict[str, str] | None = None,
    constants: dict[str, str] | None = None,
) -> Proposal:
    """The mapping that explains most of a file.

    Args:
        sample: The file's beginning.
        settings: The house.
        name: What the mapping is to be called.
        entity: The only entity that it may be.
        said: By column the name that the user gives it; empty: the column stays unknown.
        constants: By column its value in all rows.

    Raises:
        ShequnError: no such entity, column or name.
    """
    said, constants = said or {}, constants or {}
    entities = load_catalogue().systems[CANONICAL]
    if entity is not None and entity not in entities:
        raise ShequnError("mapping.E_ENTITY", EXIT_USAGE, entity=entity, known=", ".join(entities))
    _check_names(sample, [name for name in said.values() if name])
    wanted = [entities[entity]] if entity else list(entities.values())
    wanted = [one for one in wanted if {*said, *constants} <= set(one.column_names)]
    if not wanted:
        known = ", ".join(entities[entity].column_names) if entity else ", ".join(entities)
        raise ShequnError(
            "mapping.E_COLUMNS", EXIT_USAGE, columns=", ".join({**said, **constants}), known=known
        )
    evidence = Evidence(sample.columns, settings)
    found = [_proposal(one, sample, evidence, name, said, constants) for one in wanted]
    return max(found, key=lambda one: one[0])[1]


def _check_names(sample: Sample, names: Sequence[str]) -> None:
    if unknown := [name for name in names if name not in sample.names]:
        raise ShequnError(
            "mapping.E_HEADERS", EXIT_USAGE, headers=", ".join(unknown), known=", ".join(sample.names)
        )


def _proposal(
    entity: Entity,
    sample: Sample,
    evidence: Evidence,
    name: str,
    said: dict[str, str],
    constants: dict[str, str],
) -> tuple[float, Proposal]:
    columns = {column: source for column, source in said.items() if source}
    reasons = dict.fromkeys(columns, "said")
    scored = sorted(
        (
            (*evidence.score(source, column, entity), -place, source, column.name)
            for place, column in enumerate(entity.columns)
            for source in sample.names
            if column.name not in said and column.name not in constants
        ),
        reverse=True,
    )
    total = float(len(columns))
    for score, reason, _, source, column_name in scored:
        if score >= LEAST and column_name not in columns and source not in columns.values():
            columns[column_name], reasons[column_name] = source, reason
            total += score
    ordered = {column: columns[column] for column in entity.column_names if column in columns}
    mapping = Mapping(
        name=name,
        entity=entity.name,
        header=sample.names,
        columns=ordered,
        types=_types(entity, ordered, evidence),
        constants=constants,
        rows=sample.rows,
    )
    total -= PRICE_OF_MISSING * len(mapping.missing)
    stem = plain_name(sample.path.stem)
    if any(plain_name(title) in stem for title in entity.titles):
        total += WORTH_OF_TITLE
    return total, Proposal(mapping, reasons)


def _types(entity: Entity, columns: dict[str, str], evidence: Evidence) -> dict[str, str]:
    """The types that differ from what a column of its kind is usually written as."""
    types = {}
    for column in entity.columns:
        source = columns.get(column.name)
        if source is None:
            continue
        if column.type == "money" and _FEN.search(source) and evidence.parsed(source, "fen") == 1:
            types[column.name] = "fen"
        if column.name in entity.member_ids and evidence.are_phones(source):
            types[column.name] = PHONE
    return types


def with_usual_types(mapping: Mapping) -> dict[str, str]:
    """The type of each mapped column."""
    usual = {column.name: LENIENT.get(column.type, column.type) for column in mapping.target.columns}
    return {column: mapping.types.get(column, usual[column]) for column in mapping.columns}
