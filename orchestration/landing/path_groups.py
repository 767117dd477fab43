"""What a file's path says that the file cannot: the groups of an entity's `from_path`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import PurePosixPath

from orchestration.landing.catalogue import Column, Entity
from orchestration.landing.faults import FileRefused

MOMENT = "{moment}"
DAY = "2026-11-01"
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


def refuse_unsaid(entity: Entity, columns: Sequence[Column], relative: str) -> None:
    """Refuse a file that says these columns neither in itself nor by its path, if there are any.

    Raises:
        FileRefused: it shows how to name the file.
    """
    if columns:
        path = relative.partition("#")[0]
        missing = [_said(entity, column) for column in columns]
        raise FileRefused(
            "E_PATH",
            path=path,
            missing_en=", ".join(one["en"] for one in missing),
            missing_zh="、".join(one["zh"] for one in missing),
            example=corrected_path(entity, path),
        )


def _said(entity: Entity, column: Column) -> dict[str, str]:
    """What a column that the path should say is, in words."""
    group = next(path[1:] for path in column.paths if path[0] == "@")
    label = entity.wording(column)
    return entity.path_says.get(group, {"en": label, "zh": label})


def corrected_path(entity: Entity, path: str) -> str:
    """The path of a file as `from_path` wants it, everything else left as it is."""
    found = PurePosixPath(path)
    example = entity.path_example or _readable(entity.from_path or "")
    if example.endswith("/"):
        return example + found.name
    name = f"{found.stem}_{DAY}" if example == DAY else example.removesuffix(PurePosixPath(example).suffix)
    return str(found.parent / f"{name}{found.suffix}")


def _readable(pattern: str) -> str:
    """A pattern as a name that it fits: `<userid>_behavior`, a moment as a day."""
    text = pattern.replace(MOMENT, DAY)
    text = re.sub(r"\(\?(?::|[=!]|<[=!])[^()]*\)[?*+]?", "", text)
    # From the innermost group outwards; what is left of the pattern's own marks is left out.
    group = re.compile(r"\(\?P<(\w+)>([^()]*)\)")
    while match := group.search(text):
        inner = match[2] if match[2] == DAY else f"‹{match[1]}›"
        text = text[: match.start()] + inner + text[match.end() :]
    text = re.sub(r"\[[^\]]*\][*+?]*|\\[dwsb][*+?]*|[()^$*+?]|\\", "", text)
    return text.replace("‹", "<").replace("›", ">").replace("|", "/")
