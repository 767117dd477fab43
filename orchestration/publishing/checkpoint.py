"""Brings a build file into one piece, in a process that ends: nothing of it stays open here.

`python -m orchestration.child <parent pid> orchestration.publishing.checkpoint <file>`. A process of its own
also finds out when this one still has the file open: DuckDB's lock then stops it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb

from orchestration.child import child_command, child_environment
from orchestration.errors import ShequnError


def checkpoint(database: Path) -> None:
    """Write the WAL into the file and close it.

    Raises:
        ShequnError: `publishing.in_use` when somebody has the file open, or it cannot be written.
    """
    result = subprocess.run(
        child_command("orchestration.publishing.checkpoint", [str(database)]),
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    wal = database.with_name(database.name + ".wal")
    if result.returncode != 0 or wal.exists():
        cause = result.stderr.strip().rpartition("\n")[2] or f"{wal.name} is still there"
        raise ShequnError("publishing.in_use", path=database, cause=cause)


def main() -> None:
    """Checkpoint the file named on the command line."""
    with duckdb.connect(sys.argv[1]) as connection:
        connection.execute("checkpoint")


if __name__ == "__main__":
    main()
