"""When people talk, and of what."""

from __future__ import annotations

import altair as alt
import pandas

from orchestration.charts import shapes
from orchestration.charts.drawing import Drawing
from orchestration.charts.labelled import defined, labelled
from orchestration.figures.words import Words, value_text


def _weekday_names(words: Words) -> list[str]:
    return [words.say(f"charts.weekday.{day}") for day in range(1, 8)]


def calendar(frame: pandas.DataFrame, words: Words) -> Drawing:
    """Active members by day, a column a week, Mondays on top."""
    measure = words.measure("active_members")
    names = _weekday_names(words)
    drawn = frame.assign(day=[names[weekday - 1] for weekday in frame["weekday"]])
    weeks = alt.Axis(
        title=None,
        labelAngle=0,
        labelExpr="timeFormat(datum.value, '%m-%d')",
        labelOverlap="greedy",
        ticks=False,
    )
    tips = [
        alt.Tooltip("date:T", title=words.say("charts.period.day"), format="%Y-%m-%d"),
        shapes.tooltip("active_members", measure),
        shapes.tooltip("messages", words.measure("messages")),
    ]
    return Drawing(
        "calendar",
        words.say("charts.title.calendar"),
        defined(measure),
        shapes.heat(
            drawn,
            alt.X("yearmonthdate(week_start):O", axis=weeks),
            alt.Y("day:O", sort=names, axis=alt.Axis(title=None)),
            measure,
            tips,
            190,
        ),
        labelled(
            frame,
            words,
            "mart_community_kpi",
            ["date", "active_members", "messages", "active_rate"],
            {"date": words.say("charts.period.day")},
        ),
    )


def hours(frame: pandas.DataFrame, words: Words) -> Drawing:
    """Messages by weekday and hour, of the last four weeks."""
    mart = "mart_message_heatmap"
    measure = words.measure("messages", mart)
    names = _weekday_names(words)
    drawn = frame.assign(day=[names[weekday - 1] for weekday in frame["weekday"]])
    tips = [
        alt.Tooltip("day:N", title=words.measure("weekday", mart).label),
        alt.Tooltip("hour:Q", title=words.measure("hour", mart).label),
        *(
            shapes.tooltip(name, words.measure(name, mart))
            for name in ("messages", "active_members", "staff_messages")
        ),
    ]
    axis = alt.Axis(title=None, labelAngle=0, values=list(range(0, 24, 3)), ticks=False)
    return Drawing(
        "weekday_hours",
        words.say("charts.title.hours"),
        defined(measure, words.measure("staff_messages", mart)),
        shapes.heat(
            drawn,
            alt.X("hour:O", axis=axis),
            alt.Y("day:O", sort=names, axis=alt.Axis(title=None)),
            measure,
            tips,
            210,
        ),
        labelled(frame, words, mart),
        words.say("charts.note.four_weeks"),
    )


def topics(frame: pandas.DataFrame, words: Words, period: str) -> Drawing:
    """The terms most used; words of an activity bear a star, new ones say so."""
    mart = "mart_topic"
    measure, before = words.measure("messages", mart), words.measure("previous_messages", mart)
    drawn = frame.assign(
        name=[f"{row.term} ★" if row.is_activity_keyword else row.term for row in frame.itertuples()],
        text=[_against_before(row.messages, row.previous_messages, words) for row in frame.itertuples()],
    )
    note = words.say("charts.note.keywords") if frame["is_activity_keyword"].any() else ""
    return Drawing(
        f"topics_{period}",
        words.say("charts.title.topics", period=period),
        defined(measure, before),
        shapes.bars(
            drawn,
            "name",
            measure,
            "text",
            [("speakers", words.measure("speakers", mart)), ("previous_messages", before)],
        ),
        labelled(frame, words, mart),
        note,
    )


def _against_before(messages: float, before: float, words: Words) -> str:
    count = value_text(messages, "count")
    if before != before or before is None:
        return count
    if before == 0:
        return f"{count} · {words.say('charts.new_term')}"
    return f"{count} · {messages / before - 1:+.0%}"
