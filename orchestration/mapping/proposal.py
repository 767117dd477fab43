"""Proposes what an unknown file is: an entity of the neutral export, and which name is which column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.landing.inbox import CANONICAL
from orchestration.landing.mappings import LENIENT, Mapping
from orchestration.landing.wording import plain_name
from orchestration.mapping.evidence import Evidence
from orchestration.mapping.sample import Sample
from orchestration.mapping.words import file_words, listed_words
from orchestration.settings import Settings

LEAST = 0.5
PRICE_OF_MISSING = 0.6
WORTH_OF_TITLE = 0.5
WORTH_OF_LETTER = 0.02
# Names and phones stand in every sheet about people.
WORTH_OF_CONTACT = 0.5
OTHERS = 3
PHONE = "phone"
_FEN = re.compile(r"[(（\[]分[)）\]]$|_fen$")


@dataclass(frozen=True)
class Proposal:
    """A mapping, and what spoke for it.

    Attributes:
        reasons: By column what spoke for it: name, alike, values, or said by the user.
        others: The entities that come next, the likeliest first.
    """

    mapping: Mapping
    reasons: dict[str, str]
    others: tuple[str, ...] = ()


def propose(
    sample: Sample,
    settings: Settings,
    name: str,
    entity: str | None = None,
    said: dict[str, str] | None = None,
    constants: dict[str, str] | None = None,
    values: dict[str, dict[str, str]] | None = None,
) -> Proposal:
    """The mapping that explains most of a file.

    Args:
        sample: The file's beginning.
        settings: The house.
        name: What the mapping is to be called.
        entity: The only entity that it may be.
        said: By column the name that the user gives it; empty: the column stays unknown.
        constants: By column its value in all rows.
        values: By column what words in the file stand for.

    Raises:
        ShequnError: no such entity, column, name or value; or nothing speaks for any entity.
    """
    said, constants, values = said or {}, constants or {}, values or {}
    entities = load_catalogue().systems[CANONICAL]
    if entity is not None and entity not in entities:
        raise ShequnError("mapping.E_ENTITY", EXIT_USAGE, entity=entity, known=", ".join(entities))
    _check_names(sample, [name for name in said.values() if name])
    wanted = [entities[entity]] if entity else list(entities.values())
    wanted = [one for one in wanted if {*said, *constants, *values} <= set(one.column_names)]
    if not wanted:
        known = ", ".join(entities[entity].column_names) if entity else ", ".join(entities)
        raise ShequnError(
            "mapping.E_COLUMNS", EXIT_USAGE, columns=", ".join({**said, **constants, **values}), known=known
        )
    evidence = Evidence(sample.columns, settings)
    found = [_proposal(one, sample, evidence, name, said, constants) for one in wanted]
    found.sort(key=lambda one: -one[0])
    best = found[0][1]
    if entity is None and not (best.mapping.columns or best.mapping.constants):
        raise ShequnError("mapping.E_NOTHING", EXIT_USAGE, known=", ".join(entities))
    others = tuple(one.mapping.entity for score, one in found[1 : 1 + OTHERS] if score > 0)
    mapping = replace(best.mapping, values=_values(best.mapping, evidence, values))
    return replace(best, mapping=mapping, others=others)


def _values(
    mapping: Mapping, evidence: Evidence, said: dict[str, dict[str, str]]
) -> dict[str, dict[str, str]]:
    """What the words in the file stand for, where they are not the neutral export's own.

    Listed words that do not stand in the first rows may stand in later ones.
    """
    found = {}
    for column in mapping.target.columns:
        given = said.get(column.name, {})
        if wrong := [value for value in given.values() if value not in column.values]:
            known = ", ".join(column.values) or "–"
            raise ShequnError("mapping.E_VALUE", EXIT_USAGE, column=column.name, value=wrong[0], known=known)
        if column.values and (source := mapping.columns.get(column.name)):
            words = evidence.words(source, column)
            seen = {word: value for word, value in words.items() if value and word not in column.values}
            if seen or given:
                found[column.name] = seen | listed_words(column) | given
    return found


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
    contacts = {column.name for column in entity.personal}
    for score, reason, _, source, column_name in scored:
        if score >= LEAST and column_name not in columns and source not in columns.values():
            columns[column_name], reasons[column_name] = source, reason
            total += score * (WORTH_OF_CONTACT if column_name in contacts else 1)
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
    called = plain_name(f"{sample.path.stem} {sample.sheet or ''}")
    titles = [title for title in map(plain_name, file_words(entity)) if title in called]
    if titles:
        # 订单明细 says more than 订单.
        total += WORTH_OF_TITLE + WORTH_OF_LETTER * max(map(len, titles))
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
