"""dbt's manifest for the asset graph, parsed once for each state of the code."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from orchestration.building.dbt import common_arguments, run_dbt
from orchestration.errors import ShequnError
from orchestration.fingerprint import code_fingerprint
from orchestration.progress import Progress
from orchestration.settings import PROJECT_DIR, Settings

# Far longer than a parse: what is younger, another process may still be writing or about to read.
IN_USE_SECONDS = 3600


def prepare_manifest(settings: Settings, project_dir: Path = PROJECT_DIR) -> dict[str, Any]:
    """The manifest of the models as they are now.

    Every process of a Dagster run loads the definitions again, also while a build is running: so the
    manifest stands in a folder named after the code, not where a build writes its own.

    Raises:
        ShequnError: `building.failed`, when dbt cannot parse the project.
    """
    settings.create_folders()
    place = settings.build_dir / "manifests"
    folder = place / code_fingerprint(project_dir)[:16]
    path = folder / "manifest.json"
    if not path.exists():
        partial = place / f".tmp-{uuid.uuid4().hex}"
        try:
            _parse(settings, project_dir, partial)
            # Another process that parsed the same code may have been faster.
            with suppress(OSError):
                partial.rename(folder)
            _forget_older(place, folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def _parse(settings: Settings, project_dir: Path, target: Path) -> None:
    target.mkdir(parents=True)
    arguments = common_arguments(settings, target, project_dir)
    run = run_dbt(settings, Progress(), ["parse", "--no-partial-parse", *arguments])
    if run.return_code != 0 or not (target / "manifest.json").exists():
        raise ShequnError("building.failed", cause=run.cause, log=settings.logs_dir / "dbt.log")


def _forget_older(place: Path, wanted: Path) -> None:
    """Remove the manifests of earlier code and what a killed parse left behind, once they are old."""
    for other in place.iterdir():
        # Another process may be removing the same one.
        with suppress(FileNotFoundError):
            if other != wanted and time.time() - other.stat().st_mtime > IN_USE_SECONDS:
                shutil.rmtree(other, ignore_errors=True)
