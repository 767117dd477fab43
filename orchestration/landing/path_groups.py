"""What a file's path says that the file cannot: the groups of an entity's `from_path`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from orchestration.landing.catalogue import Column, Entity
from orchestration.landing.faults import FileRefused

MOMENT = "{moment}"
_MOMENT = (
    r"(?:20\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])"
    r"(?:[-_T ]?(?:[01]\d|2[0-3])[-:.]?[0-5]\d(?:[-:.]?[0-5]\d)?)?(?!\d))"
)
_DIGIT = re.compile(r"\d")
_MOMENT_GROUP = re.compile(r"\(\?P<(\w+)>\{moment\}\)")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of `from_path`, ready to search."""
    return re.compile(pattern.replace(MOMENT, _MOMENT))


def path_groups(entity: Entity, relative: str) -> dict[str, str | None]:
    """The named groups of `from_path` in a file's path; None where it does not say them.

    A day or moment gets the form `2026-11-01` or `2026-11-01 06:30:00`.
    """
    if entity.from_path is None:
        return {}
    pattern = compiled(entity.from_path)
    match = pattern.search(relative)
    found = match.groupdict() if match else dict.fromkeys(pattern.groupindex)
    moments = set(_MOMENT_GROUP.findall(entity.from_path))
    return {name: _moment(text) if name in moments and text else text or None for name, text in found.items()}


def _moment(text: str) -> str:
    digits = "".join(_DIGIT.findall(text))
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    return f"{day} {digits[8:10]}:{digits[10:12]}:{digits[12:14] or '00'}" if digits[8:] else day


def unsaid_columns(entity: Entity, groups: dict[str, str | None]) -> list[Column]:
    """Columns that the entity cannot do without and that the path could say, but does not."""
    return [
        column
        for column in entity.columns
        if (column.required or column.name in entity.needs)
        and (said := [groups.get(path[1:]) for path in column.paths if path[0] == "@"])
        and not any(said)
    ]


def refuse_unsaid(entity: Entity, columns: Sequence[Column]) -> None:
    """Refuse a file that says these columns neither in itself nor by its path, if there are any.

    Raises:
        FileRefused: it shows how to name the file.
    """
    if columns:
        missing = ", ".join(column.name for column in columns)
        raise FileRefused("E_PATH", missing=missing, example=example_name(entity))


def example_name(entity: Entity) -> str:
    """A name as `from_path` wants it: `<userid>_behavior`, a moment as a day."""
    if entity.path_example:
        return entity.path_example
    text = (entity.from_path or "").replace(MOMENT, "2026-11-01")
    text = re.sub(r"\(\?(?::|[=!]|<[=!])[^()]*\)[?*+]?", "", text)
    # From the innermost group outwards; what is left of the pattern's own marks is left out.
    group = re.compile(r"\(\?P<(\w+)>([^()]*)\)")
    while match := group.search(text):
        inner = match[2] if match[2] == "2026-11-01" else f"‹{match[1]}›"
        text = text[: match.start()] + inner + text[match.end() :]
    text = re.sub(r"\[[^\]]*\][*+?]*|\\[dwsb][*+?]*|[()^$*+?]|\\", "", text)
    return text.replace("‹", "<").replace("›", ">").replace("|", "/")
