"""The files of an inbox, as everybody but the gate sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

# <entity>.demo.csv, <entity>.demo-late.csv, <part>.demo.parquet
DEMO_NAME = re.compile(r"\.demo[.-]")


def inbox_files(exports: Path) -> Iterator[Path]:
    """The files that are not hidden, by path; none where there is no such folder."""
    for path in sorted(exports.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(exports).parts):
            yield path


def own_files(exports: Path) -> list[Path]:
    """The files that no demo wrote."""
    return [path for path in inbox_files(exports) if not DEMO_NAME.search(path.name)]
