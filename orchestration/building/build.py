"""The whole build: dbt, its tests, and what is left over from models that are gone.

After an unclean end the whole build runs again: `dbt retry` was seen to say that nothing is to do
while the warehouse was incomplete. It serves a run that ended by itself, and wanted memory.
"""

from __future__ import annotations

import shutil
import time
from functools import partial
from pathlib import Path
from typing import Any

from orchestration.building.basis import reason_to_begin_anew, record_basis
from orchestration.building.dbt import (
    DbtRun,
    check_vars,
    dbt_arguments,
    forget_parse_of_elsewhere,
    read_results,
    retry_arguments,
    run_dbt,
)
from orchestration.building.record import forget_build, record_build
from orchestration.building.relations import ask_build, drop_unmodelled_relations
from orchestration.building.results import (
    OUT_OF_MEMORY,
    Manifest,
    check_results,
    failed_model,
    ran_out_of_memory,
)
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
        ShequnError: `building.failed`, `building.disk_full` or `building.out_of_memory` (exit 1) when a
            model or dbt itself fails;
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
    run, results = _build(settings, progress, reason is not None, project_dir)
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


def _build(
    settings: Settings, progress: Progress, anew: bool, project_dir: Path
) -> tuple[DbtRun, list[dict[str, Any]] | None]:
    """One build and its results; models too large to be worked out side by side are built one by one.

    Half a refresh by slices does not tell what changed, so that one begins anew.
    """
    run = run_dbt(settings, progress, dbt_arguments(settings, anew, project_dir))
    results = read_results(settings, run.invocation_id)
    if results is None or not ran_out_of_memory(results):
        return run, results
    progress.note(say("building.memory"))
    one_by_one = (
        retry_arguments(settings, project_dir)
        if anew
        else [*dbt_arguments(settings, True, project_dir), "--threads", "1"]
    )
    run = run_dbt(settings, progress, one_by_one)
    again = read_results(settings, run.invocation_id)
    if again is None:
        return run, None
    retried = {result["unique_id"] for result in again}
    return run, [result for result in results if result["unique_id"] not in retried] + again


def _failure(settings: Settings, cause: str) -> ShequnError:
    full = (
        any(sign in cause for sign in _DISK_FULL_SIGNS)
        or shutil.disk_usage(settings.home).free < _LEAST_FREE_BYTES
    )
    key = "disk_full" if full else "out_of_memory" if OUT_OF_MEMORY in cause else "failed"
    return ShequnError(
        f"building.{key}",
        EXIT_FAILURE,
        cause=cause,
        log=settings.logs_dir / "dbt.log",
        memory=f"{settings.memory / 1e9:.1f} GB",
    )
