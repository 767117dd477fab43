"""The whole build: dbt, its tests, and what is left over from models that are gone.

After an unclean end the whole build runs again: `dbt retry` was seen to say that nothing is to do
while the warehouse was incomplete.
"""

from __future__ import annotations

import shutil
import time
from functools import partial
from pathlib import Path

from orchestration.building.basis import reason_to_begin_anew, record_basis
from orchestration.building.dbt import (
    check_vars,
    dbt_arguments,
    forget_parse_of_elsewhere,
    read_results,
    run_dbt,
)
from orchestration.building.record import forget_build, record_build
from orchestration.building.relations import ask_build, drop_unmodelled_relations
from orchestration.building.results import Manifest, check_results, failed_model
from orchestration.errors import EXIT_FAILURE, ShequnError
from orchestration.fingerprint import current_origin
from orchestration.messages import say
from orchestration.progress import Progress
from orchestration.reports import BuildReport
from orchestration.settings import PROJECT_DIR, Settings

_DISK_FULL_SIGNS = ("No space left on device", "Errno 28", "Could not write", "Disk quota exceeded")
_LEAST_FREE_BYTES = 1 << 20


def build_models(
    settings: Settings, progress: Progress, full_refresh: bool = False, project_dir: Path = PROJECT_DIR
) -> BuildReport:
    """Bring every model up to date, or build all anew; test; drop what no model makes any more.

    A build that passes all its tests is written down (`build_record`) for the publisher; a build that
    does not leaves no record, so it cannot be published.

    Args:
        settings: The home to build in; the caller holds its `writer_lock`.
        progress: Hears the stage "build", once more when the number of nodes is known, then each node.
        full_refresh: Build all anew in any case.
        project_dir: The dbt project.

    Returns:
        Every test with its outcome; `success` is False where a test fails or could not run.

    Raises:
        ShequnError: `building.failed` or `building.disk_full` (exit 1) when a model or dbt itself fails;
            `building.var_template` or `building.var_unknown` (exit 2) for variables dbt must not see.
    """
    started = time.monotonic()
    check_vars(settings.dbt_vars, project_dir)
    settings.create_folders()
    forget_build(settings)
    origin = current_origin(settings, project_dir)
    progress.stage("build")
    reason = "asked" if full_refresh else reason_to_begin_anew(settings, origin)
    if reason is not None:
        progress.note(say(f"building.anew_{reason}"))
    forget_parse_of_elsewhere(settings, project_dir)
    run = run_dbt(settings, progress, dbt_arguments(settings, reason is not None, project_dir))
    results = read_results(settings, run.invocation_id)
    manifest = Manifest.read(settings.target_dir / "manifest.json")
    if run.return_code not in (0, 1) or results is None or manifest is None:
        raise _failure(settings, run.cause)
    broken = failed_model(results, manifest)
    if broken is not None:
        raise _failure(settings, broken)
    checks = check_results(results, manifest, partial(ask_build, settings))
    models = sum(
        result["unique_id"].startswith("model.") and result["status"] == "success" for result in results
    )
    report = BuildReport(models, checks, time.monotonic() - started)
    if run.return_code != 0 and report.success:
        raise _failure(settings, run.cause)
    if report.success:
        drop_unmodelled_relations(settings, manifest)
        record_basis(settings, origin)
        record_build(settings, origin, report)
    return report


def _failure(settings: Settings, cause: str) -> ShequnError:
    full = (
        any(sign in cause for sign in _DISK_FULL_SIGNS)
        or shutil.disk_usage(settings.home).free < _LEAST_FREE_BYTES
    )
    key = "building.disk_full" if full else "building.failed"
    return ShequnError(key, EXIT_FAILURE, cause=cause, log=settings.logs_dir / "dbt.log")
