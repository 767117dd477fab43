"""A chart with what stands around it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orchestration.serving.formats import neutralise

if TYPE_CHECKING:
    import pandas

    from orchestration.charts.theme import Chart


@dataclass(frozen=True)
class Drawing:
    """A chart, and its words in one language.

    Attributes:
        name: Of its files, without ending.
        title: What it is about.
        definition: What its figures mean, Markdown; for a hover or an appendix.
        chart: Without a title and without a width, which pages and reports give.
        data: What is drawn, headers in words.
        note: A line below: what was left out, what is not over yet.
    """

    name: str
    title: str
    definition: str
    chart: Chart
    data: pandas.DataFrame = field(repr=False)
    note: str = ""


def csv_bytes(frame: pandas.DataFrame) -> bytes:
    """A frame as a CSV file that a spreadsheet opens in the right encoding and without running a cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(neutralise(str(name)) for name in frame.columns)
    for row in frame.itertuples(index=False):
        writer.writerow(_cell(value) for value in row)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return neutralise(value)
    if isinstance(value, datetime):
        return (
            f"{value:%Y-%m-%d}"
            if value == value.replace(hour=0, minute=0, second=0)
            else f"{value:%Y-%m-%d %H:%M:%S}"
        )
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)
