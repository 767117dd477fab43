"""Asks the worker process for audits, over JSON lines on its stdin and stdout."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import duckdb

from orchestration.child import child_command, child_environment
from orchestration.errors import ShequnError
from orchestration.fingerprint import current_origin
from orchestration.quality.audited import record_audit, take_back_audit
from orchestration.reports import AuditReport, CheckResult
from orchestration.settings import Settings

_CLOSE_SECONDS = 120


class QualityWorker:
    """One worker process for the audits of a refresh; it starts on the first request unless told earlier.

    Use it as a context manager: leaving it waits until the Data Docs are written, and kills a worker that
    was never asked, or where an unforeseen exception is on its way.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[str] | None = None
        self._was_asked = False

    def start(self) -> None:
        """Start the process; it loads Great Expectations while the caller does something else."""
        if self._process is not None:
            return
        self._settings.create_folders()
        self._log = self._log_path.open("a", encoding="utf-8")
        self._process = subprocess.Popen(
            child_command("orchestration.quality.worker", [str(self._settings.home)]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=child_environment(
                GX_ANALYTICS_ENABLED="false",
                DO_NOT_TRACK="1",
                SHEQUN_TIMEZONE=self._settings.business_timezone,
            ),
            text=True,
            encoding="utf-8",
        )

    def audit_raw(self, settings: Settings, anew: bool = False) -> AuditReport:
        """Audit the private file's schema raw; nobody may be writing to it.

        Args:
            settings: The home.
            anew: Look at all that ever landed, not only at what landed since an audit passed.

        Raises:
            ShequnError: `quality.worker_failed`.
        """
        try:
            origin = current_origin(settings)
            passed = take_back_audit(settings, origin)
        except duckdb.Error as error:
            raise self._failure(str(error).partition("\n")[0]) from error
        since = None if anew else passed
        report = self._ask({"suite": "raw", "database": str(settings.private_db), "since": since})
        if report.success:
            record_audit(settings, origin)
        return report

    def audit_published(self, settings: Settings, database: Path) -> AuditReport:
        """Audit a copy of the warehouse file.

        Raises:
            ShequnError: `quality.worker_failed`.
        """
        return self._ask({"suite": "published", "database": str(database)})

    def close(self) -> None:
        """Let the worker finish its Data Docs and end."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            try:
                self._process.wait(_CLOSE_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        self._forget()

    def kill(self) -> None:
        """End the worker at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._forget()

    def __enter__(self) -> QualityWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._was_asked and (kind is None or issubclass(kind, ShequnError)):
            self.close()
        else:
            self.kill()

    @property
    def _log_path(self) -> Path:
        return self._settings.logs_dir / "quality.log"

    def _ask(self, request: dict[str, Any]) -> AuditReport:
        self.start()
        self._was_asked = True
        assert self._process is not None and self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except OSError:
            line = ""
        if not line:
            self.kill()
            raise self._failure("the worker ended")
        reply = json.loads(line)
        if "failure" in reply:
            raise self._failure(reply["failure"])
        checks = tuple(CheckResult(**check) for check in reply["checks"])
        return AuditReport(reply["suite"], checks, reply["seconds"])

    def _failure(self, cause: str) -> ShequnError:
        return ShequnError("quality.worker_failed", cause=cause, log=self._log_path)

    def _forget(self) -> None:
        if self._process is not None:
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None and not stream.closed:
                    with suppress(BrokenPipeError):  # what was still to be said to a dead worker
                        stream.close()
        if self._log is not None:
            self._log.close()
        self._process = self._log = None


def audit_raw(settings: Settings) -> AuditReport:
    """Audit raw with a worker of its own."""
    with QualityWorker(settings) as worker:
        return worker.audit_raw(settings)


def audit_published(settings: Settings, db_path: Path) -> AuditReport:
    """Audit a copy of the warehouse file with a worker of its own."""
    with QualityWorker(settings) as worker:
        return worker.audit_published(settings, db_path)
