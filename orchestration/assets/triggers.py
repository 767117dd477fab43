"""What starts a refresh: the morning, and files that arrive."""

import hashlib
import time

import dagster as dg

from orchestration.assets.report import REPORT_KEY
from orchestration.inbox import inbox_files
from orchestration.settings import Settings, load_settings

JOB_NAME = "refresh_job"
# WeCom's figures of the day before are not ready before six.
MORNING = "30 6 * * *"
SENSOR_SECONDS = 30
# A file that changed within this time may still be on its way in.
SETTLED_SECONDS = 30
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

refresh_job = dg.define_asset_job(
    JOB_NAME,
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(REPORT_KEY),
    executor_def=dg.in_process_executor,
    description="Land, audit, build, test, audit and publish; the same as `shequn refresh`.",
)

morning_schedule = dg.ScheduleDefinition(
    name="morning_refresh",
    job=refresh_job,
    cron_schedule=MORNING,
    execution_timezone=load_settings().business_timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


@dg.sensor(
    name="inbox_sensor",
    job=refresh_job,
    minimum_interval_seconds=SENSOR_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Refreshes when the files of the inbox have changed and lie still.",
)
def inbox_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for one run per state of the inbox."""
    state, newest = inbox_state(load_settings())
    if not state:
        return dg.SkipReason("The inbox is empty.")
    if state == context.cursor:
        return dg.SkipReason("The inbox has not changed.")
    if time.time() - newest < SETTLED_SECONDS:
        return dg.SkipReason("A file has just changed; it may still be on its way in.")
    running = context.instance.get_runs_count(dg.RunsFilter(job_name=JOB_NAME, statuses=UNFINISHED))
    if running:
        return dg.SkipReason("A refresh is queued or running; what has arrived since is looked at after it.")
    context.update_cursor(state)
    return dg.RunRequest(run_key=state)


def inbox_state(settings: Settings) -> tuple[str, float]:
    """A digest of the inbox's file names, sizes and times, and when the newest of them changed.

    Returns:
        The digest, empty for an empty inbox, and the time in seconds since the epoch.
    """
    digest = hashlib.sha256()
    newest = 0.0
    files = list(inbox_files(settings))
    for path in files:
        status = path.stat()
        digest.update(
            f"{path.relative_to(settings.exports)}|{status.st_size}|{status.st_mtime_ns}\n".encode()
        )
        newest = max(newest, status.st_mtime)
    return (digest.hexdigest() if files else "", newest)
