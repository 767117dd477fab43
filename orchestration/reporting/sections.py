"""The parts of the report, in the order in which they are read."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas

from orchestration.charts import Drawing
from orchestration.charts import course as course_charts
from orchestration.charts import growth as growth_charts
from orchestration.charts import scorecard as scorecard_charts
from orchestration.figures import ALL, growth, headline, landings, scorecard, weekly
from orchestration.figures.scopes import Scope, name_of
from orchestration.reporting.asked import (
    KPI,
    UNKNOWN,
    Asked,
    change_text,
    full_title,
    is_known,
    sign,
    tone,
)
from orchestration.reporting.blocks import (
    Block,
    Cell,
    Column,
    Notes,
    Pictures,
    Point,
    Points,
    Row,
    Section,
    Table,
    Text,
)

# Results first, for they are what the rest is done for; then the process, in the order of a member's way.
KEY_METRICS = {
    "result": (
        "net_sales",
        "orders",
        "buyers",
        "member_conversion_rate",
        "sales_per_buyer",
        "repurchase_rate",
        "gross_margin_rate",
        "net_growth",
    ),
    "process": (
        "members_end",
        "joins",
        "leaves",
        "leave_rate",
        "active_members",
        "active_rate",
        "messages",
        "messages_per_member",
        "participation_rate",
        "visitors",
        "zombie_groups",
    ),
}
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
GROUP_COLUMNS = (
    "health_score",
    "members_end",
    "active_rate",
    "leave_rate",
    "member_conversion_rate",
    "staff_message_share",
)
TREND_METRICS = ("net_sales", "buyers", "members_end", "active_members", "leave_rate")
TREND_WEEKS = 13
MOST_CHANNELS = 15
MOST_SCOPES = 10
MOST_ALERTS = 8
_MANY = 10_000  # more scopes than a card has


def summary(asked: Asked) -> Section:
    """The week in sentences, the largest changes first."""
    lines = headline.digest(asked.published, asked.week.start, ALL)
    order = lines.assign(size=lines["change_rate"].abs()).sort_values(
        ["size", "line_number"], ascending=[False, True], na_position="last"
    )
    points = []
    for line in order.to_dict("records"):
        measure, term = asked.measure(line["metric_id"])
        change = line["change_rate"]
        mark = sign(change) if is_known(change) else "•"
        bearing = tone(change, measure.better) if is_known(change) else ""
        points.append(Point(asked.told(line, "headline"), bearing, mark, term))
    blocks = [*_warnings(asked), Points(tuple(points)) if points else asked.nothing("no_headlines", KPI)]
    return Section("summary", asked.say("section.summary"), tuple(blocks), is_lead=True)


def _warnings(asked: Asked) -> list[Text]:
    """What must be known before the first figure is read."""
    week = asked.week
    texts = []
    if week.is_partial:
        texts.append(asked.say("partial_week", as_of=week.as_of))
    if week.begins_before_history:
        texts.append(asked.say("begins_before_history", start=week.history_start))
    built = date.fromisoformat(asked.published.version.manifest["built_at"][:10])
    if (built - week.as_of).days > 2:
        texts.append(asked.say("old_data", as_of=week.as_of, days=(built - week.as_of).days, built=built))
    return [Text(text, is_warning=True) for text in texts]


def key_figures(asked: Asked) -> Section:
    """This week, the week before, and the same week of the year before."""
    title = asked.say("section.figures")
    found = {
        family: headline.values(asked.published, ALL, "week", asked.week.start, metrics)
        for family, metrics in KEY_METRICS.items()
    }
    if all(frame["value"].isna().all() for frame in found.values()):
        return Section("figures", title, (asked.nothing("no_headlines", KPI),))
    notes = Notes()
    rows = []
    for family, frame in found.items():
        rows.append(Row((Cell(asked.say(f"family.{family}")),), is_header=True))
        rows += [_key_row(asked, row, notes) for row in frame.to_dict("records")]
    names = ("metric", "this_week", "week_before", "previous_change", "year_before", "year_change")
    columns = tuple(Column(asked.say(f"column.{name}"), is_figure=name != "metric") for name in names)
    table = Table(columns, tuple(rows), (*notes.lettered(), asked.say("change_meaning")))
    return Section("figures", title, (table,))


def _key_row(asked: Asked, row: dict[str, Any], notes: Notes) -> Row:
    measure, term = asked.measure(row["metric_id"])
    cells = [Cell(full_title(measure)), asked.cell(row["value"], measure.column, KPI, notes)]
    for base, change, days in (
        ("previous_value", "previous_change_rate", 7),
        ("last_year_value", "last_year_change_rate", 364),
    ):
        cells.append(_base_cell(asked, row, base, days, measure.unit, notes))
        if is_known(row[change]):
            cells.append(Cell(change_text(row[change]), tone(row[change], measure.better)))
        elif is_known(row[base]) and is_known(row["value"]):
            reason = "partial" if asked.week.is_partial else "base_not_positive"
            cells.append(Cell(UNKNOWN, mark=notes.mark(asked.say(f"why.{reason}"))))
        else:
            cells.append(Cell(UNKNOWN))
    return Row(tuple(cells), term)


def _base_cell(asked: Asked, row: dict[str, Any], base: str, days: int, unit: str, notes: Notes) -> Cell:
    """The figure of `days` before, or why there is none."""
    if is_known(row[base]):
        return Cell(asked.figure(row[base], unit))
    week = asked.week
    if not is_known(row["value"]):
        return Cell(UNKNOWN)
    began = week.start - timedelta(days=days) < week.history_start
    reason = "partial" if week.is_partial else base if began else "then"
    return Cell(UNKNOWN, mark=notes.mark(asked.say(f"why.{reason}", start=week.history_start)))


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


def scorecards(asked: Asked) -> Section:
    """How far targets are reached: all groups metric by metric, then who is farthest from theirs."""
    title = asked.say("section.scorecards")
    cards = scorecard.cards(asked.published)
    known = cards[cards["period_start"].dt.date <= asked.week.start]
    newest = known.drop_duplicates("scorecard")
    if not len(newest):
        return Section("scorecards", title, (asked.nothing("no_targets", "mart_kpi_scorecard"),))
    blocks: list[Block] = []
    for card in newest.to_dict("records"):
        blocks += _card_blocks(asked, card["scorecard"], card["period_type"], card["period_start"].date())
    return Section("scorecards", title, tuple(blocks))


def _card_blocks(asked: Asked, name: str, period_type: str, start: date) -> list[Block]:
    period = asked.words.period(period_type, start)
    blocks: list[Block] = []
    whole = scorecard.card(asked.published, name, period_type, start, ALL)
    if len(whole):
        score = asked.figure(whole["card_score"].iloc[0], "score")
        blocks += [Text(asked.say("card", name=name, period=period, score=score)), _card_table(asked, whole)]
    scopes = scorecard.card_scores(asked.published, name, period_type, start, _MANY)
    others = scopes[scopes["scope_type"] != "all"]
    if len(others):
        lowest = others.sort_values(["card_score", "scope_type", "scope_id"]).head(MOST_SCOPES)
        key = "lowest_cards" if len(others) > len(lowest) else "all_cards"
        blocks.append(Text(asked.say(key, name=name, period=period, shown=len(lowest), scopes=len(others))))
        blocks.append(_scopes_table(asked, lowest))
    return blocks


def _card_table(asked: Asked, card: pandas.DataFrame) -> Table:
    mart = "mart_kpi_scorecard"
    notes = Notes()
    told = scorecard_charts.with_texts(card, asked.words)
    rows = tuple(_target_row(asked, row, notes) for row in told.to_dict("records"))
    figures = ("actual", "target", "attainment_rate", "weight", "score")
    columns = (
        Column(asked.say("column.metric"), is_figure=False),
        *(asked.column(column, mart) for column in figures),
    )
    return Table(columns, rows, notes.lettered())


def _scopes_table(asked: Asked, scopes: pandas.DataFrame) -> Table:
    rows = scopes.to_dict("records")
    shown = scopes.assign(
        text0=[asked.words.word("scope_type", row["scope_type"]) for row in rows],
        text1=[_scope_name(asked, row["scope_type"], row["scope_id"]) for row in rows],
    )
    names = [Column(asked.say(f"column.{name}"), is_figure=False) for name in ("scope_type", "scope")]
    return asked.figures_table(shown, "mart_kpi_scorecard", names, ("card_score", "missing_weight"))


def _scope_name(asked: Asked, scope_type: str, scope_id: str) -> str:
    name = name_of(asked.published, Scope(scope_type, scope_id))
    return asked.words.word("group_type", name) if scope_type == "group_type" else name


def _target_row(asked: Asked, row: dict[str, Any], notes: Notes) -> Row:
    _, term = asked.measure(row["metric_id"])
    mart = "mart_kpi_scorecard"
    bound = {"up": "≥ ", "down": "≤ "}.get(row["direction"], "")
    actual = row["actual_text"]
    is_missed = is_known(row["attainment_rate"]) and row["attainment_rate"] < 1
    return Row(
        (
            Cell(row["metric"]),
            Cell(actual, mark=notes.mark(asked.why("actual")) if actual == UNKNOWN else ""),
            Cell(bound + row["target_text"]),
            Cell(asked.figure(row["attainment_rate"], "rate"), "bad" if is_missed else ""),
            asked.cell(row["weight"], "weight", mart, notes),
            asked.cell(row["score"], "score", mart, notes),
        ),
        term,
    )


def groups(asked: Asked) -> Section:
    """Groups that need somebody's decision."""
    mart = "mart_group_health"
    title = asked.say("section.groups")
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


