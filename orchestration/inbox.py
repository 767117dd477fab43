"""The files of an inbox, as everybody but the gate sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_PART = re.compile(r"(?P<file>.*?\.\w+)#.*")


def file_of(path: str) -> str:
    """The file that a path of the ledger is of, or is of a part of: `book.xlsx` of `book.xlsx#June`."""
    part = _PART.fullmatch(path)
    return part["file"] if part else path


def inbox_files(exports: Path) -> Iterator[Path]:
    """The files that are not hidden, by path; none where there is no such folder."""
    for path in sorted(exports.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(exports).parts):
            yield path
