"""One writer at a time: an flock on `build/.lock`, held for as long as something is written.

The lock lives in the writer itself because no scheduler can vouch for every way of starting one. It is an
flock on a side file: DuckDB's own lock is dropped by any close of the database file in the holding process.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.errors import EXIT_LOCKED, ShequnError
from orchestration.settings import Settings

_HOLDER_WAIT_SECONDS = 0.3
_held: dict[Path, int] = {}


@contextmanager
def writer_lock(settings: Settings, purpose: str) -> Iterator[int]:
    """Hold the one writer's lock; it is not reentrant.

    The lock ends with the last copy of its file descriptor, so a child process that was given
    `held_fd` keeps it while it lives, even when this process is killed.

    Args:
        settings: Their `lock_path` is locked; its folder is created.
        purpose: What the lock is for, shown to whoever finds it taken ("refresh", "rollback").

    Yields:
        The locked file descriptor.

    Raises:
        ShequnError: `lock.held` (exit 4), at once, when somebody else holds it.
    """
    path = settings.lock_path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _acquire(descriptor, path)
        _write_holder(descriptor, purpose, settings.business_timezone)
        _held[path] = descriptor
        try:
            yield descriptor
        finally:
            del _held[path]
            with suppress(OSError):
                os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def held_fd(settings: Settings) -> int | None:
    """The descriptor of this process's lock, to pass to children that write; None without lock."""
    return _held.get(settings.lock_path)


def _acquire(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise
        holder = _read_holder(path)
        raise ShequnError(
            "lock.held",
            EXIT_LOCKED,
            pid=holder.get("pid", "?"),
            purpose=holder.get("purpose", "?"),
            since=holder.get("started_at", "?"),
        ) from None


def _write_holder(descriptor: int, purpose: str, timezone: str) -> None:
    started_at = datetime.now(ZoneInfo(timezone)).isoformat(timespec="seconds")
    holder = json.dumps({"pid": os.getpid(), "purpose": purpose, "started_at": started_at})
    # A full disk must not stop the lock itself; the holder is then unknown to others.
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode(), 0)


def _read_holder(path: Path) -> dict[str, Any]:
    """Who holds the lock; waits a moment for one that has locked but not yet written its name."""
    deadline = time.monotonic() + _HOLDER_WAIT_SECONDS
    while True:
        with suppress(OSError, ValueError):
            holder = json.loads(path.read_text())
            if isinstance(holder, dict):
                return holder
        if time.monotonic() > deadline:
            return {}
        time.sleep(0.02)
