"""Amounts of memory: what people write, and what a build may take."""

from __future__ import annotations

import os
import re

from orchestration.errors import EXIT_USAGE, ShequnError

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt])(i?)b", re.IGNORECASE)
_MOST = 6_000_000_000


def memory_bytes(text: str) -> int:
    """An amount of memory such as "500MB" or "2 GiB", in bytes.

    Raises:
        ShequnError: `serving.bad_memory` (exit 2).
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise ShequnError("serving.bad_memory", EXIT_USAGE, value=text)
    base = 1024 if match[3] else 1000
    return int(float(match[1]) * base ** (1 + "kmgt".index(match[2].lower())))


def build_memory() -> int:
    """Bytes that DuckDB may hold while models are built and audited; beyond them it spills to disk.

    `SHEQUN_MEMORY`, else half of the machine's, 6 GB at most: enough for two years of a million members.
    """
    chosen = os.environ.get("SHEQUN_MEMORY")
    if chosen:
        return memory_bytes(chosen)
    return min(_MOST, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2)