def truth(asked: Asked) -> Section:
    """How far the figures can be trusted."""
    found = landings.landings(asked.published)
    totals = {
        name: int(found[name].sum()) for name in ("rows_read", "rows_rejected", "rows_open", "rows_late")
    }
    manifest = asked.published.version.manifest
    points = [
        Point(
            asked.say(
                "version",
                version=asked.published.version.name,
                as_of=asked.week.as_of,
                built=manifest["built_at"][:16].replace("T", " "),
                zone=manifest["business_timezone"],
                history_start=asked.week.history_start,
            )
        ),
        Point(
            asked.say("landed", **{name: f"{count:,}" for name, count in totals.items()}),
            command="shequn rejects" if totals["rows_open"] else "",
        ),
    ]
    coverage = headline.values(asked.published, ALL, "week", asked.week.start, ["cost_coverage_rate"])
    known = coverage["value"].iloc[0]
    if is_known(known) and known < 1:
        measure, term = asked.measure("cost_coverage_rate")
        points.append(
            Point(
                asked.say("cost_coverage", label=measure.label, rate=asked.figure(known, "rate")), term=term
            )
        )
    late = weekly.late_exports(asked.published, MOST_SCOPES).to_dict("records")
    points += [Point(asked.told(row, "message"), "bad") for row in late]
    if not late:
        points.append(Point(asked.say("no_late_exports")))
    blocks: list[Block] = [Points(tuple(points))]
    troubled = found[
        (found["rows_open"] > 0) | (found["rows_late"] > 0) | (found["unmatched_member_rate"] > 0.02)
    ].head(MOST_SCOPES)
    if len(troubled):
        shown = troubled.assign(text0=troubled["system"] + "/" + troubled["entity"])
        names = (Column(asked.say("column.export"), is_figure=False),)
        columns = ("rows_read", "rows_rejected", "rows_open", "rows_late", "unmatched_member_rate")
        blocks.append(asked.figures_table(shown, "fct_landing", names, columns))
    return Section("truth", asked.say("section.truth"), tuple(blocks))
