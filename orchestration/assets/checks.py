"""Quality suites as blocking asset checks: one factory, one way to tell what failed."""

from collections.abc import Callable, Sequence

import dagster as dg

from orchestration.assets.warehouse import POOL, Warehouse, failure
from orchestration.errors import ShequnError
from orchestration.reports import AuditReport, CheckResult

SHOWN_FAILURES = 50


def suite_spec(suite: str, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """The check that stands for a suite; what depends on `asset` waits for it."""
    return dg.AssetCheckSpec(
        name=f"{suite}_suite",
        asset=asset,
        blocking=True,
        description=f"The Great Expectations suite `{suite}`; where it fails nothing is published.",
    )


def suite_check(
    suite: str, asset: dg.AssetKey, audit: Callable[[Warehouse], AuditReport]
) -> dg.AssetChecksDefinition:
    """A blocking check that runs a suite after `asset`.

    Args:
        suite: Its name.
        asset: What it looks at.
        audit: Runs it.
    """

    @dg.multi_asset_check(name=f"audit_{suite}", specs=[suite_spec(suite, asset)], pool=POOL)
    def check(warehouse: Warehouse) -> dg.AssetCheckResult:
        try:
            return suite_result(audit(warehouse), asset)
        except ShequnError as error:
            raise failure(error) from error

    return check


def suite_result(report: AuditReport, asset: dg.AssetKey) -> dg.AssetCheckResult:
    """A suite's outcome: passed unless something failed or broke, with what did not pass as a table."""
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=f"{report.suite}_suite",
        passed=report.success,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "checks": len(report.checks),
            "seconds": report.seconds,
            "not_passed": _table([check for check in report.checks if check.status != "pass"]),
        },
    )


def _table(checks: Sequence[CheckResult]) -> dg.TableMetadataValue:
    columns = ("status", "name", "where", "failures", "message")
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord({column: str(getattr(check, column)) for column in columns})
            for check in checks[:SHOWN_FAILURES]
        ],
        schema=dg.TableSchema(columns=[dg.TableColumn(column) for column in columns]),
    )
