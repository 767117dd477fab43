"""All compared tables of one export."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property

from .channel_roi import channel_roi
from .facts import member_day, membership_span, message_heatmap, order, response
from .kpi import community_kpi, metric_value
from .load import Export
from .quality import data_quality
from .retention import retention
from .rfm import rfm
from .scope_facts import ScopeFacts, scope_facts
from .tables import Table
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

    @cached_property
    def facts(self) -> dict[Scope, ScopeFacts]:
        return scope_facts(self.world)

    @cached_property
    def kpi(self) -> Table:
        return community_kpi(self.world, self.facts)


MARTS: dict[str, Callable[[Inputs], Table]] = {
    "fct_membership_span": lambda given: membership_span(given.world),
    "fct_order": lambda given: order(given.world),
    "fct_response": lambda given: response(given.world),
    "fct_member_day": lambda given: member_day(given.world),
    "mart_community_kpi": lambda given: given.kpi,
    "mart_metric_value": lambda given: metric_value(given.kpi),
    "mart_retention": lambda given: retention(given.world, given.facts),
    "mart_rfm": lambda given: rfm(given.world),
    "mart_channel_roi": lambda given: channel_roi(given.world),
    "mart_message_heatmap": lambda given: message_heatmap(given.world, given.facts),
    "mart_data_quality": lambda given: data_quality(given.export, given.landed_date),
}


def compute(
    export: Export, parameters: Parameters, landed_date: date, names: Iterable[str] = tuple(MARTS)
) -> dict[str, Table]:
    """The named tables, by default all of them.

    Raises:
        ValueError: Without any R1 event there is no day to count to.
    """
    inputs = Inputs(export, parameters, landed_date)
    return {name: MARTS[name](inputs) for name in names}
