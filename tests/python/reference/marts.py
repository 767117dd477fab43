"""All compared tables of one export."""

from __future__ import annotations

from datetime import date

from .channel_roi import channel_roi
from .facts import member_day, membership_span, message_heatmap, order, response
from .kpi import community_kpi, metric_value
from .load import Export
from .quality import data_quality
from .retention import retention
from .rfm import rfm
from .scope_facts import scope_facts
from .tables import Table
from .world import Parameters, build_world


def compute(export: Export, parameters: Parameters, landed_date: date) -> dict[str, Table]:
    """Every compared table by name.

    Args:
        export: The loaded export; it must hold an R1 event.
        parameters: as_of_date and the rule vars.
        landed_date: Business date of the landing.

    Raises:
        ValueError: Without any R1 event there is no day to count to.
    """
    world = build_world(export, parameters)
    if world is None:
        raise ValueError("the export holds no R1 event")
    facts = scope_facts(world)
    kpi = community_kpi(world, facts)
    tables = [
        membership_span(world),
        order(world),
        response(world),
        member_day(world),
        kpi,
        metric_value(kpi),
        retention(world, facts),
        rfm(world),
        channel_roi(world),
        message_heatmap(world, facts),
        data_quality(export, landed_date),
    ]
    return {table.name: table for table in tables}
