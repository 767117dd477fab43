"""The forms that charts take; frames come with the columns that are named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas

from orchestration.charts.theme import ACCENT, CALM, INK, LOSS, RAMP, SEVERAL, Chart, themed
from orchestration.figures.words import Measure

HEIGHT = 260
ROW = 26
_NAMED_PERIODS = 8
# Thousands with separators; from ten thousand on shortened, in Chinese by 万.
_SHORT = {
    "en": "abs(datum.value) >= 1e4 ? format(datum.value, '~s') : format(datum.value, ',~r')",
    "zh": "abs(datum.value) >= 1e4 ? format(datum.value / 1e4, ',~r') + '万' : format(datum.value, ',~r')",
}
_TOOLTIP_FORMATS = {"rate": ".1%", "yuan": ",.2f", "ratio": ",.2f", "score": ",.1f", "hours": ",.1f"}
_DAYS = {"day": "%m-%d", "week": "%m-%d", "month": "%Y-%m", "quarter": "%Y-%m", "year": "%Y"}


def tooltip(name: str, measure: Measure) -> alt.Tooltip:
    """A figure on hover, named and with its unit."""
    return alt.Tooltip(f"{name}:Q", title=measure.title, format=_TOOLTIP_FORMATS.get(measure.unit, ",.10~r"))


def value_axis(measure: Measure, is_mirrored: bool = False) -> alt.Axis:
    """An axis of figures; money bears its sign, rates are percentages; mirrored: without minus signs."""
    if measure.unit == "rate":
        label = "format(datum.value, '.0%')"
    else:
        label = f"({_SHORT[measure.lang]})"
        label = f"'¥' + {label}" if measure.unit == "yuan" else label
    if is_mirrored:
        label = label.replace("datum.value", "abs(datum.value)")
    return alt.Axis(title=measure.unit_text or None, labelExpr=label, tickCount=5)


def time_axis(period_type: str, starts: pandas.Series[pandas.Timestamp]) -> alt.Axis:
    """An axis of periods by their first days; about eight of these bear their names, the last one always."""
    days = sorted(starts.unique(), reverse=True)
    named = days[:: -(-len(days) // _NAMED_PERIODS) or 1]
    values = [
        alt.DateTime(year=day.year, month=day.month, date=day.day) for day in map(pandas.Timestamp, named)
    ]
    return alt.Axis(title=None, format=_DAYS[period_type], values=values, labelFlush=False)


def line(
    frame: pandas.DataFrame, measure: Measure, period_type: str, period_title: str, from_zero: bool = False
) -> Chart:
    """The course of a measure; a period that is not over is a hollow point.

    Args:
        frame: period_start, is_partial and the measure's column.
        measure: What is drawn.
        period_type: How days are written.
        period_title: What a period is called on hover.
        from_zero: The axis begins at 0 for people too.
    """
    base = alt.Chart(frame[["period_start", "is_partial", measure.column]]).encode(
        x=alt.X("period_start:T", axis=time_axis(period_type, frame["period_start"])),
        y=alt.Y(
            f"{measure.column}:Q",
            axis=value_axis(measure),
            scale=alt.Scale(zero=from_zero or measure.unit != "people", nice=True),
        ),
        tooltip=[
            alt.Tooltip("period_start:T", title=period_title, format="%Y-%m-%d"),
            tooltip(measure.column, measure),
        ],
    )
    whole = base.transform_filter("!datum.is_partial").mark_line(color=ACCENT, strokeWidth=2.2)
    points = base.mark_point(color=ACCENT, size=34, opacity=1).encode(
        fill=alt.condition("datum.is_partial", alt.value("white"), alt.value(ACCENT))
    )
    return themed(alt.layer(whole, points).properties(height=HEIGHT))


def stacked(
    frame: pandas.DataFrame,
    series: Sequence[tuple[Measure, str]],
    period_type: str,
    period_title: str,
    negative: Sequence[str] = (),
) -> Chart:
    """Bars by period, several measures on top of each other; the `negative` ones hang below the line.

    Args:
        frame: period_start and a column for each measure.
        series: Measures and their colours, the first at the bottom.
        period_type: How days are written.
        period_title: What a period is called on hover.
        negative: Columns that count against the others.
    """
    columns = [measure.column for measure, _ in series]
    labels = {measure.column: measure.label for measure, _ in series}
    tall = frame.melt(["period_start"], columns, "column", "value").dropna(subset=["value"])
    tall["drawn"] = tall["value"].where(~tall["column"].isin(list(negative)), -tall["value"])
    tall["place"] = tall["column"].map(columns.index)
    tall["column"] = tall["column"].map(labels)
    names = [labels[column] for column in columns]
    chart = (
        alt.Chart(tall)
        .mark_bar()
        .encode(
            x=alt.X("yearmonthdate(period_start):O", axis=_band_axis(period_type)),
            y=alt.Y("drawn:Q", axis=value_axis(series[0][0], is_mirrored=True)),
            color=alt.Color(
                "column:N", scale=alt.Scale(domain=names, range=[color for _, color in series]), sort=names
            ),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("period_start:T", title=period_title, format="%Y-%m-%d"),
                alt.Tooltip("column:N", title=" "),
                alt.Tooltip("value:Q", title=series[0][0].unit_text or " ", format=","),
            ],
        )
        .properties(height=HEIGHT)
    )
    return themed(chart)


def _band_axis(period_type: str) -> alt.Axis:
    """Labels of bands, as many as the screen has room for."""
    return alt.Axis(
        title=None,
        labelAngle=0,
        labelExpr=f"timeFormat(datum.value, '{_DAYS[period_type]}')",
        labelOverlap="greedy",
    )


def shares(
    frame: pandas.DataFrame, measure: Measure, name: str, period_type: str, period_title: str
) -> Chart:
    """The parts of a whole by period_start: `name` of the part, and the measure; together 100 %."""
    order = frame.groupby(name)[measure.column].sum().sort_values(ascending=False).index.tolist()
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("yearmonthdate(period_start):O", axis=_band_axis(period_type)),
            y=alt.Y(
                f"{measure.column}:Q", stack="normalize", axis=alt.Axis(title=None, format=".0%", tickCount=5)
            ),
            color=alt.Color(f"{name}:N", scale=alt.Scale(domain=order, range=list(SEVERAL)), sort=order),
            tooltip=[
                alt.Tooltip("period_start:T", title=period_title, format="%Y-%m-%d"),
                alt.Tooltip(f"{name}:N", title=" "),
                tooltip(measure.column, measure),
            ],
        )
        .properties(height=HEIGHT)
    )
    return themed(chart)


def bars(
    frame: pandas.DataFrame,
    name: str,
    measure: Measure,
    text: str,
    more: Sequence[tuple[str, Measure]] = (),
    color: str = ACCENT,
    is_loss: str | None = None,
) -> Chart:
    """Lying bars in the order of the frame, each with its figure in words at its end.

    Args:
        frame: The columns named here.
        name: Column of the bars' names.
        measure: What their lengths are.
        text: Column of the words at their ends.
        more: Columns that show on hover, too.
        color: Of the bars.
        is_loss: Column that says which bars bear the colour of losses.
    """
    order = frame[name].tolist()
    highest = frame[measure.column].max()
    drawn = [name, measure.column, text, *(column for column, _ in more), *([is_loss] if is_loss else [])]
    base = alt.Chart(frame[list(dict.fromkeys(drawn))]).encode(
        y=alt.Y(f"{name}:N", sort=order, axis=alt.Axis(title=None, labelLimit=110)),
        x=alt.X(
            f"{measure.column}:Q",
            axis=None,
            # Room for the words at the end of the longest bar.
            scale=alt.Scale(domainMin=min(0, frame[measure.column].min()), domainMax=highest * 1.45 or 1),
        ),
        tooltip=[
            alt.Tooltip(f"{name}:N", title=" "),
            tooltip(measure.column, measure),
            *(tooltip(column, extra) for column, extra in more),
        ],
    )
    fill: Any = alt.value(color)
    if is_loss:
        fill = alt.condition(f"datum['{is_loss}']", alt.value(LOSS), alt.value(color))
    bar = base.mark_bar(cornerRadiusEnd=2).encode(color=fill)
    # Words of a loss stand right of its bar, too, where nothing is below them.
    end = alt.X("end:Q", axis=None)
    words = base.transform_calculate(end=f"max(0, datum['{measure.column}'])")
    words = words.mark_text(align="left", dx=5, color=INK).encode(x=end, text=alt.Text(f"{text}:N"))
    return themed(alt.layer(bar, words).properties(height=max(80, ROW * len(frame))))


def heat(
    frame: pandas.DataFrame,
    x: alt.X,
    y: alt.Y,
    measure: Measure,
    tooltips: Sequence[alt.Tooltip],
    height: int,
    text: str | None = None,
    is_whole: str | None = None,
) -> Chart:
    """Cells coloured by a measure, from none to most.

    Args:
        frame: What x, y, tooltips and the columns named here read.
        x: Of the cells.
        y: Of the cells.
        measure: What colours them.
        tooltips: On hover.
        height: Of the whole, pixels.
        text: Column of the words in the cells.
        is_whole: Column that says which cells are not paler than others.
    """
    highest = frame[measure.column].max()
    base = alt.Chart(frame).encode(x=x, y=y, tooltip=list(tooltips))
    cells = base.mark_rect(stroke="white", strokeWidth=1.5, cornerRadius=2).encode(
        color=alt.Color(
            f"{measure.column}:Q",
            scale=alt.Scale(range=list(RAMP), domain=[0, highest if highest and highest > 0 else 1]),
            legend=None,
        ),
        opacity=alt.condition(f"datum['{is_whole}']", alt.value(1), alt.value(0.5))
        if is_whole
        else alt.value(1),
    )
    layers: list[alt.Chart] = [cells]
    if text is not None:
        is_dark = f"datum['{measure.column}'] > {0.55 * highest if highest and highest > 0 else 1}"
        if is_whole:
            is_dark += f" && datum['{is_whole}']"
        layers.append(
            base.mark_text(fontSize=11).encode(
                text=alt.Text(f"{text}:N"),
                color=alt.condition(is_dark, alt.value("white"), alt.value(INK)),
            )
        )
    return themed(alt.layer(*layers).properties(height=height))


def targets(frame: pandas.DataFrame, name: str, text: str, tooltips: Sequence[alt.Tooltip]) -> Chart:
    """How far targets are reached: `name`, attainment_rate, `text`; a line stands at 100 %."""
    order = frame[name].tolist()
    shown = frame.assign(drawn=frame["attainment_rate"].clip(0, 1.5))
    base = alt.Chart(shown).encode(
        y=alt.Y(f"{name}:N", sort=order, axis=alt.Axis(title=None, labelLimit=120))
    )
    x = alt.X(
        "drawn:Q",
        axis=alt.Axis(title=None, format=".0%", values=[0, 0.5, 1, 1.5]),
        scale=alt.Scale(domain=[0, 2.1]),
    )
    bar = base.mark_bar(cornerRadiusEnd=2, height=14).encode(
        x=x,
        color=alt.condition("datum.attainment_rate < 0.999999", alt.value(LOSS), alt.value(ACCENT)),
        tooltip=list(tooltips),
    )
    mark = (
        alt.Chart(pandas.DataFrame({"at": [1.0]})).mark_rule(color=CALM, strokeDash=[4, 3]).encode(x="at:Q")
    )
    words = base.mark_text(align="left", dx=5).encode(x=x, text=f"{text}:N")
    return themed(alt.layer(bar, mark, words).properties(height=max(90, ROW * len(frame) + 30)))


def two_bars(frame: pandas.DataFrame, name: str, series: Sequence[tuple[Measure, str]]) -> Chart:
    """Lying bars of several measures side by side for each `name`, in the order of the frame."""
    columns = [measure.column for measure, _ in series]
    labels = {measure.column: measure.label for measure, _ in series}
    order = frame[name].tolist()
    tall = frame.melt([name], columns, "column", "value").dropna(subset=["value"])
    tall["column"] = tall["column"].map(labels)
    names = [labels[column] for column in columns]
    chart = (
        alt.Chart(tall)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            y=alt.Y(f"{name}:N", sort=order, axis=alt.Axis(title=None, labelLimit=110)),
            yOffset=alt.YOffset("column:N", sort=names),
            x=alt.X("value:Q", axis=value_axis(series[0][0])),
            color=alt.Color(
                "column:N", scale=alt.Scale(domain=names, range=[color for _, color in series]), sort=names
            ),
            tooltip=[
                alt.Tooltip(f"{name}:N", title=" "),
                alt.Tooltip("column:N", title=" "),
                alt.Tooltip("value:Q", title=series[0][0].unit_text or " ", format=",.2f"),
            ],
        )
        .properties(height=max(120, (10 + 14 * len(series)) * len(frame) + 40))
    )
    return themed(chart)
