"""The resource that all steps of a run share: places, the writer's lock, the quality worker.

The lock must span a run from landing to publishing. It lives in the writer, not in Dagster's limits, because
`dagster job execute` passes every one of them. All jobs run in one process (in_process_executor), where a
resource lives as long as the run: the first step that writes takes the lock, the run's end lets it go. Under
any other executor each step would take it for itself; that is slower but safe too, since a build is whole or
leaves no record, and only a recorded build is published (fence: `orchestration/building/record.py`).
"""

from contextlib import ExitStack
from datetime import date
from typing import Any

import dagster as dg
from pydantic import Field, PrivateAttr

from orchestration.errors import EXIT_LOCKED, EXIT_REFUSED, EXIT_USAGE, ShequnError
from orchestration.lock import writer_lock
from orchestration.progress import Progress
from orchestration.quality import QualityWorker
from orchestration.reports import AuditReport
from orchestration.settings import Settings, load_settings

POOL = "warehouse"
LOCK_RETRIES = 20
LOCK_RETRY_SECONDS = 30
# A full disk or a killed child may heal; refused data and wrong settings do not.
RETRIES = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL)


class Warehouse(dg.ConfigurableResource):  # type: ignore[type-arg]
    """What the command line's options are to a run.

    Attributes:
        exports: Inbox; empty for the home's own.
        as_of: Last day to count, YYYY-MM-DD; empty for the latest landed day.
        full_refresh: Build every model from the start, also with nothing new.
        strict: A refused file stops the run before anything is published.
        dbt_vars: Rules to change.
    """

    exports: str = ""
    as_of: str = ""
    full_refresh: bool = False
    strict: bool = False
    dbt_vars: dict[str, Any] = Field(default_factory=dict)

    _open: ExitStack = PrivateAttr(default_factory=ExitStack)
    _is_locked: bool = PrivateAttr(default=False)
    _worker: QualityWorker | None = PrivateAttr(default=None)
    _raw_audit: AuditReport | None = PrivateAttr(default=None)

    def settings(self) -> Settings:
        """Places and choices of this run; the home is that of the process (`SHEQUN_HOME`)."""
        as_of = date.fromisoformat(self.as_of) if self.as_of else None
        return load_settings(exports=self.exports or None, as_of=as_of, dbt_vars=self.dbt_vars)

    def open_for_writing(self) -> Settings:
        """Take the writer's lock, unless this run has it, and give the settings.

        Raises:
            RetryRequested: somebody else is writing; the step waits and asks again.
        """
        settings = self.settings()
        if self._is_locked:
            return settings
        try:
            self._open.enter_context(writer_lock(settings, "dagster"))
        except ShequnError as error:
            if error.exit_code != EXIT_LOCKED:
                raise
            raise dg.RetryRequested(max_retries=LOCK_RETRIES, seconds_to_wait=LOCK_RETRY_SECONDS) from error
        self._is_locked = True
        settings.create_folders()
        # Great Expectations takes seconds to load; it does so while files land.
        self.worker().start()
        return settings

    def worker(self) -> QualityWorker:
        """The quality worker of this run, started at first use."""
        if self._worker is None:
            self._worker = self._open.enter_context(QualityWorker(self.settings()))
        return self._worker

    def raw_audit(self) -> AuditReport:
        """The audit of what has landed, once a run."""
        if self._raw_audit is None:
            self._raw_audit = self.worker().audit_raw(self.open_for_writing(), self.full_refresh)
        return self._raw_audit

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Let the worker and the lock go with the run."""
        self._open.close()
        self._is_locked = False


class LogProgress(Progress):
    """Tells a run's log which stage has begun."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        self._log = log

    def stage(self, key: str, total: int | None = None) -> None:
        self._log.info(key if total is None else f"{key}: {total}")


def failure(error: ShequnError) -> dg.Failure:
    """`error` as Dagster's own; refused data and wrong settings are not tried again."""
    return dg.Failure(
        description=error.text("en"),
        metadata={"key": error.key, "exit_code": error.exit_code},
        allow_retries=error.exit_code not in (EXIT_USAGE, EXIT_REFUSED),
    )
