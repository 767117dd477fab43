"""File operations that are on the disk when they return, or say by what they get there."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

_BLOCK_BYTES = 1 << 20  # stays in the processor's cache between being read, hashed and written


def copy_with_digest(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file block by block; `sync` then puts it on the disk.

    No connection of this process may have `source` open: closing the file here would drop its lock.

    Returns:
        sha256 of what was written, and its size in bytes.
    """
    digest = hashlib.sha256()
    size = 0
    buffer = memoryview(bytearray(_BLOCK_BYTES))
    with (
        source.open("rb", buffering=0) as reader,
        target.open("xb", buffering=0) as writer,
        ThreadPoolExecutor(1) as beside,
    ):
        while read := reader.readinto(buffer):
            block = buffer[:read]
            hashed = beside.submit(digest.update, block)
            write_all(writer.fileno(), block)
            hashed.result()
            size += read
        if os.fstat(writer.fileno()).st_size != os.fstat(reader.fileno()).st_size:
            raise OSError(errno.EIO, "The copy was cut short")
    return digest.hexdigest(), size


def sync(path: Path) -> None:
    """Put a file's content, or a folder's entries (creations, renames, removals), on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, content: bytes | memoryview) -> None:
    """Write every byte of `content`; a single write may take only a part on a nearly full disk."""
    remaining = memoryview(content)
    while remaining:
        remaining = remaining[os.write(descriptor, remaining) :]


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a new JSON file, readable for people, and sync it."""
    text = json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n"
    with path.open("xb", buffering=0) as writer:
        write_all(writer.fileno(), text.encode())
        os.fsync(writer.fileno())


def file_digest(path: Path) -> str:
    """Hexadecimal sha256 of a file."""
    with path.open("rb") as reader:
        return hashlib.file_digest(reader, "sha256").hexdigest()


def remove_tree(path: Path) -> None:
    """Remove a folder or link, whether or not it is there."""
    if path.is_symlink():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path, ignore_errors=True)
