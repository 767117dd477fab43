"""What keeps a DuckDB session within the published file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orchestration.serving.cells import literal


def lockdown(memory_bytes: int, spill: Path | str) -> Iterator[str]:
    """Statements that lock an open, read-only connection, in order; nothing unlocks it again.

    Args:
        memory_bytes: What the session may take, and as much again on disk.
        spill: The one folder that it may write into, for what does not fit into memory.
    """
    yield f"set memory_limit = '{memory_bytes}B'"
    yield f"set max_temp_directory_size = '{memory_bytes}B'"
    yield f"set temp_directory = {literal(str(spill))}"
    for setting in (
        "autoinstall_known_extensions",
        "autoload_known_extensions",
        "allow_community_extensions",
        "allow_persistent_secrets",
        "python_enable_replacements",
        "enable_external_access",
    ):
        yield f"set {setting} = false"
    yield "set search_path = 'marts,core'"
    yield "set lock_configuration = true"
