"""How figures of the community move."""

from __future__ import annotations

import pandas

from orchestration.charts import shapes
from orchestration.charts.drawing import Drawing
from orchestration.charts.labelled import defined, labelled
from orchestration.charts.theme import ACCENT, CALM, LOSS
from orchestration.figures.words import Words

KPI = "mart_community_kpi"


def course(
    frame: pandas.DataFrame, words: Words, metric: str, period_type: str, from_zero: bool = False
) -> Drawing:
    """The course of one metric of `mart_community_kpi`, as `figures.headline.course` gives it.

    With `from_zero` its axis begins at 0, so that heights may be compared.
    """
    measure = words.measure(metric)
    period_title = words.say(f"charts.period.{period_type}")
    return Drawing(
        f"{metric}_{period_type}",
        words.say(f"charts.title.course_{period_type}", what=measure.title),
        defined(measure),
        shapes.line(frame, measure, period_type, period_title, from_zero),
        labelled(frame, words, KPI, ["period_start", "period_end", "is_partial", metric]),
        words.say("charts.note.partial") if frame["is_partial"].any() else "",
    )


def movement(frame: pandas.DataFrame, words: Words, period_type: str) -> Drawing:
    """Joins above the line, leaves and dissolutions below it; `headline.course` of these three."""
    joins, leaves, dissolved = (words.measure(column) for column in ("joins", "leaves", "dissolved_exits"))
    series = [(joins, ACCENT), (leaves, LOSS)]
    if frame["dissolved_exits"].sum() > 0:
        series.append((dissolved, CALM))
    columns = [measure.column for measure, _ in series]
    return Drawing(
        f"movement_{period_type}",
        words.say(f"charts.title.movement_{period_type}"),
        defined(*(measure for measure, _ in series)),
        shapes.stacked(frame, series, period_type, words.say(f"charts.period.{period_type}"), columns[1:]),
        labelled(frame, words, KPI, ["period_start", "period_end", "is_partial", *columns]),
        words.say("charts.note.partial") if frame["is_partial"].any() else "",
    )
