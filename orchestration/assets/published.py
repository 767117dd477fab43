"""The published version as an asset: audited on its copy, fresh or complained about."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.assets.checks import suite_result, suite_spec
from orchestration.assets.landing import FILES_KEY
from orchestration.assets.warehouse import POOL, RETRIES, LogProgress, Warehouse, failure
from orchestration.errors import ShequnError
from orchestration.publishing import PublicationRefused, current_version
from orchestration.refresh import publish_step
from orchestration.settings import load_settings

PUBLISHED_KEY = dg.AssetKey("published_version")
# The refresh of 06:30 has ended by then; each morning a version from since the morning before is expected.
FRESH_BY = "0 8 * * *"
FRESH_WITHIN = timedelta(hours=24)
# Yesterday's figures are there in the morning; one more day is given to weekends and holidays.
RECENT_DAYS = 2


def published_asset(models: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """The asset behind every public model."""

    @dg.asset(
        key=PUBLISHED_KEY,
        deps=[FILES_KEY, *_published_models(models)],
        check_specs=[suite_spec("published", PUBLISHED_KEY)],
        group_name="publishing",
        kinds={"duckdb"},
        description="The version that readers see: `published/current/shequn.duckdb` with its manifest.",
        freshness_policy=dg.FreshnessPolicy.cron(
            deadline_cron=FRESH_BY, lower_bound_delta=FRESH_WITHIN, timezone=load_settings().business_timezone
        ),
        pool=POOL,
        retry_policy=RETRIES,
    )
    def published_version(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
        settings = warehouse.open_for_writing()
        try:
            raw = warehouse.raw_audit()
            if not raw.success:
                raise dg.Failure(description="The audit of what landed failed.", allow_retries=False)
            version, audit = publish_step(settings, LogProgress(context.log), warehouse.worker(), raw.checks)
        except PublicationRefused as refusal:
            yield suite_result(refusal.audit, PUBLISHED_KEY)
            raise failure(refusal) from refusal
        except ShequnError as error:
            raise failure(error) from error
        yield suite_result(audit, PUBLISHED_KEY)
        yield dg.MaterializeResult(metadata=_metadata(version.name, version.manifest))

    return published_version


def _published_models(models: dg.AssetsDefinition) -> list[dg.AssetKey]:
    return sorted(key for key in models.keys if key.path[0] in ("core", "marts"))


def _metadata(name: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version": name,
        "as_of_date": manifest["as_of_date"] or "",
        "sha256": manifest["sha256"],
        "size_bytes": manifest["size_bytes"],
        "rows": sum(manifest["tables"].values()),
        "manifest": dg.MetadataValue.json(dict(manifest)),
    }


@dg.asset_check(
    asset=PUBLISHED_KEY,
    description=f"The figures reach to at most {RECENT_DAYS} days ago.",
)
def figures_are_recent(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Warn where the exports themselves have stopped coming, though refreshes go on."""
    settings = warehouse.settings()
    version = current_version(settings)
    last = version.manifest["as_of_date"] if version else None
    today = datetime.now(ZoneInfo(settings.business_timezone)).date()
    days = (today - date.fromisoformat(last)).days if last else None
    return dg.AssetCheckResult(
        passed=days is not None and days <= RECENT_DAYS,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"as_of_date": last or "", "days_ago": -1 if days is None else days},
    )
