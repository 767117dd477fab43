"""Names, units and definitions as catalogue and models have them, and figures as people write them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from orchestration.figures.published import Published
from orchestration.messages import say
from orchestration.serving.tables import Said, said_of_tables

UNKNOWN = "–"
_WHOLE_UNITS = ("count", "people", "memberships", "days")


@dataclass(frozen=True)
class Measure:
    """What is said of a column.

    Attributes:
        column: Its name.
        label: What people call it.
        unit: rate, yuan, people, … (`metrics.unit.*`).
        unit_text: The unit in words; empty for what bears its own (¥, %).
        better: up, down or band (neither).
        definition: One sentence or two.
        lang: Of all these.
    """

    column: str
    label: str
    unit: str
    unit_text: str
    better: str
    definition: str
    lang: str = "en"

    @property
    def title(self) -> str:
        """Label and unit, for an axis or a header."""
        return f"{self.label} ({self.unit_text})" if self.unit_text else self.label


@dataclass(frozen=True)
class Words:
    """What is said in one language.

    Attributes:
        lang: "en" or "zh".
        metrics: Rows of the metric catalogue by (mart, column).
    """

    lang: str
    metrics: Mapping[tuple[str, str], Mapping[str, Any]]

    def say(self, key: str, **params: object) -> str:
        """A message in this language."""
        return say(key, self.lang, **params)

    def measure(self, column: str, mart: str = "mart_community_kpi") -> Measure:
        """A column's name, unit and definition: of its metric, else as its model says."""
        metric = self.metrics.get((mart, column))
        said = said_of_tables().get(mart, Said())
        unit = metric["unit"] if metric else said.units.get(column, "text")
        unit_text = "" if unit in ("rate", "yuan", "text", "name", "id") else self.say(f"metrics.unit.{unit}")
        better = metric["better"] if metric else "band"
        definition = self._definition(metric, said, column)
        return Measure(
            column, self._label(metric, said, column), unit, unit_text, better, definition, self.lang
        )

    def by_metric(self, metric_id: str) -> Measure:
        """A metric of the catalogue, or a column of `mart_community_kpi` by its name."""
        for (mart, column), metric in self.metrics.items():
            if metric["metric_id"] == metric_id:
                return self.measure(column, mart)
        return self.measure(metric_id)

    def word(self, kind: str, value: Any) -> str:
        """What a value such as a step or a segment is called; itself where it has no word."""
        if value is None or value != value:  # NaN is not itself
            return self.say("figures.word.unknown")
        try:
            return self.say(f"figures.word.{kind}.{value}")
        except KeyError:
            return self.say("figures.word.unknown") if value == "unknown" else str(value)

    def period(self, period_type: str, start: date) -> str:
        """A period as people name it: 2026-06-22 – 06-28, 2026-06, 2026 Q2, 2026."""
        if period_type == "week":
            return f"{start:%Y-%m-%d} – {start + timedelta(days=6):%m-%d}"
        if period_type == "quarter":
            return f"{start.year} Q{(start.month + 2) // 3}"
        return start.strftime({"month": "%Y-%m", "year": "%Y"}.get(period_type, "%Y-%m-%d"))

    def _label(self, metric: Mapping[str, Any] | None, said: Said, column: str) -> str:
        if metric:
            return str(metric[f"label_{self.lang}"])
        return said.label(column) if self.lang == "zh" else column.replace("_", " ")

    def _definition(self, metric: Mapping[str, Any] | None, said: Said, column: str) -> str:
        suffix = "_zh" if self.lang == "zh" else ""
        if metric:
            texts = [str(metric[name + suffix] or "") for name in ("formula", "decision")]
            return self.say("figures.definition_end").join(text for text in texts if text)
        text = said.descriptions.get(column, "")
        if self.lang == "zh":
            from orchestration.metric_pages import chinese

            return chinese().get(text, text)
        return text


def words_of(published: Published, lang: str) -> Words:
    """The words of a version's own catalogue."""
    if published.is_empty("metric_catalog"):
        return Words(lang, {})
    rows = published.frame("from marts.metric_catalog").to_dict("records")
    return Words(lang, {(row["mart"], row["column_name"]): row for row in rows})


def value_text(value: Any, unit: str, lang: str = "en") -> str:
    """A figure as people write it: ¥1,234.50, 12.5%, 1,234; – where it is unknown."""
    if value is None or value != value:
        return UNKNOWN
    if isinstance(value, str) or (not isinstance(value, (int, float)) and not hasattr(value, "__float__")):
        return str(value)
    number = float(value)
    if math.isinf(number):
        return UNKNOWN
    if unit == "rate":
        return f"{number:.1%}"
    if unit == "yuan":
        return f"¥{number:,.2f}" if number >= 0 else f"−¥{-number:,.2f}"
    if unit == "seconds":
        return duration_text(number, lang)
    return f"{number:,.0f}" if number == int(number) else f"{number:,.2f}"


def change_text(change: Any) -> str:
    """A change rate with its sign; – where there is nothing to compare with."""
    return UNKNOWN if change is None or change != change else f"{float(change):+.1%}"


def duration_text(seconds: float, lang: str) -> str:
    """Seconds in the two largest units that fit: 45 s, 2 min 34 s, 1 h 5 min."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    parts = [("h", hours), ("min", minutes), ("s", rest)]
    told = [(unit, count) for unit, count in parts if count][:2] or [("s", 0)]
    return ("" if lang == "zh" else " ").join(
        say(f"figures.duration.{unit}", lang, count=count) for unit, count in told
    )
