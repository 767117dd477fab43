"""Runs expectations through Great Expectations and puts the results in this project's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import great_expectations as gx
from great_expectations.core.run_identifier import RunIdentifier
from sqlalchemy import event
from sqlalchemy.pool import Pool

from orchestration.messages import LANGUAGES, say
from orchestration.quality.rules import Asset
from orchestration.reports import CheckResult

# Without these every SQL metric fails on DuckDB: Great Expectations closes the connection before it fetches,
# and the rollback of that close clears the pending result.
_ENGINE_ARGUMENTS = {
    "isolation_level": "AUTOCOMMIT",
    "pool_reset_on_return": None,
    "skip_autocommit_rollback": True,
}


class Validation:
    """One run of one suite against one database file.

    Args:
        suite: "raw" or "published".
        database: The file; opened read-only.
        assets: What is expected, by batch.
        memory: Bytes that DuckDB may hold.
        attached: A second file that rules name, by its stem.
    """

    def __init__(
        self, suite: str, database: Path, assets: Sequence[Asset], memory: int, attached: Path | None = None
    ) -> None:
        self._context: Any = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = {"globally": False}
        self._suite = suite
        self._connections: list[Any] = []
        self._attached = attached
        event.listen(Pool, "connect", self._remember)
        self._source = self._context.data_sources.add_sql(
            suite,
            connection_string=f"duckdb:///{database}",
            kwargs=_ENGINE_ARGUMENTS
            | {"connect_args": {"read_only": True, "config": {"memory_limit": f"{memory}B"}}},
        )
        self._definition = self._define(assets)

    def run(self, moment: datetime) -> tuple[CheckResult, ...]:
        """Check everything; a check that cannot be run has the status error, not fail."""
        checkpoint = self._context.checkpoints.add(
            gx.Checkpoint(
                name=self._suite,
                validation_definitions=[self._definition],
                result_format={"result_format": "SUMMARY"},
            )
        )
        run = checkpoint.run(run_id=RunIdentifier(run_name=self._suite, run_time=moment))
        self._close_connections()
        return tuple(
            check_result(result) for validation in run.run_results.values() for result in validation.results
        )

    def _close_connections(self) -> None:
        """Close the file: Great Expectations keeps it open in pools, and dbt could not write to it."""
        event.remove(Pool, "connect", self._remember)
        while self._connections:
            self._connections.pop().close()

    def _remember(self, connection: Any, _record: Any) -> None:
        self._connections.append(connection)
        if self._attached is not None and self._attached.exists():
            path = str(self._attached).replace("'", "''")
            connection.cursor().execute(f"attach if not exists '{path}' as {self._attached.stem} (read_only)")

    def write_data_docs(self, folder: Path) -> None:
        """Render the results as pages into `folder`."""
        write_data_docs(self._context, folder)

    def _define(self, assets: Sequence[Asset]) -> gx.ValidationDefinition:
        """One batch for all: every rule names its table, and a further batch would cost what ten rules do."""
        expectations = [expectation for asset in assets for expectation in asset.expectations()]
        suite = self._context.suites.add(gx.ExpectationSuite(name=self._suite, expectations=expectations))
        batches = self._source.add_query_asset(self._suite, query="select 1 as one")
        definition = gx.ValidationDefinition(
            name=self._suite, data=batches.add_batch_definition_whole_table("the file"), suite=suite
        )
        added: gx.ValidationDefinition = self._context.validation_definitions.add(definition)
        return added


def write_data_docs(context: Any, folder: Path) -> None:
    """Pages of the validation results alone: the expectations are part of them."""
    for site in list(context.get_site_names()):
        context.delete_data_docs_site(site)
    context.add_data_docs_site(
        "shequn",
        {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(folder),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "site_section_builders": {"expectations": "None", "profiling": "None"},
        },
    )
    context.build_data_docs(site_names=["shequn"])


def check_result(result: Any) -> CheckResult:
    """One expectation's outcome.

    Great Expectations reports an expectation that raised as a failure; the exception tells them apart.
    """
    config = result.expectation_config
    cause = next(_exceptions(result.exception_info), None)
    failures = 0 if result.success or cause else int(result.result["observed_value"])
    status: Literal["pass", "warn", "fail", "error"] = "pass"
    message = dict.fromkeys(LANGUAGES, "")
    if cause is not None:
        status, message = "error", dict.fromkeys(LANGUAGES, cause)
    elif not result.success:
        status = "warn" if str(getattr(config.severity, "value", config.severity)) == "warning" else "fail"
        message = {lang: say("quality.rows_fail", lang, failures=failures) for lang in LANGUAGES}
    return CheckResult(
        kind="expectation",
        name=config.meta["en"],
        where=config.meta["where"],
        status=status,
        failures=failures,
        message=message["en"],
        name_zh=config.meta["zh"],
        message_zh=message["zh"],
    )


def _exceptions(info: dict[str, Any] | None) -> Iterator[str]:
    """First lines of the exceptions in `exception_info`, which is one record or one by metric."""
    for record in [info or {}, *(part for part in (info or {}).values() if isinstance(part, dict))]:
        if record.get("raised_exception"):
            text = str(record.get("exception_message") or "the expectation could not be evaluated")
            yield next((line.strip() for line in text.splitlines() if line.strip()), text)[:300]
