"""The week at a glance: headline figures, alerts, the course of what matters most."""

from __future__ import annotations

import streamlit as st

from orchestration.charts import course
from orchestration.figures.headline import HEADLINE_METRICS, digest, values
from orchestration.figures.headline import course as course_of
from orchestration.pages.alert_list import alert_list
from orchestration.pages.cards import cards
from orchestration.pages.house import House, plain

_DRAWN = ("net_sales", "members_end", "active_rate")
_MOVED = ("joins", "leaves", "dissolved_exits")


def draw(house: House) -> None:
    """The page."""
    if house.lacks("mart_community_kpi"):
        return
    with house.filters():
        period, scope = house.period(), house.scope()
    if period is None:
        return
    cards(house, house.ask(values, scope, period.type, period.start, HEADLINE_METRICS))
    if period.is_partial:
        st.caption(plain(house.say("not_over")))
    alert_list(house, scope)
    if period.type == "week" and scope.type in ("all", "owner"):
        _digest(house, house.ask(digest, period.start, scope))
    house.section("course")
    frame = house.ask(course_of, scope, period.type, (*_DRAWN, *_MOVED), period.start)
    if house.nothing_found(frame):
        return
    drawings = [course.course(frame, house.words, metric, period.type) for metric in _DRAWN]
    house.pair(drawings[0], course.movement(frame, house.words, period.type), *drawings[1:])


def _digest(house: House, lines: object) -> None:
    suffix = "_zh" if house.lang == "zh" else ""
    sentences = [str(line) for line in lines[f"headline{suffix}"]]  # type: ignore[index]
    if sentences:
        with st.expander(house.say("digest")):
            st.markdown("\n".join(f"* {plain(sentence)}" for sentence in sentences))
