"""The written report as an asset: on Monday morning, about the week that is over."""

import dagster as dg

from orchestration.assets.published import PUBLISHED_KEY
from orchestration.assets.warehouse import RETRIES, LogProgress, Warehouse, failure
from orchestration.errors import ShequnError
from orchestration.messages import LANGUAGES, default_language
from orchestration.settings import load_settings

REPORT_KEY = dg.AssetKey("weekly_report")
REPORT_JOB = "report_job"
# The refresh of 06:30 has brought the Sunday by then.
MONDAY_MORNING = "30 7 * * 1"


class ReportConfig(dg.Config):
    """What a report may be asked for.

    Attributes:
        lang: zh or en; empty for the language of the process.
        week: 2026-W26 or a day of it; empty for the newest week that is over.
    """

    lang: str = ""
    week: str = ""


@dg.asset(
    key=REPORT_KEY,
    deps=[PUBLISHED_KEY],
    group_name="publishing",
    kinds={"html"},
    description="The report on the week that is over, in `out/`; the same as `shequn report --format all`.",
    retry_policy=RETRIES,
)
def weekly_report(
    context: dg.AssetExecutionContext, config: ReportConfig, warehouse: Warehouse
) -> dg.MaterializeResult[None]:
    """Write page, print and pictures; without a browser all but the print."""
    # Loading it takes seconds that a refresh never needs.
    from orchestration.reporting.weeks import parse_week
    from orchestration.reporting.writing import FORMATS, write_report

    lang = config.lang if config.lang in LANGUAGES else default_language()
    try:
        week = parse_week(config.week) if config.week else None
        report = write_report(warehouse.settings(), lang, week, FORMATS, progress=LogProgress(context.log))
    except ShequnError as error:
        raise failure(error) from error
    if report.unprinted is not None:
        context.log.warning(report.unprinted.text(lang))
    return dg.MaterializeResult(
        metadata={
            "version": report.version.name,
            "week": report.week.name,
            "is_partial": report.week.is_partial,
            "folder": dg.MetadataValue.path(str(report.folder)),
            "files": ", ".join(report.files),
        }
    )


report_job = dg.define_asset_job(
    REPORT_JOB,
    selection=dg.AssetSelection.assets(REPORT_KEY),
    executor_def=dg.in_process_executor,
    description="Write the report on the week that is over.",
)

monday_schedule = dg.ScheduleDefinition(
    name="monday_report",
    job=report_job,
    cron_schedule=MONDAY_MORNING,
    execution_timezone=load_settings().business_timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
