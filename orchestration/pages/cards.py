"""Headline figures as cards: the figure, 环比 and 同比, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pandas
import streamlit as st

from orchestration.figures import Measure, value_text
from orchestration.figures.words import UNKNOWN, change_text
from orchestration.pages.house import House, heading, plain


def cards(house: House, frame: pandas.DataFrame) -> None:
    """A card a metric, as `figures.headline.values` gives them."""
    with st.container(key="cards"):
        for row in frame.to_dict("records"):
            _card(house, row)


def _card(house: House, row: dict[str, Any]) -> None:
    measure = house.words.measure(str(row["metric_id"]))
    previous, last_year = change_text(row["previous_change_rate"]), change_text(row["last_year_change_rate"])
    with st.container(border=True, gap="xxsmall"):
        st.metric(
            plain(heading(measure.label)),
            value_text(row["value"], measure.unit, house.lang),
            delta=previous,
            delta_color="off" if previous == UNKNOWN else _color(measure),
            delta_arrow="off" if previous == UNKNOWN else "auto",
            delta_description=house.say("on_previous"),
            help="\n\n".join(_hints(house, measure, row)),
        )
        st.caption(plain(house.say("on_last_year", change=last_year)))


def _color(measure: Measure) -> Literal["normal", "inverse", "off"]:
    """Green for the better, red for the worse; grey where neither is."""
    colors: dict[str, Literal["normal", "inverse", "off"]] = {"up": "normal", "down": "inverse"}
    return colors.get(measure.better, "off")


def _hints(house: House, measure: Measure, row: dict[str, Any]) -> Sequence[str]:
    hints = [measure.definition.replace("$", r"\$")]
    if row["value"] != row["value"]:
        hints.append(house.say("why_no_value"))
    for name, label in (("previous", house.say("previous")), ("last_year", house.say("last_year"))):
        base = row[f"{name}_value"]
        if row[f"{name}_change_rate"] == row[f"{name}_change_rate"]:
            hints.append(f"{label}: {value_text(base, measure.unit, house.lang)}")
        else:
            hints.append(f"{label}: {UNKNOWN} {house.say('why_no_change')}")
    return hints
