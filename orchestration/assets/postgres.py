"""The team's PostgreSQL as an asset, where one is named."""

import os

import dagster as dg

from orchestration.assets.published import PUBLISHED_KEY
from orchestration.assets.warehouse import RETRIES, LogProgress, Warehouse, failure
from orchestration.errors import ShequnError
from orchestration.serving.postgres import URL_VARIABLE, serve_postgres


def postgres_assets() -> list[dg.AssetsDefinition]:
    """The copy that follows each publication; none where `SHEQUN_POSTGRES_URL` names no server."""
    url = os.environ.get(URL_VARIABLE)
    if not url:
        return []

    @dg.asset(
        deps=[PUBLISHED_KEY],
        group_name="publishing",
        kinds={"postgres"},
        description="The published tables in the team's PostgreSQL; the same as `shequn serve postgres`.",
        retry_policy=RETRIES,
    )
    def postgres_copy(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[None]:
        try:
            served = serve_postgres(warehouse.settings(), url, LogProgress(context.log))
        except ShequnError as error:
            raise failure(error) from error
        return dg.MaterializeResult(
            metadata={
                "version": served.version.name,
                "rows": served.rows,
                "loaded": len(served.loaded),
                "unchanged": len(served.kept),
                "swap_milliseconds": round(1000 * served.swap_seconds),
                "views_left": ", ".join(served.views_left),
            }
        )

    return [postgres_copy]
