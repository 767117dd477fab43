"""Where members come from, how far they go, and how long they stay."""

from __future__ import annotations

from datetime import date
from typing import Any

from orchestration.charts import Drawing
from orchestration.charts import course as course_charts
from orchestration.charts import growth as growth_charts
from orchestration.figures import ALL, growth, headline, weekly
from orchestration.reporting.asked import KPI, Asked
from orchestration.reporting.blocks import (
    Block,
    Cell,
    Column,
    Notes,
    Pictures,
    Row,
    Section,
    Table,
    Text,
)

CHANNEL_COLUMNS = (
    "new_members",
    "channel_share",
    "retention_rate_7d",
    "cost_amount",
    "cost_per_new_member",
    "first_time_buyers",
    "customer_acquisition_cost",
    "net_sales",
    "return_on_ad_spend",
    "return_on_investment",
)
TREND_METRICS = ("net_sales", "buyers", "members_end", "active_members", "leave_rate")
TREND_WEEKS = 13
MOST_CHANNELS = 15


def funnel(asked: Asked) -> Section:
    """How far a month's joiners went, beside those of the month before."""
    title = asked.say("section.funnel")
    month = weekly.funnel_month(asked.published, asked.week.end)
    if month is None:
        return Section("funnel", title, (asked.nothing("no_funnel", "mart_funnel"),))
    before = (month.replace(day=1) - date.resolution).replace(day=1)
    steps = growth.funnel(asked.published, month)
    earlier = growth.funnel(asked.published, before).set_index("step")["step_rate"]
    notes = Notes()
    mart = "mart_funnel"
    rows = []
    for row in steps.to_dict("records"):
        rows.append(
            Row(
                (
                    Cell(asked.words.word("step", row["step"])),
                    asked.cell(row["nested_members"], "nested_members", mart, notes),
                    _step_cell(asked, row["step_number"], row["step_rate"], notes),
                    _step_cell(asked, row["step_number"], earlier.get(row["step"]), notes),
                    asked.cell(row["members"], "members", mart, notes),
                )
            )
        )
    _, term = asked.measure("step_rate", mart)
    columns = (
        Column(asked.say("column.step"), is_figure=False),
        asked.column("nested_members", mart),
        Column(asked.say("column.step_rate", month=f"{month:%Y-%m}"), term),
        Column(asked.say("column.step_rate", month=f"{before:%Y-%m}"), term),
        asked.column("members", mart),
    )
    text = Text(asked.say("funnel_month", month=f"{month:%Y-%m}"))
    drawing = growth_charts.funnel(steps, asked.words, f"{month:%Y-%m}")
    picture = Pictures(((drawing, (term,)),), is_wide=True)
    return Section("funnel", title, (text, picture, Table(columns, tuple(rows), notes.lettered())))


def _step_cell(asked: Asked, step_number: int, rate: Any, notes: Notes) -> Cell:
    if step_number == 1:  # nothing comes before it
        return Cell("")
    return asked.cell(rate, "step_rate", "mart_funnel", notes)


def trends(asked: Asked) -> Section:
    """The course of the weeks up to this one."""
    title = asked.say("section.trends", weeks=TREND_WEEKS)
    columns = [*TREND_METRICS, "joins", "leaves", "dissolved_exits"]
    found = headline.course(asked.published, ALL, "week", columns, asked.week.start, TREND_WEEKS)
    if not len(found):
        return Section("trends", title, (asked.nothing("no_trends", KPI),))
    drawings: list[tuple[Drawing, tuple[str, ...]]] = []
    for metric in TREND_METRICS:
        _, term = asked.measure(metric)
        drawings.append((course_charts.course(found, asked.words, metric, "week", from_zero=True), (term,)))
    terms = tuple(asked.measure(metric)[1] for metric in ("joins", "leaves"))
    drawings.append((course_charts.movement(found, asked.words, "week"), terms))
    return Section("trends", title, (Pictures(tuple(drawings)),))


def channels(asked: Asked) -> Section:
    """What each channel brought, cost and sold in the month of the week."""
    mart = "mart_channel_roi"
    month = asked.week.start.replace(day=1)
    found = growth.channels(asked.published, "month", month)
    title = asked.say("section.channels", month=f"{month:%Y-%m}")
    if not len(found):
        return Section("channels", title, (asked.nothing("no_channels", mart, month=f"{month:%Y-%m}"),))
    shown = growth_charts.named_channels(found.head(MOST_CHANNELS), asked.words)
    shown = shown.assign(text0=shown["channel"])
    names = (Column(asked.say("column.channel"), is_figure=False),)
    blocks: list[Block] = [asked.figures_table(shown, mart, names, CHANNEL_COLUMNS, is_compact=True)]
    if bool(found["is_partial"].iloc[0]):
        blocks.insert(0, Text(asked.say("partial_month", as_of=asked.week.as_of)))
    if len(found) > len(shown):
        blocks.append(Text(asked.say("more_channels", more=len(found) - len(shown))))
    return Section("channels", title, tuple(blocks))


def cohorts(asked: Asked) -> Section:
    """Who of each week's joiners is still there."""
    mart = "mart_retention"
    title = asked.say("section.cohorts")
    found = weekly.week_cohorts(asked.published, asked.week.start)
    if not len(found):
        return Section("cohorts", title, (asked.nothing("no_cohorts", "mart_retention"),))
    intervals = range(int(found["interval_number"].max()) + 1)
    rates = found.set_index(["cohort_start", "interval_number"])
    rows = []
    for start, members in found.groupby("cohort_start")["cohort_members"].first().items():
        cells = [Cell(f"{start:%Y-%m-%d}"), Cell(asked.figure(members, "people"))]
        for interval in intervals:
            known = (start, interval) in rates.index
            rate = rates.loc[(start, interval), "retention_rate"] if known else None
            is_open = known and not rates.loc[(start, interval), "is_complete"]
            text = "" if rate is None else f"{rate:.0%}" + ("*" if is_open else "")
            cells.append(Cell(text, heat=rate))
        rows.append(Row(tuple(cells)))
    _, term = asked.measure("retention_rate", mart)
    columns = (
        Column(asked.say("column.joined_in"), is_figure=False),
        asked.column("cohort_members", mart),
        *(Column(asked.say("column.week_later", weeks=interval), term) for interval in intervals),
    )
    meaning = asked.say("cohort_meaning")
    if any(cell.text.endswith("*") for row in rows for cell in row.cells):
        meaning += asked.say("cohort_open")
    return Section("cohorts", title, (Text(meaning), Table(columns, tuple(rows), is_compact=True)))
