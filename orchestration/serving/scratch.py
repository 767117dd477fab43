"""Folders for what is on its way; what a killed process left goes with the next one."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.publishing.files import remove_tree


@contextmanager
def scratch_folder(place: Path, prefix: str) -> Iterator[Path]:
    """A folder of this process's own in `place`, gone at the end.

    Each is locked by the process that uses it, and a lock ends with its process: a folder that nobody holds
    was left by one that was killed, and is removed.

    Args:
        place: Where; exists.
        prefix: How the names of such folders begin, and of nothing else in `place`.
    """
    for leftover in place.glob(f"{prefix}*"):
        descriptor = _lock(leftover)
        if descriptor is not None:
            remove_tree(leftover)
            os.close(descriptor)
    folder, descriptor = _own_folder(place, prefix)
    try:
        yield folder
    finally:
        remove_tree(folder)
        os.close(descriptor)


def _own_folder(place: Path, prefix: str) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        descriptor = _lock(folder)
        if descriptor is not None:
            if folder.exists():
                return folder, descriptor
            os.close(descriptor)  # another process took it for a leftover before it was locked


def _lock(folder: Path) -> int | None:
    """The descriptor that holds the lock; None where somebody else does, or the folder is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
