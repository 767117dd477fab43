"""What was out of the ordinary, and what needs somebody's decision."""

from __future__ import annotations

from orchestration.figures import weekly
from orchestration.reporting.asked import UNKNOWN, Asked, is_known
from orchestration.reporting.blocks import (
    Block,
    Cell,
    Column,
    Point,
    Points,
    Row,
    Section,
    Table,
    Text,
)

GROUP_COLUMNS = (
    "health_score",
    "members_end",
    "active_rate",
    "leave_rate",
    "member_conversion_rate",
    "staff_message_share",
)
MOST_ALERTS = 8


def alerts(asked: Asked) -> Section:
    """What was out of the ordinary."""
    week = asked.week
    title = asked.say("section.alerts")
    kinds = weekly.alert_kinds(asked.published, week.start, week.end)
    if not len(kinds):
        return Section("alerts", title, (Text(asked.say("no_alerts")),))
    counts = ("found", "found_new", "found_critical")
    rows = tuple(
        Row(
            (
                Cell(asked.words.word("alert_kind", row["alert_kind"])),
                *(Cell(asked.figure(row[name], "count")) for name in counts),
            )
        )
        for row in kinds.to_dict("records")
    )
    _, term = asked.measure("alert_kind", "mart_alert")
    columns = (
        Column(asked.say("column.alert_kind"), term, is_figure=False),
        *(Column(asked.say(f"column.{name}"), term) for name in counts),
    )
    blocks: list[Block] = [Table(columns, rows)]
    shown = weekly.alerts_of(asked.published, week.start, week.end, MOST_ALERTS)
    points = []
    for row in shown.to_dict("records"):
        severity = asked.words.word("severity", row["severity"])
        key = "alert_new" if row["is_new"] else "alert_since"
        text = asked.say(key, date=row["occurred_on"].date(), message=asked.told(row, "message"))
        points.append(Point(text, "bad" if row["severity"] == "critical" else "", severity))
    blocks += [Text(asked.say("alerts_shown", shown=len(shown))), Points(tuple(points))]
    return Section("alerts", title, tuple(blocks))


def groups(asked: Asked) -> Section:
    """Groups that need somebody's decision."""
    mart = "mart_group_health"
    title = asked.say("section.groups")
    if not asked.week.is_newest:
        return Section("groups", title, (Text(asked.say("groups_not_then", as_of=asked.week.as_of)),))
    found = weekly.groups_to_look_at(asked.published)
    as_of = Text(asked.say("groups_as_of", as_of=asked.week.as_of))
    if not len(found):
        return Section("groups", title, (as_of, Text(asked.say("no_groups"))))
    rows = found.to_dict("records")
    shown = found.assign(
        text0=found["group_name"],
        text1=[row["owner"] if is_known(row["owner"]) else UNKNOWN for row in rows],
    )
    names = tuple(Column(asked.say(f"column.{name}"), is_figure=False) for name in ("group", "owner"))
    table = asked.figures_table(shown, mart, names, GROUP_COLUMNS, is_compact=True)
    more = int(found["found"].iloc[0]) - len(found)
    reasons = tuple(
        Point(
            f"{row['group_name']}: {asked.told(row, 'recommendation_reason')}",
            sign=asked.words.word("recommendation", row["recommendation"]),
        )
        for row in rows
    )
    rest = (Text(asked.say("more_groups", more=more)),) if more else ()
    return Section("groups", title, (as_of, table, Points(reasons), *rest))
