"""The week in short, and its figures beside those before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from orchestration.figures import ALL, headline
from orchestration.reporting.asked import KPI, UNKNOWN, Asked, change_text, full_title, is_known, sign, tone
from orchestration.reporting.blocks import (
    Cell,
    Column,
    Notes,
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
# Of exports that come each morning the newest day is yesterday; one more is given to weekends.
OLD_DAYS = 2


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
    if week.is_newest and (built - week.as_of).days > OLD_DAYS:
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
