"""Landing as assets: one step per group of entities, then the gate's ledger."""

from collections import Counter
from collections.abc import Collection, Iterator

import dagster as dg

from orchestration.assets.warehouse import POOL, RETRIES, LogProgress, Warehouse, failure
from orchestration.errors import ShequnError
from orchestration.landing import land_inbox
from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.messages import say
from orchestration.refresh import require_readable
from orchestration.reports import LandingReport, RefreshReport

CANONICAL_STEPS: dict[str, tuple[str, ...]] = {
    "people": ("groups", "members", "identities", "staff", "contact_events", "member_tags"),
    "membership": ("membership_events",),
    "conversation": ("messages", "message_actions", "feedback"),
    "commerce": ("products", "orders", "order_items", "refunds"),
    "activities": ("activities", "activity_participations", "live_sessions"),
    "marketing": ("channels", "channel_spend", "touches", "page_views", "content_posts"),
    "targets": ("kpi_targets",),
}
FILES_KEY = dg.AssetKey(["raw", "files"])
REJECTED_KEY = dg.AssetKey(["raw", "rejected_rows"])


def raw_key(entity: Entity) -> dg.AssetKey:
    """The asset of an entity's raw table, which is the dbt source's too."""
    return dg.AssetKey(["raw", entity.table])


def landing_steps() -> dict[str, tuple[Entity, ...]]:
    """What lands together: the neutral export in groups, every other system as a whole."""
    systems = load_catalogue().systems
    canonical = systems["canonical"]
    steps = {name: tuple(canonical[one] for one in names) for name, names in CANONICAL_STEPS.items()}
    return steps | {
        system: tuple(entities.values())
        for system, entities in systems.items()
        if entities and system != "canonical"
    }


def landing_assets() -> list[dg.AssetsDefinition]:
    """A step for each group or system, and the ledger behind them all."""
    steps = landing_steps()
    return [*(_step_assets(name, steps) for name in steps), _ledger_assets(steps)]


def _step_assets(name: str, steps: dict[str, tuple[Entity, ...]]) -> dg.AssetsDefinition:
    entities = steps[name]
    specs = [
        dg.AssetSpec(
            raw_key(entity),
            deps=_landed_before(name, steps),
            description=f"Accepted rows of {entity.system} {entity.name} files, as text; the gate's last word"
            " on them.",
            group_name="landing",
            kinds={"python", "duckdb"},
        )
        for entity in entities
    ]

    @dg.multi_asset(name=f"land_{name}", specs=specs, pool=POOL, retry_policy=RETRIES)
    def land(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult[None]]:
        report = _land(context, warehouse, [entity.table for entity in entities])
        for entity in entities:
            yield dg.MaterializeResult(asset_key=raw_key(entity), metadata=_entity_metadata(report, entity))

    return land


def _landed_before(name: str, steps: dict[str, tuple[Entity, ...]]) -> list[dg.AssetKey]:
    """What must have landed before: everything else, where the rows of these name what others bring."""
    if not any(entity.known for entity in steps[name]):
        return []
    return [raw_key(entity) for other, entities in steps.items() if other != name for entity in entities]


def _land(
    context: dg.AssetExecutionContext, warehouse: Warehouse, tables: Collection[str] | None
) -> LandingReport:
    settings = warehouse.open_for_writing()
    try:
        return land_inbox(settings, LogProgress(context.log), tables)
    except ShequnError as error:
        raise failure(error) from error


def _entity_metadata(report: LandingReport, entity: Entity) -> dict[str, int]:
    outcomes = [
        outcome
        for outcome in report.files
        if (outcome.system, outcome.entity) == (entity.system, entity.name)
    ]
    landed = [outcome for outcome in outcomes if outcome.status == "landed"]
    return {
        "files_landed": len(landed),
        "files_unchanged": sum(outcome.status == "unchanged" for outcome in outcomes),
        "rows_accepted": sum(outcome.accepted for outcome in landed),
        "rows_rejected": sum(outcome.rejected for outcome in landed),
    }


def _ledger_assets(steps: dict[str, tuple[Entity, ...]]) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            key,
            deps=[raw_key(entity) for entities in steps.values() for entity in entities],
            description=description,
            group_name="landing",
            kinds={"python", "duckdb"},
        )
        for key, description in (
            (FILES_KEY, "The ledger: one row per file that was seen, landed or refused."),
            (REJECTED_KEY, "One row per rejected row, with its file, line, column and reason."),
        )
    ]

    @dg.multi_asset(name="landing_ledger", specs=specs, pool=POOL, retry_policy=RETRIES)
    def landing_ledger(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.MaterializeResult[None]]:
        """Look through the whole inbox once more: what no step recognised is refused by name."""
        report = _land(context, warehouse, None)
        for outcome in report.with_status("refused"):
            sentence = say(f"landing.{outcome.code}", "en", **outcome.params)
            context.log.warning(f"{outcome.path} was refused [{outcome.code}]: {sentence}")
        try:
            require_readable(RefreshReport(landing=report), strict=warehouse.strict)
        except ShequnError as error:
            raise failure(error) from error
        counts = Counter(outcome.status for outcome in report.files)
        yield dg.MaterializeResult(asset_key=FILES_KEY, metadata=dict(sorted(counts.items())))
        yield dg.MaterializeResult(asset_key=REJECTED_KEY)

    return landing_ledger
