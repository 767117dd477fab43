"""What all parts of a report are made from, and the forms that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas

from orchestration.figures import Measure, Published, Words, value_text
from orchestration.figures.words import UNKNOWN, change_text
from orchestration.reporting.blocks import Cell, Column, Notes, Row, Table, Terms, Text
from orchestration.reporting.weeks import Week

KPI = "mart_community_kpi"


@dataclass(frozen=True)
class Asked:
    """One report: of which version and week, in whose words, with which terms so far."""

    published: Published
    words: Words
    week: Week
    terms: Terms = field(default_factory=Terms)

    def say(self, key: str, **params: object) -> str:
        """A sentence `report.<key>`."""
        return self.words.say(f"report.{key}", **params)

    def told(self, row: Mapping[str, Any], column: str) -> str:
        """A sentence that the warehouse says in both languages, such as a headline."""
        return str(row[f"{column}_zh" if self.words.lang == "zh" else column])

    def measure(self, column: str, mart: str = KPI) -> tuple[Measure, str]:
        """A measure, and the anchor of its definition."""
        measure = self.words.measure(column, mart)
        return measure, self.terms.use(measure, mart)

    def nothing(self, key: str, mart: str, **params: object) -> Text:
        """Why a part is empty, and which exports would fill its mart and never came."""
        sentence = self.say(key, **params)
        missing = self.published.missing_exports(mart, self.words.lang)
        if missing:
            sentence += self.say("never_came", exports=self.say("list_separator").join(missing))
        return Text(sentence)

    def figure(self, value: Any, unit: str) -> str:
        """A figure as people write it."""
        return value_text(value, unit, self.words.lang)

    def column(self, column: str, mart: str) -> Column:
        """The header of a column of figures."""
        measure, term = self.measure(column, mart)
        return Column(measure.label, term)

    def figures_table(
        self,
        frame: pandas.DataFrame,
        mart: str,
        names: Sequence[Column],
        columns: Sequence[str],
        is_compact: bool = False,
    ) -> Table:
        """A table of a mart's columns, one row each of `frame`; its first columns are the texts `names`.

        The texts stand in the frame's columns `text0`, `text1`, …; where a figure is unknown a note says why.
        """
        notes = Notes()
        rows = []
        for row in frame.to_dict("records"):
            cells = [Cell(str(row[f"text{place}"])) for place in range(len(names))]
            rows.append(Row((*cells, *(self.cell(row[column], column, mart, notes) for column in columns))))
        headers = tuple(self.column(column, mart) for column in columns)
        return Table((*names, *headers), tuple(rows), notes.lettered(), is_compact)

    def cell(self, value: Any, column: str, mart: str, notes: Notes) -> Cell:
        """A figure, or a dash and why there is none."""
        text = self.figure(value, self.words.measure(column, mart).unit)
        return Cell(text) if text != UNKNOWN else Cell(text, mark=notes.mark(self.why(column)))

    def why(self, column: str) -> str:
        """Why a figure of this column can be unknown."""
        try:
            return self.say(f"why.{column}")
        except KeyError:
            return self.say("why.nothing")


def full_title(measure: Measure) -> str:
    """Label and unit, unless the label says its unit itself."""
    return measure.label if measure.label.endswith((")", "）")) else measure.title


def tone(change: float, better: str) -> str:
    """Whether a change is for the better."""
    if not change or better not in ("up", "down"):
        return ""
    return "good" if (change > 0) == (better == "up") else "bad"


def sign(change: float) -> str:
    """Up, down or level."""
    return "▲" if change > 0 else "▼" if change < 0 else "■"


def is_known(value: Any) -> bool:
    """Whether a value of a frame is there."""
    return value is not None and value == value


__all__ = ["KPI", "UNKNOWN", "Asked", "change_text", "full_title", "is_known", "sign", "tone"]
