"""All compared tables of one export."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property

from .alerts import alert
from .attribution import attribution
from .calendar import periods
from .catalog import metric_catalog
from .channel_roi import channel_roi
from .churn import churn_risk
from .community_sales import community_vs_outside
from .digest import weekly_digest
from .effects import activity, live, touch_effect
from .exit_anomaly import exit_anomaly
from .facts import member_day, membership_span, message_heatmap, order, response
from .funnel import funnel, referral
from .health import group_health
from .kpi import community_kpi, metric_value
from .lifecycle import lifecycle
from .lifetime_value import clv
from .load import Export
from .member_360 import member_360
from .products import product, product_affinity, repurchase_due
from .quality import data_quality
from .retention import retention
from .rfm import rfm
from .scope_facts import ScopeFacts, scope_facts
from .scorecards import kpi_scorecard, stage_scorecard
from .service import content, service_quality, staff_service
from .tables import Table
from .topic import topic
from .user_type import user_type
from .world import Parameters, Scope, World, build_world


class Inputs:
    """What tables are computed from; the costly parts once, and only if asked for.

    Args:
        export: The loaded export; it must hold an R1 event.
        parameters: as_of_date and the rule vars.
        landed_date: Business date of the landing.

    Raises:
        ValueError: Without any R1 event there is no day to count to.
    """

    def __init__(self, export: Export, parameters: Parameters, landed_date: date) -> None:
        world = build_world(export, parameters)
        if world is None:
            raise ValueError("the export holds no R1 event")
        self.export = export
        self.landed_date = landed_date
        self.world: World = world

        self._tables: dict[str, Table] = {}

    def table(self, name: str) -> Table:
        """The table of that name, computed once."""
        if name not in self._tables:
            table = MARTS[name](self)
            self._tables[name] = with_period_ends(table, self.world) if name in OF_PERIODS else table
        return self._tables[name]

    @cached_property
    def facts(self) -> dict[Scope, ScopeFacts]:
        return scope_facts(self.world)


# Marts by period that say of each where it ends and whether it is over (R1).
OF_PERIODS = (
    "mart_channel_roi",
    "mart_topic",
    "mart_staff_service",
    "mart_service_quality",
    "mart_content",
    "mart_product",
    "mart_community_vs_outside",
    "mart_attribution",
    "mart_referral",
    "mart_lifecycle",
)


def with_period_ends(table: Table, world: World) -> Table:
    """The table with period_end and is_partial."""
    found = {
        (period.type, period.start): period
        for period_type in {row["period_type"] for row in table.rows}
        for period in periods(period_type, world.history_start, world.as_of)
    }
    for row in table.rows:
        period = found[row["period_type"], row["period_start"]]
        row |= {"period_end": period.end, "is_partial": period.is_partial}
    table.columns |= {"period_end": "date", "is_partial": "bool"}
    return table


MARTS: dict[str, Callable[[Inputs], Table]] = {
    "fct_membership_span": lambda given: membership_span(given.world),
    "fct_order": lambda given: order(given.world),
    "fct_response": lambda given: response(given.world),
    "fct_member_day": lambda given: member_day(given.world),
    "mart_community_kpi": lambda given: community_kpi(given.world, given.facts),
    "mart_metric_value": lambda given: metric_value(given.table("mart_community_kpi")),
    "mart_retention": lambda given: retention(given.world, given.facts),
    "mart_rfm": lambda given: rfm(given.world),
    "mart_channel_roi": lambda given: channel_roi(given.world),
    "mart_message_heatmap": lambda given: message_heatmap(given.world, given.facts),
    "mart_data_quality": lambda given: data_quality(given.export, given.landed_date),
    "mart_topic": lambda given: topic(given.world),
    "metric_catalog": lambda given: metric_catalog(),
    "mart_churn_risk": lambda given: churn_risk(given.world),
    "mart_user_type": lambda given: user_type(given.world),
    "mart_clv": lambda given: clv(given.world),
    "mart_kpi_scorecard": lambda given: kpi_scorecard(given.world, given.table("mart_metric_value")),
    "mart_stage_scorecard": lambda given: stage_scorecard(given.world, given.table("mart_metric_value")),
    "mart_group_health": lambda given: group_health(given.world, given.facts, given.table("mart_rfm")),
    "mart_member_360": lambda given: member_360(
        given.world,
        given.table("mart_rfm"),
        given.table("mart_user_type"),
        given.table("mart_churn_risk"),
    ),
    "mart_weekly_digest": lambda given: weekly_digest(given.world, given.table("mart_metric_value")),
    "mart_alert": lambda given: alert(
        given.world,
        given.table("mart_community_kpi"),
        given.table("mart_exit_anomaly"),
        given.table("mart_staff_service"),
        given.table("mart_data_quality"),
    ),
    "mart_staff_service": lambda given: staff_service(given.world),
    "mart_service_quality": lambda given: service_quality(given.world, given.facts),
    "mart_content": lambda given: content(given.world),
    "mart_touch_effect": lambda given: touch_effect(given.world),
    "mart_live": lambda given: live(given.world),
    "mart_activity": lambda given: activity(given.world),
    "mart_product": lambda given: product(given.world),
    "mart_product_affinity": lambda given: product_affinity(given.world),
    "mart_repurchase_due": lambda given: repurchase_due(given.world),
    "mart_community_vs_outside": lambda given: community_vs_outside(given.world),
    "mart_attribution": lambda given: attribution(given.world),
    "mart_funnel": lambda given: funnel(given.world),
    "mart_referral": lambda given: referral(given.world, given.facts),
    "mart_lifecycle": lambda given: lifecycle(given.world, given.facts),
    "mart_exit_anomaly": lambda given: exit_anomaly(given.world, given.facts),
}


def compute(
    export: Export, parameters: Parameters, landed_date: date, names: Iterable[str] = tuple(MARTS)
) -> dict[str, Table]:
    """The named tables, by default all of them.

    Raises:
        ValueError: Without any R1 event there is no day to count to.
    """
    inputs = Inputs(export, parameters, landed_date)
    return {name: inputs.table(name) for name in names}
