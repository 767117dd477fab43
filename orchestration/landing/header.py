"""Whether a file's column names are those of its entity."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from typing import NoReturn

from orchestration.landing.catalogue import Entity
from orchestration.landing.faults import FileRefused, shorten

NONE = "–"
COLUMN_LIMIT = 1000
SEPARATORS = {";": ";", "\t": "TAB", "|": "|", "，": "，"}


def _joined(names: Sequence[str]) -> str:
    return ", ".join(names) or NONE


def _alike(missing: Sequence[str], strangers: Sequence[str]) -> str:
    """Which unknown names may stand for which missing ones."""
    return _joined(
        [
            f"{match[0]} → {name}"
            for name in missing
            if (match := difflib.get_close_matches(name, strangers, n=1))
        ]
    )


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
        alike=_alike(missing, unknown),
    )


def check_header(names: Sequence[str], entity: Entity, is_text: bool = False) -> None:
    """Refuse a file that lacks a required column or names one twice.

    Args:
        entity: What the file's name says it holds.
        names: Column names as found, trimmed.
        is_text: They come from a line of text, where a wrong separator is possible.

    Raises:
        FileRefused: with what is missing, what was found and what resembles it.
    """
    if len(names) > COLUMN_LIMIT:
        raise FileRefused("E_TOO_WIDE", found=len(names), limit=COLUMN_LIMIT)
    missing = [name for name in entity.required_names if name not in names]
    twice = [name for name, times in Counter(names).items() if times > 1]
    if not missing and not twice:
        return
    strangers = [name for name in names if name not in entity.column_names]
    separator = next(
        (kind for mark, kind in SEPARATORS.items() if is_text and len(names) == 1 and mark in names[0]), NONE
    )
    raise FileRefused(
        "E_HEADER",
        entity=entity.name,
        missing=_joined(missing),
        twice=_joined(twice),
        found=shorten(_joined(names)),
        alike=_alike(missing, strangers),
        separator=separator,
    )
