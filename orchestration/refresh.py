"""The whole way from the inbox to a published version, and its steps for whoever runs them one by one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from orchestration.building import build_models, check_vars
from orchestration.errors import EXIT_REFUSED, ShequnError
from orchestration.fingerprint import current_origin
from orchestration.inbox import inbox_files
from orchestration.landing import land_inbox
from orchestration.lock import writer_lock
from orchestration.progress import Progress
from orchestration.publishing import (
    PublicationRefused,
    list_versions,
    publish,
    remove_leftovers,
    settle_current,
)
from orchestration.quality import QualityWorker
from orchestration.reports import AuditReport, CheckResult, PublishedVersion, RefreshReport
from orchestration.settings import PROJECT_DIR, Settings


class RefreshRefused(ShequnError):
    """Checks failed: nothing was published, the last good version stays.

    Attributes:
        report: What happened up to there.
    """

    def __init__(self, key: str, report: RefreshReport, **params: object) -> None:
        self.report = report
        super().__init__(key, EXIT_REFUSED, **params)


def refresh(
    settings: Settings,
    progress: Progress,
    full_refresh: bool = False,
    strict: bool = False,
    project_dir: Path = PROJECT_DIR,
) -> RefreshReport:
    """Land what is new, build, check and publish; one writer at a time.

    With nothing new nothing is built, unless an earlier run was interrupted after landing: then inputs,
    code or choices differ from those of the newest version, and the build is done now.

    Args:
        settings: The home and the choices of this run.
        progress: Hears every stage.
        full_refresh: Build, and build from nothing, even with nothing new.
        strict: Publish nothing when a file of the inbox is refused.
        project_dir: The dbt project.

    Raises:
        RefreshRefused: checks failed, no file of the inbox could be read, or with `strict` one could not
            (exit 3); it holds the report so far.
        ShequnError: another writer (exit 4), bad settings (exit 2), a step that failed (exit 1).
    """
    started = time.monotonic()
    check_vars(settings.dbt_vars, project_dir)
    with writer_lock(settings, "refresh"):
        settings.create_folders()
        remove_leftovers(settings)
        with _early_worker(settings) as worker:
            report = RefreshReport(landing=land_inbox(settings, progress))
            require_readable(report, strict)
            if not full_refresh and is_up_to_date(settings, project_dir):
                report = replace(report, nothing_new=True)
            else:
                report = _renew(settings, progress, worker, report, full_refresh, project_dir)
    return replace(report, seconds=time.monotonic() - started)


def is_up_to_date(settings: Settings, project_dir: Path = PROJECT_DIR) -> bool:
    """Whether the newest version was made from just these inputs, this code and these choices.

    After a rollback the version that was set aside still answers, so that a refresh with nothing new
    neither undoes nor repeats what was decided.
    """
    newest = next(iter(list_versions(settings)), None)
    if newest is None or newest.manifest["fingerprint"] != current_origin(settings, project_dir).fingerprint:
        return False
    return settle_current(settings) is not None


def audit_raw_step(
    settings: Settings, progress: Progress, worker: QualityWorker, anew: bool = False
) -> AuditReport:
    """Audit what the gate has landed since an audit passed; `anew`, all that ever landed."""
    progress.stage("audit_raw")
    return worker.audit_raw(settings, anew)


def publish_step(
    settings: Settings, progress: Progress, worker: QualityWorker, checks: Sequence[CheckResult]
) -> tuple[PublishedVersion, AuditReport]:
    """Publish the finished build; the audit of its copy decides.

    The results of the audit of raw, `checks`, go into the manifest.

    Raises:
        PublicationRefused: the audit failed.
    """
    audits: list[AuditReport] = []

    def audit(copy: Path) -> AuditReport:
        audits.append(worker.audit_published(settings, copy))
        return audits[0]

    version = publish(settings, audit, checks, progress)
    return version, audits[0]


def _renew(
    settings: Settings,
    progress: Progress,
    worker: QualityWorker,
    report: RefreshReport,
    full_refresh: bool,
    project_dir: Path,
) -> RefreshReport:
    raw_audit = audit_raw_step(settings, progress, worker, anew=full_refresh)
    report = replace(report, raw_audit=raw_audit)
    _require_passed(report, raw_audit.checks, "raw")
    build = build_models(settings, progress, full_refresh, project_dir)
    report = replace(report, build=build)
    _require_passed(report, build.checks, "build")
    try:
        version, audit = publish_step(settings, progress, worker, raw_audit.checks)
    except PublicationRefused as refusal:
        report = replace(report, published_audit=refusal.audit)
        _require_passed(report, refusal.audit.checks, "published")
        raise
    return replace(report, published_audit=audit, published=version)


def require_readable(report: RefreshReport, strict: bool) -> None:
    """Refuse where no file of the inbox could be read, or, if `strict`, where one could not."""
    refused = report.landing.with_status("refused")
    is_anything_else = report.landing.with_status("landed") or report.landing.with_status("unchanged")
    if refused and not is_anything_else:
        raise RefreshRefused("refresh.all_refused", report, count=len(refused), path=refused[0].path)
    if refused and strict:
        raise RefreshRefused("refresh.files_refused", report, count=len(refused), path=refused[0].path)


def _require_passed(report: RefreshReport, checks: Sequence[CheckResult], step: str) -> None:
    """Refuse, naming the first check that failed; wrong data come before a check that broke."""
    for status in ("fail", "error"):
        found = [check for check in checks if check.status == status]
        if found:
            first = found[0]
            raise RefreshRefused(
                f"refresh.{status}_in_{step}",
                report,
                count=len(found),
                **first.params(),
            )


@contextmanager
def _early_worker(settings: Settings) -> Iterator[QualityWorker]:
    """A quality worker, started at once where the inbox looks new: its start then overlaps landing."""
    with QualityWorker(settings) as worker:
        if _looks_new(settings):
            worker.start()
        yield worker


def _looks_new(settings: Settings) -> bool:
    """Whether something was put into the inbox since the newest version; a guess that only costs time."""
    try:
        published_at = settings.current_link.lstat().st_mtime
        return any(path.lstat().st_ctime > published_at for path in inbox_files(settings))
    except OSError:
        return True
