"""Everything Dagster knows of this project, put together; how it works stands in `orchestration/assets`."""

from __future__ import annotations

import dagster as dg

from orchestration.assets.checks import suite_check
from orchestration.assets.landing import FILES_KEY, landing_assets
from orchestration.assets.manifest import prepare_manifest
from orchestration.assets.models import model_assets
from orchestration.assets.postgres import postgres_assets
from orchestration.assets.published import figures_are_recent, published_asset
from orchestration.assets.report import monday_schedule, report_job, weekly_report
from orchestration.assets.triggers import inbox_sensor, morning_schedule, refresh_job
from orchestration.assets.warehouse import Warehouse
from orchestration.settings import load_settings

models = model_assets(prepare_manifest(load_settings()))

defs = dg.Definitions(
    assets=[*landing_assets(), models, published_asset(models), *postgres_assets(), weekly_report],
    asset_checks=[suite_check("raw", FILES_KEY, Warehouse.raw_audit), figures_are_recent],
    jobs=[refresh_job, report_job],
    schedules=[morning_schedule, monday_schedule],
    sensors=[inbox_sensor],
    resources={"warehouse": Warehouse()},
    executor=dg.in_process_executor,
)
