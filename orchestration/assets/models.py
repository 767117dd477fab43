"""dbt's models as assets with their lineage, and its tests as asset checks.

The build is the command line's: one whole `dbt build` under the run's lock. dagster-dbt gives the graph; its
own way of starting dbt is not used, because that child would neither inherit the lock nor die with the run.
A selection of some models builds all of them too, since only a whole build may be published, and reports
the selected ones.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from orchestration.assets.warehouse import POOL, RETRIES, LogProgress, Warehouse, failure
from orchestration.building import build_models
from orchestration.building.relations import ask_build
from orchestration.building.results import Manifest, check_results
from orchestration.errors import ShequnError
from orchestration.publishing.manifest import count_rows
from orchestration.refresh import is_up_to_date
from orchestration.reports import BuildReport, CheckResult
from orchestration.settings import Settings

TABLES = ("model.", "seed.", "snapshot.")
Event = dg.Output[None] | dg.AssetCheckResult


def model_assets(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """One step that builds every model of `manifest`; it skips what follows where nothing is new."""
    translator = DagsterDbtTranslator()

    @dbt_assets(
        manifest=manifest,
        name="dbt_build",
        dagster_dbt_translator=translator,
        pool=POOL,
        retry_policy=RETRIES,
    )
    def build(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Event]:
        settings = warehouse.open_for_writing()
        if not warehouse.full_refresh and is_up_to_date(settings):
            context.log.info("nothing has changed since the newest version: nothing to build or publish")
            return
        try:
            report = build_models(settings, LogProgress(context.log), warehouse.full_refresh)
        except ShequnError as error:
            raise failure(error) from error
        yield from build_events(context, manifest, translator, settings)
        if not report.success:
            raise _tests_failed(report)

    return build


def build_events(
    context: dg.AssetExecutionContext,
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
    settings: Settings,
) -> Iterator[Event]:
    """What dbt's own account of the build says of each selected model and test."""
    results = json.loads((settings.target_dir / "run_results.json").read_text(encoding="utf-8"))["results"]
    rows = count_rows(settings.warehouse_db)
    built = {result["unique_id"] for result in results}
    # What new rows do not change (selectors.yml) stands as it was.
    standing = [name for name in manifest["nodes"] if name.startswith(TABLES) and name not in built]
    results += [{"unique_id": name, "status": "success", "execution_time": 0.0} for name in standing]
    for result in results:
        unique_id = result["unique_id"]
        if unique_id not in manifest["nodes"]:
            continue
        if unique_id.startswith(TABLES):
            yield from _model_event(context, manifest, translator, rows, result)
        elif unique_id.startswith("test."):
            checks = check_results([result], Manifest(dict(manifest)), partial(ask_build, settings))
            yield from _test_event(context, manifest, translator, result, checks)


def _model_event(
    context: dg.AssetExecutionContext,
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
    rows: Mapping[str, int],
    result: Mapping[str, Any],
) -> Iterator[dg.Output[None]]:
    key = translator.get_asset_spec(manifest, result["unique_id"], None).key
    if result["status"] != "success" or key not in context.selected_asset_keys:
        return
    node = manifest["nodes"][result["unique_id"]]
    metadata: dict[str, Any] = {"seconds": result["execution_time"]}
    count = rows.get(f"{node['schema']}.{node['alias']}")
    if count is not None:
        metadata["dagster/row_count"] = count
    yield dg.Output(value=None, output_name=key.to_python_identifier(), metadata=metadata)


def _test_event(
    context: dg.AssetExecutionContext,
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
    result: Mapping[str, Any],
    checks: Sequence[CheckResult],
) -> Iterator[dg.AssetCheckResult]:
    key = get_asset_check_key_for_test(manifest, translator, result["unique_id"], project=None)
    if key is None or key not in context.selected_asset_check_keys or result["status"] == "skipped":
        return
    is_warning = result["status"] == "warn"
    yield dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result["status"] == "pass",
        severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        metadata={
            "failures": result.get("failures") or 0,
            "message": "; ".join(check.message for check in checks if check.status != "pass"),
        },
    )


def _tests_failed(report: BuildReport) -> dg.Failure:
    failed = [check for check in report.checks if check.status in ("fail", "error")]
    first = failed[0]
    return dg.Failure(
        description=f"{len(failed)} tests failed, nothing is published. {first.where}: {first.message}",
        metadata={"failed": [check.name for check in failed]},
        allow_retries=False,
    )
