"""The files of an inbox, as everybody but the gate sees them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def inbox_files(exports: Path) -> Iterator[Path]:
    """The files that are not hidden, by path; none where there is no such folder."""
    for path in sorted(exports.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(exports).parts):
            yield path
