"""The hidden file beside the demo's folder that says which files are the demo's."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

MANIFEST = ".demo.json"


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_manifest(exports: Path, facts: dict[str, Any], files: dict[str, str]) -> None:
    """Write `.demo.json` at once or not at all.

    Args:
        exports: The folder above the canonical one; paths are relative to it.
        facts: Seed, scale and the like.
        files: SHA-256 by relative path.
    """
    content = {**facts, "files": [{"path": path, "sha256": files[path]} for path in sorted(files)]}
    temporary = exports / f"{MANIFEST}.tmp"
    temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporary.replace(exports / MANIFEST)


def read_manifest(exports: Path) -> dict[str, Any] | None:
    """The manifest, None where there is none or it cannot be read."""
    try:
        content = json.loads((exports / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and isinstance(content.get("files"), list) else None


def has_demo(exports: Path) -> bool:
    """Whether at least one file of a demo lies in the inbox `exports`."""
    manifest = read_manifest(exports)
    return manifest is not None and any((exports / entry["path"]).is_file() for entry in manifest["files"])


def clear_demo(exports: Path) -> list[str]:
    """Delete the demo's files whose content is still the demo's; whatever somebody changed stays.

    Returns:
        SHA-256 of each deleted file, so that the ledger can forget their rows.
    """
    manifest = read_manifest(exports)
    if manifest is None:
        return []
    deleted: list[str] = []
    folders: set[Path] = set()
    for entry in manifest["files"]:
        path = exports / entry["path"]
        if _is_inside(path, exports) and path.is_file() and sha256_of(path) == entry["sha256"]:
            path.unlink()
            deleted.append(entry["sha256"])
            folders.update(exports / place for place in Path(entry["path"]).parents)
    (exports / MANIFEST).unlink()
    for folder in sorted(folders, key=lambda each: len(each.parts), reverse=True):
        if folder != exports and not any(folder.iterdir()):
            folder.rmdir()
    return deleted


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
