"""What to look at: each a finding, what may be done, and where its rows are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orchestration.figures import ALL, growth, headline, scorecard, weekly
from orchestration.reporting.asked import Asked, change_text, is_known, tone
from orchestration.reporting.blocks import Point, Points, Section, Text
from orchestration.reporting.parts.targets import newest_cards
from orchestration.reporting.parts.week import KEY_METRICS

MOST_ADVICE = 8
MOST_EXITS = 2


def advice(asked: Asked) -> Section:
    """The list, what cannot wait first."""
    sources = (_exits, _worst_change, _service, _targets, _groups, _channels, _at_risk, _due)
    points = tuple(point for source in sources for point in source(asked))[:MOST_ADVICE]
    block = Points(points, is_ordered=True) if points else Text(asked.say("no_advice"))
    return Section("advice", asked.say("section.advice"), (block,))


def _exits(asked: Asked) -> Iterator[Point]:
    week = asked.week
    for row in weekly.mass_exits(asked.published, week.start, week.end, MOST_EXITS).to_dict("records"):
        key = "advice.exit_after_touches" if row["touches_before"] else "advice.exit"
        yield Point(
            asked.say(
                key,
                group=row["group_name"],
                date=row["date"].date(),
                leaves=asked.figure(row["leaves"], "memberships"),
                usual=asked.figure(row["baseline_median"], "memberships"),
                touches=asked.figure(row["touches_before"], "count"),
            ),
            term=asked.measure("is_anomaly", "mart_exit_anomaly")[1],
        )


def _worst_change(asked: Asked) -> Iterator[Point]:
    """The key figure that moved most in the wrong direction."""
    metrics = [metric for family in KEY_METRICS.values() for metric in family]
    found = headline.values(asked.published, ALL, "week", asked.week.start, metrics)
    worse = [
        row
        for row in found.to_dict("records")
        if is_known(row["previous_change_rate"])
        and tone(row["previous_change_rate"], asked.words.measure(row["metric_id"]).better) == "bad"
    ]
    if not worse:
        return
    row = max(worse, key=lambda row: abs(float(row["previous_change_rate"])))
    measure, term = asked.measure(row["metric_id"])
    text = asked.say(
        "advice.worst_change",
        label=measure.label,
        value=asked.figure(row["value"], measure.unit),
        change=change_text(row["previous_change_rate"]),
    )
    command = f"shequn explain {row['metric_id']} --period week:{asked.week.start}"
    yield Point(text, term=term, command=command)


def _service(asked: Asked) -> Iterator[Point]:
    found = weekly.slow_staff(asked.published, asked.week.start, asked.week.end)
    if not len(found):
        return
    row = found.iloc[0]
    measure, term = asked.measure("within_sla_rate", "mart_staff_service")
    yield Point(
        asked.say(
            "advice.service",
            people=len(found),
            staff=row["staff"],
            rate=asked.figure(row["within_sla_rate"], measure.unit),
            turns=asked.figure(row["turns"], "count"),
            unanswered=asked.figure(row["unanswered_turns"], "count"),
        ),
        term=term,
    )


def _targets(asked: Asked) -> Iterator[Point]:
    """The target of all groups that is farthest from being reached, of periods that are over."""
    missed: list[dict[str, Any]] = []
    for name, period in newest_cards(asked):
        if not period.is_partial:
            found = scorecard.card(asked.published, name, period.type, period.start, ALL)
            told = asked.words.period(period.type, period.start)
            missed += found[found["attainment_rate"] < 1].assign(period=told).to_dict("records")
    if not missed:
        return
    row = min(missed, key=lambda row: float(row["attainment_rate"]))
    measure, term = asked.measure(row["metric_id"])
    text = asked.say(
        "advice.target",
        label=measure.label,
        period=row["period"],
        actual=asked.figure(row["actual"], measure.unit),
        attained=asked.figure(row["attainment_rate"], "rate"),
    )
    yield Point(text, term=term)


def _groups(asked: Asked) -> Iterator[Point]:
    if asked.week.is_newest:
        found = weekly.groups_to_look_at(asked.published, 1)
        if len(found):
            _, term = asked.measure("recommendation", "mart_group_health")
            yield Point(
                asked.say("advice.groups", groups=asked.figure(found["found"].iloc[0], "count")), term=term
            )


def _channels(asked: Asked) -> Iterator[Point]:
    """The channel that lost most money in the month."""
    found = growth.channels(asked.published, "month", asked.week.start.replace(day=1))
    losing = found[(found["return_on_investment"] < 0) & (found["cost_amount"] > 0)]
    if not len(losing):
        return
    row = losing.sort_values(["cost_amount", "channel_id"], ascending=[False, True]).iloc[0]
    measure, term = asked.measure("return_on_investment", "mart_channel_roi")
    yield Point(
        asked.say(
            "advice.channel",
            channel=row["channel_name"] if is_known(row["channel_name"]) else row["channel_id"],
            cost=asked.figure(row["cost_amount"], "yuan"),
            label=measure.label,
            ratio=asked.figure(row["return_on_investment"], measure.unit),
        ),
        term=term,
    )


def _at_risk(asked: Asked) -> Iterator[Point]:
    if not asked.week.is_newest:
        return
    row = weekly.people_at_risk(asked.published).iloc[0]
    if row["members"]:
        yield Point(
            asked.say(
                "advice.at_risk",
                members=asked.figure(row["members"], "people"),
                valuable=asked.figure(row["valuable"], "people"),
                as_of=asked.week.as_of,
            ),
            term=asked.measure("risk_score", "mart_churn_risk")[1],
            command="shequn sql \"from mart_churn_risk where risk_band = 'high'\"",
        )


def _due(asked: Asked) -> Iterator[Point]:
    if not asked.week.is_newest:
        return
    members = weekly.repurchases_due(asked.published)
    if members:
        yield Point(
            asked.say("advice.due", members=asked.figure(members, "people"), as_of=asked.week.as_of),
            term=asked.measure("is_due", "mart_repurchase_due")[1],
            command='shequn sql "from mart_repurchase_due where is_due"',
        )
