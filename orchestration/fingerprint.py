"""What a build was made from: landed files, code and choices, as one digest."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb

from orchestration import __version__
from orchestration.settings import PROJECT_DIR, Settings

# What decides which figures come out, or whether they may be published.
_CODE = (
    "dbt_project.yml",
    "models",
    "macros",
    "seeds",
    "tests/data",
    "orchestration/frames.py",
    "orchestration/landing/sources",
    "orchestration/lifetime_value",
    "orchestration/quality",
    "orchestration/topics",
)
_CODE_SUFFIXES = {".sql", ".yml", ".yaml", ".csv", ".md", ".py"}
_ENGINES = ("dbt-core", "dbt-duckdb", "duckdb", "rjieba", "scipy")


@dataclass(frozen=True)
class InputFile:
    """A landed file, as the ledger knows it."""

    path: str
    sha256: str
    system: str
    entity: str
    load_seq: int
    accepted: int
    rejected: int


@dataclass(frozen=True)
class Origin:
    """All that a build depends on.

    Attributes:
        inputs: Landed files in landing order; of equal keys the one landed last wins (R20).
        code: Digest of the project's code, see `code_fingerprint`.
        choices: Business time zone, as-of date and dbt vars.
    """

    inputs: tuple[InputFile, ...]
    code: str
    choices: dict[str, Any]

    @property
    def fingerprint(self) -> str:
        """Equal where inputs, code and choices are equal."""
        parts = {
            "inputs": [(item.load_seq, item.sha256) for item in self.inputs],
            "code": self.code,
            "choices": self.choices,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form with the fingerprint."""
        return {**asdict(self), "fingerprint": self.fingerprint}


def current_origin(settings: Settings, project_dir: Path = PROJECT_DIR) -> Origin:
    """What a build that started now would be made from; no writer may have the private file open."""
    return Origin(landed_files(settings), code_fingerprint(project_dir), choices(settings))


def choices(settings: Settings) -> dict[str, Any]:
    """The choices of a run that reach the models, as dbt vars."""
    chosen = {**settings.dbt_vars, "business_timezone": settings.business_timezone}
    if settings.as_of is not None:
        chosen["as_of_date"] = settings.as_of.isoformat()
    return chosen


def landed_files(settings: Settings) -> tuple[InputFile, ...]:
    """The files behind raw, in landing order; none before the first landing."""
    if not settings.private_db.exists():
        return ()
    with duckdb.connect(str(settings.private_db), read_only=True) as connection:
        try:
            rows = connection.execute(
                "select path, file_sha256, system, entity, load_seq, accepted, rejected"
                " from raw.files where status = 'landed' order by load_seq"
            ).fetchall()
        except duckdb.CatalogException:
            return ()
    return tuple(InputFile(*row) for row in rows)


def code_fingerprint(project_dir: Path = PROJECT_DIR) -> str:
    """Digest of the models, seeds, tests, source catalogue and audits, and of the engines' versions."""
    digest = hashlib.sha256()
    for engine in _ENGINES:
        digest.update(f"{engine} {_version_of(engine)}\n".encode())
    for path in _code_files(project_dir):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(project_dir).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def code_version(code: str, project_dir: Path = PROJECT_DIR) -> dict[str, str | None]:
    """The code for a manifest: package version, git commit where there is one, fingerprint, engines."""
    engines = {engine: _version_of(engine) for engine in _ENGINES}
    return {"version": __version__, "git_commit": git_commit(project_dir), "fingerprint": code, **engines}


def git_commit(project_dir: Path = PROJECT_DIR) -> str | None:
    """The checked-out commit, with `+changes` where the working tree differs; None without git."""
    commit = _git(project_dir, "rev-parse", "HEAD")
    if commit is None:
        return None
    return f"{commit}+changes" if _git(project_dir, "status", "--porcelain") else commit


def _code_files(project_dir: Path) -> Iterator[Path]:
    for name in _CODE:
        place = project_dir / name
        found = [place] if place.is_file() else sorted(place.rglob("*"))
        yield from (path for path in found if path.is_file() and path.suffix in _CODE_SUFFIXES)


def _git(project_dir: Path, *arguments: str) -> str | None:
    if not (project_dir / ".git").exists():
        return None
    try:
        command = ["git", "-C", str(project_dir), *arguments]
        result = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.strip() if result.returncode == 0 else None


@cache
def _version_of(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
