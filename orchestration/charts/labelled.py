"""Frames for readers: headers in words, values with their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas

from orchestration.figures.words import Measure, Words


def labelled(
    frame: pandas.DataFrame,
    words: Words,
    mart: str,
    columns: Sequence[str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> pandas.DataFrame:
    """The frame with headers as `titles`, else the catalogue and the models of `mart`, name its columns."""
    shown = frame if columns is None else frame[list(columns)]
    named = {column: words.measure(column, mart).label for column in shown.columns}
    return shown.rename(columns=named | dict(titles or {}))


def defined(*measures: Measure) -> str:
    """What measures mean, Markdown, one paragraph each."""
    return "\n\n".join(f"**{measure.label}**: {measure.definition}" for measure in measures)
