"""How fast customers are answered, and what they say."""

from __future__ import annotations

import pandas

from orchestration.charts import shapes
from orchestration.charts.drawing import Drawing
from orchestration.charts.labelled import defined, labelled
from orchestration.charts.theme import ACCENT, LOSS
from orchestration.figures.words import Measure, Words, value_text

STAFF = "mart_staff_service"
QUALITY = "mart_service_quality"


def responses(frame: pandas.DataFrame, words: Words, period: str) -> Drawing:
    """Turns by how long the answer took; slow ones and those without an answer in the colour of losses."""
    measure = words.measure("turns", STAFF)
    total = frame["turns"].sum() or 1
    drawn = frame.assign(
        name=[words.word("response_band", band) for band in frame["band"]],
        text=[f"{value_text(count, 'count')} · {count / total:.0%}" for count in frame["turns"]],
        is_slow=frame["band"].isin(["slower", "unanswered"]),
    )
    return Drawing(
        "response_times",
        words.say("charts.title.responses", period=period),
        defined(measure, words.measure("response_seconds_p50", STAFF)),
        shapes.bars(drawn, "name", measure, "text", is_loss="is_slow"),
        drawn[["name", "turns"]].rename(
            columns={"name": words.measure("response_seconds_p50", STAFF).label, "turns": measure.label}
        ),
    )


def quality(frame: pandas.DataFrame, words: Words, period_type: str) -> Drawing:
    """Praises above the line, complaints below it."""
    praises, complaints = words.measure("praises", QUALITY), words.measure("complaints", QUALITY)
    return Drawing(
        f"service_quality_{period_type}",
        words.say(f"charts.title.quality_{period_type}"),
        defined(praises, complaints, words.measure("complaint_rate", QUALITY)),
        shapes.stacked(
            frame,
            [(praises, ACCENT), (complaints, LOSS)],
            period_type,
            words.say(f"charts.period.{period_type}"),
            ["complaints"],
        ),
        labelled(frame.drop(columns=["period_type", "scope_type", "scope_id"]), words, QUALITY),
    )


def staff_bars(frame: pandas.DataFrame, words: Words, column: str, limit: int = 20) -> Drawing:
    """One measure of the staff, those first who need a look, of equals who is asked most."""
    measure: Measure = words.measure(column, STAFF)
    order = {column: measure.better == "up", "turns": False}
    shown = frame.dropna(subset=[column]).sort_values(list(order), ascending=list(order.values())).head(limit)
    shown = shown.assign(text=[value_text(value, measure.unit, words.lang) for value in shown[column]])
    return Drawing(
        f"staff_{column}",
        words.say("charts.title.by_staff", what=measure.title),
        defined(measure),
        shapes.bars(shown, "staff_name", measure, "text"),
        labelled(
            shown,
            words,
            STAFF,
            ["staff_name", column],
            {"staff_name": words.measure("staff_name", "dim_staff").label},
        ),
    )
