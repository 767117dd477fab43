"""One dbt process: it shares the writer's lock, dies with the writer and tells what it does."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from orchestration.building.results import one_line
from orchestration.child import child_command, child_environment
from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.fingerprint import choices
from orchestration.lock import held_fd
from orchestration.progress import Progress
from orchestration.settings import PROJECT_DIR, Settings

_TEMPLATE_MARKS = ("{{", "{%", "{#")


def dbt_arguments(settings: Settings, full_refresh: bool, project_dir: Path = PROJECT_DIR) -> list[str]:
    """Arguments of `dbt` for one build of everything, or of what new rows change; every path is absolute.

    Unit tests are of the code, with the vars as they stand in the project: they are the test suite's.
    """
    extent = ["--full-refresh"] if full_refresh else ["--selector=new_rows"]
    common = common_arguments(settings, settings.target_dir, project_dir)
    return ["build", "--exclude-resource-type=unit_test", *extent, *common]


def retry_arguments(settings: Settings, project_dir: Path = PROJECT_DIR) -> list[str]:
    """Arguments of `dbt` for what failed or was skipped in the build before, one after the other."""
    return ["retry", "--threads", "1", *common_arguments(settings, settings.target_dir, project_dir)]


def common_arguments(settings: Settings, target: Path, project_dir: Path = PROJECT_DIR) -> list[str]:
    """Arguments of every `dbt` command: where things are, the choices, what is logged."""
    return [
        *("--project-dir", str(project_dir)),
        *("--profiles-dir", str(project_dir)),
        *("--target-path", str(target)),
        *("--log-path", str(settings.logs_dir)),
        *("--log-level", "none"),  # of stdout, where dbt_process says what matters
        *("--log-level-file", "info"),  # at debug every statement is written, 10 MB a build
        "--no-use-colors-file",
        *("--vars", json.dumps(choices(settings), default=str)),
    ]


def dbt_environment(settings: Settings) -> dict[str, str]:
    """Environment of `dbt`, which runs in the home and tells nobody outside.

    It names no path, because dbt parses the models anew where such a setting differs.
    """
    return child_environment(
        SHEQUN_HOME=".",
        SHEQUN_MEMORY=f"{settings.memory}B",
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
        DO_NOT_TRACK="1",
    )


def forget_parse_of_elsewhere(settings: Settings, project_dir: Path) -> None:
    """Have dbt parse anew where the project was moved: its stored parse finds seeds in the old folder."""
    parsed_in = settings.target_dir / "parsed_in.txt"
    if not parsed_in.is_file() or parsed_in.read_text(encoding="utf-8") != str(project_dir):
        (settings.target_dir / "partial_parse.msgpack").unlink(missing_ok=True)
        settings.target_dir.mkdir(parents=True, exist_ok=True)
        parsed_in.write_text(str(project_dir), encoding="utf-8")


def check_vars(dbt_vars: dict[str, Any], project_dir: Path = PROJECT_DIR) -> None:
    """Refuse variables that the project does not know, wrong values, and templates, which dbt would render.

    Raises:
        ShequnError: `building.var_unknown`, `building.var_value` or `building.var_template` (exit 2).
    """
    project = yaml.safe_load((project_dir / "dbt_project.yml").read_text(encoding="utf-8"))
    known = project.get("vars") or {}
    for name, value in dbt_vars.items():
        if any(mark in text for text in (name, json.dumps(value, default=str)) for mark in _TEMPLATE_MARKS):
            raise ShequnError("building.var_template", EXIT_USAGE, name=name)
        if name not in known:
            raise ShequnError("building.var_unknown", EXIT_USAGE, name=name, known=", ".join(sorted(known)))
        if not _is_like(value, known[name]):
            example = known[name] if known[name] is not None else "2026-01-31"
            raise ShequnError("building.var_value", EXIT_USAGE, name=name, value=value, example=example)


def _is_like(value: Any, default: Any) -> bool:
    """Whether a value is of its default's kind: a positive whole number, a list of them, a text, a date."""
    if isinstance(default, list):
        return isinstance(value, list) and bool(value) and all(_is_like(item, 1) for item in value)
    if isinstance(default, int):
        return isinstance(value, int) and not isinstance(value, bool) and value > 0
    if isinstance(default, str):
        return isinstance(value, str)
    if value is None or isinstance(value, date):
        return not isinstance(value, datetime)
    try:
        return bool(date.fromisoformat(value).isoformat() == value)
    except (TypeError, ValueError):
        return False


@dataclass
class DbtRun:
    """What is heard from one dbt process."""

    return_code: int = -1
    invocation_id: str = ""
    total: int | None = None
    errors: list[str] = field(default_factory=list)
    error_output: str = ""

    @property
    def cause(self) -> str:
        """One line on why it ended badly."""
        for text in (*self.errors, self.error_output.strip().rpartition("\n")[2]):
            line = one_line(text)
            if line:
                return line
        return f"dbt ended with code {self.return_code}"


def run_dbt(settings: Settings, progress: Progress, arguments: list[str]) -> DbtRun:
    """Run `dbt` to its end, or kill it where this function is left early."""
    run = DbtRun()
    lock = held_fd(settings)
    error_log = settings.logs_dir / "dbt-stderr.log"
    with error_log.open("w+", encoding="utf-8", errors="replace") as error_stream:
        child = subprocess.Popen(
            child_command("orchestration.building.dbt_process", arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=error_stream,
            cwd=settings.home,
            env=dbt_environment(settings),
            pass_fds=() if lock is None else (lock,),
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        try:
            assert child.stdout is not None
            for line in child.stdout:
                _hear(run, progress, line)
            run.return_code = child.wait()
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        error_stream.seek(0)
        run.error_output = error_stream.read()
    return run


def _hear(run: DbtRun, progress: Progress, line: str) -> None:
    """Take one line of `dbt_process`; whatever else a model may print is none."""
    try:
        said = json.loads(line)
    except ValueError:
        return
    if not isinstance(said, dict):
        return
    run.invocation_id = said.get("invocation_id", run.invocation_id)
    if "error" in said:
        run.errors.append(said["error"])
    if run.total is None and "total" in said:
        run.total = int(said["total"])
        progress.stage("build", run.total)
    if "finished" in said:
        progress.advance(said["finished"])


def read_results(settings: Settings, invocation_id: str) -> list[dict[str, Any]] | None:
    """Results of this very dbt process; after an unclean end the file is still an earlier one's."""
    with suppress(OSError, ValueError):
        content = json.loads((settings.target_dir / "run_results.json").read_text(encoding="utf-8"))
        if content["metadata"]["invocation_id"] == invocation_id:
            results: list[dict[str, Any]] = content["results"]
            return results
    return None
