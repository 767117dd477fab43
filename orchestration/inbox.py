"""The files of an inbox."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from orchestration.settings import Settings

_PART = re.compile(r"(?P<file>.*?\.\w+)#.*")


def file_of(path: str) -> str:
    """The file that a path of the ledger is of, or is of a part of: `book.xlsx` of `book.xlsx#June`."""
    part = _PART.fullmatch(path)
    return part["file"] if part else path


def walk_inbox(settings: Settings) -> Iterator[Path]:
    """Everything in the inbox that is no folder; a home in its own inbox is no part of it."""
    own = set(settings.rooms) | ({settings.home} - {settings.exports})
    for folder, below, names in os.walk(settings.exports):
        below[:] = [name for name in below if Path(folder, name) not in own]
        yield from (Path(folder, name) for name in names)


def inbox_files(settings: Settings) -> Iterator[Path]:
    """The files that are not hidden, by path; none where there is no such folder."""
    for path in sorted(walk_inbox(settings)):
        inside = path.relative_to(settings.exports).parts
        if path.is_file() and not any(part.startswith(".") for part in inside):
            yield path
