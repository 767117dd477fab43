"""Targets and scores."""

from __future__ import annotations

import altair as alt
import pandas

from orchestration.charts import shapes
from orchestration.charts.drawing import Drawing
from orchestration.charts.labelled import defined, labelled
from orchestration.figures.words import UNKNOWN, Measure, Words, value_text

CARD = "mart_kpi_scorecard"


def card(frame: pandas.DataFrame, words: Words, name: str) -> Drawing:
    """How far each target of a card is reached, the heaviest first; without an actual there is no bar."""
    rate, score = words.measure("attainment_rate", CARD), words.measure("score", CARD)
    named = with_texts(frame, words)
    tips = [
        alt.Tooltip("metric:N", title=" "),
        alt.Tooltip("actual_text:N", title=words.measure("actual", CARD).label),
        alt.Tooltip("target_text:N", title=words.measure("target", CARD).label),
        shapes.tooltip("attainment_rate", rate),
        shapes.tooltip("score", score),
        shapes.tooltip("weight", words.measure("weight", CARD)),
    ]
    return Drawing(
        f"scorecard_{name}",
        words.say("charts.title.card", name=name),
        defined(rate, score, words.measure("card_score", CARD)),
        shapes.targets(named, "metric", "text", tips),
        labelled(
            named,
            words,
            CARD,
            ["metric", "actual", "target", "low", "high", "weight", "attainment_rate", "score"],
            {"metric": words.measure("metric_id", CARD).label},
        ),
        words.say("charts.note.card") if named["actual"].isna().any() else "",
    )


def with_texts(frame: pandas.DataFrame, words: Words) -> pandas.DataFrame:
    """The card with its metrics' names (metric) and figures in words (actual_text, target_text, text)."""
    measures = [words.by_metric(metric) for metric in frame["metric_id"]]
    named = frame.assign(
        metric=[measure.label for measure in measures],
        actual_text=[
            value_text(value, measure.unit, words.lang)
            for value, measure in zip(frame["actual"], measures, strict=True)
        ],
        target_text=[
            _target(row, measure, words.lang)
            for row, measure in zip(frame.itertuples(), measures, strict=True)
        ],
    )
    return named.assign(text=[f"{row.actual_text} / {row.target_text}" for row in named.itertuples()])


def _target(row: tuple[object, ...], measure: Measure, lang: str) -> str:
    target, low, high = (getattr(row, name) for name in ("target", "low", "high"))
    if target == target and target is not None:
        return value_text(target, measure.unit, lang)
    ends = [value_text(end, measure.unit, lang) for end in (low, high)]
    return UNKNOWN if ends == [UNKNOWN, UNKNOWN] else " – ".join(ends)


def ranking(frame: pandas.DataFrame, words: Words, name: str, title: str, file: str = "scores") -> Drawing:
    """Scores of a card's scopes, or of groups, in the order of the frame: `name`, card_score."""
    measure = words.measure("card_score", CARD)
    shown = frame.dropna(subset=["card_score"])
    shown = shown.assign(text=[value_text(score, "score") for score in shown["card_score"]])
    return Drawing(
        f"{file}_{name}",
        title,
        defined(measure),
        shapes.bars(shown, name, measure, "text"),
        labelled(shown, words, CARD, [name, "card_score"], {name: words.say("charts.of")}),
    )
