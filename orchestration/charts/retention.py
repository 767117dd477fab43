"""Cohorts and lifecycle."""

from __future__ import annotations

import altair as alt
import pandas

from orchestration.charts import shapes
from orchestration.charts.drawing import Drawing
from orchestration.charts.labelled import defined, labelled
from orchestration.charts.theme import ACCENT, LOSS
from orchestration.figures.words import Measure, Words, value_text

RETENTION = "mart_retention"
LIFECYCLE = "mart_lifecycle"


def cohorts(
    frame: pandas.DataFrame, words: Words, question: tuple[str, str], period_type: str, interval_type: str
) -> Drawing:
    """The triangle: a row a cohort, a column an interval; paler where the interval is not over for all."""
    measure = words.measure("retention_rate", RETENTION)
    drawn = frame.assign(
        cohort=[
            f"{words.period(period_type, start.date())[:10]} ({value_text(members, 'people')})"
            for start, members in zip(frame["cohort_start"], frame["cohort_members"], strict=True)
        ],
        text=[f"{rate:.0%}" for rate in frame["retention_rate"]],
    )
    kind = period_type if interval_type == "period" else "day"
    axis = alt.Axis(title=words.say(f"charts.interval.{kind}"), labelAngle=0, orient="top", ticks=False)
    tips = [
        alt.Tooltip("cohort:N", title=words.measure("cohort_start", RETENTION).label),
        alt.Tooltip("interval_number:Q", title=words.measure("interval_number", RETENTION).label),
        *(
            shapes.tooltip(name, words.measure(name, RETENTION))
            for name in ("retained_members", "eligible_members")
        ),
        shapes.tooltip("retention_rate", measure),
    ]
    order = drawn["cohort"].drop_duplicates().tolist()
    chart = shapes.heat(
        drawn,
        alt.X("interval_number:O", axis=axis),
        alt.Y("cohort:O", sort=order, axis=alt.Axis(title=None, labelLimit=170)),
        measure,
        tips,
        60 + 28 * len(order),
        "text",
        "is_complete",
    )
    return Drawing(
        f"retention_{'_'.join(question)}_{period_type}_{interval_type}",
        words.say(f"charts.title.cohorts_{'_'.join(question)}"),
        defined(measure, words.measure("eligible_members", RETENTION)),
        chart,
        labelled(frame, words, RETENTION),
        words.say("charts.note.cohorts"),
    )


def lifecycle(frame: pandas.DataFrame, words: Words, period_type: str) -> Drawing:
    """Who talks: retained, new and returned above the line, those who fell silent below it."""
    series = [
        (words.measure("retained_members", LIFECYCLE), ACCENT),
        (words.measure("new_members", LIFECYCLE), "#57a0d3"),
        (words.measure("resurrected_members", LIFECYCLE), "#2a9d8f"),
        (words.measure("churned_members", LIFECYCLE), LOSS),
    ]
    return Drawing(
        f"lifecycle_{period_type}",
        words.say(f"charts.title.lifecycle_{period_type}"),
        defined(*(measure for measure, _ in series)),
        shapes.stacked(
            frame, series, period_type, words.say(f"charts.period.{period_type}"), ["churned_members"]
        ),
        labelled(frame, words, LIFECYCLE),
        words.say("charts.note.partial") if frame["is_partial"].any() else "",
    )


def churn_risk(frame: pandas.DataFrame, words: Words) -> Drawing:
    """Memberships by risk, the high one first."""
    bands = frame.groupby("risk_band")["memberships"].sum().reindex(["high", "medium", "low"]).fillna(0)
    drawn = pandas.DataFrame({"risk_band": bands.index, "memberships": bands.to_numpy()})
    total = drawn["memberships"].sum() or 1
    drawn["name"] = [words.word("risk_band", band) for band in drawn["risk_band"]]
    drawn["text"] = [f"{value_text(count, 'people')} · {count / total:.0%}" for count in drawn["memberships"]]
    drawn["is_high"] = drawn["risk_band"] == "high"
    shown = words.measure("risk_band", "mart_churn_risk")
    counted = Measure(
        "memberships", words.say("metrics.unit.memberships"), "memberships", "", "band", "", words.lang
    )
    return Drawing(
        "churn_risk",
        words.say("charts.title.churn_risk"),
        defined(words.measure("risk_score", "mart_churn_risk"), shown),
        shapes.bars(drawn, "name", counted, "text", is_loss="is_high"),
        drawn[["name", "memberships"]].rename(columns={"name": shown.label, "memberships": counted.label}),
    )
