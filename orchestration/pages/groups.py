"""Groups side by side, and one of them in full."""

from __future__ import annotations

import pandas
import streamlit as st

from orchestration.charts import course
from orchestration.figures import Scope
from orchestration.figures.groups import SORTS, group_table, health
from orchestration.figures.headline import HEADLINE_METRICS, values
from orchestration.figures.headline import course as course_of
from orchestration.figures.periods import Period
from orchestration.figures.scopes import name_of
from orchestration.pages.alert_list import alert_list
from orchestration.pages.cards import cards
from orchestration.pages.engagement import talk
from orchestration.pages.house import House, plain

_SHOWN = 100
_NAMES = ("group_name", "group_type", "owner", "department")
_FIGURES = ("members_end", "joins", "leaves", "leave_rate", "active_rate", "messages", "buyers", "net_sales")


def draw(house: House) -> None:
    """The page."""
    if house.lacks("mart_community_kpi"):
        return
    with house.filters():
        period = house.period(("week", "month", "quarter", "year"))
        chosen = [_one_or_all(house, kind) for kind in ("department", "owner", "group_type")]
        search = st.text_input(house.say("filter.search"), key="search", type="search", live=True) or ""
        sort = house.choose("sort", SORTS, lambda name: _sort_name(house, name))
    if period is None:
        return
    asked = (period.type, period.start, *chosen, search, sort, _SHOWN)
    found = house.ask(group_table, *asked)
    if house.nothing_found(found):
        return
    total = int(found["groups_found"].iloc[0])
    st.caption(plain(house.say("groups_found", shown=f"{len(found):,}", count=f"{total:,}")))
    row = _table(house, found, repr(asked))
    if row is not None:
        st.query_params["group_id"] = str(found["group_id"].iloc[row])
    _one_group(house, st.query_params.get("group_id") or str(found["group_id"].iloc[0]), period)


def _one_or_all(house: House, kind: str) -> str | None:
    from orchestration.figures.scopes import scopes

    names = house.ask(scopes, kind, "", 500)
    known = dict(zip(names["scope_id"], names["name"], strict=True))
    chosen = house.choose(
        f"of_{kind}",
        ["all", *known],
        lambda name: house.say("any") if name == "all" else house.words.word(kind, known[name]),
        label=house.words.word("scope_type", kind),
    )
    return None if chosen == "all" else chosen


def _sort_name(house: House, column: str) -> str:
    mart = "mart_group_health" if column == "health_score" else "mart_community_kpi"
    return house.words.measure(column, mart).label


def _table(house: House, found: pandas.DataFrame, asked: str) -> int | None:
    words = house.words
    frame = house.named(house.named(found, "group_type"), "recommendation")
    titles = {
        "group_name": words.measure("group_name", "dim_group").label,
        "group_type": words.measure("group_type", "dim_group").label,
        "owner": words.word("scope_type", "owner"),
        "department": words.word("scope_type", "department"),
        "health_score": words.measure("health_score", "mart_group_health").label,
        "recommendation": words.measure("recommendation", "mart_group_health").label,
    }
    columns = [*_NAMES, *_FIGURES, "health_score", "recommendation"]
    return house.table("groups", frame[columns], "mart_community_kpi", titles, asked)


def _one_group(house: House, group_id: str, period: Period) -> None:
    scope = Scope("group", group_id)
    st.divider()
    st.subheader(plain(house.ask(name_of, scope)), anchor=False)
    suffix = "_zh" if house.lang == "zh" else ""
    for row in house.ask(health, group_id).to_dict("records"):
        if row["recommendation"]:
            advice = house.words.word("recommendation", row["recommendation"])
            st.markdown(f"**{plain(advice)}** {plain(row[f'recommendation_reason{suffix}'])}")
    cards(house, house.ask(values, scope, period.type, period.start, HEADLINE_METRICS))
    alert_list(house, scope)
    columns = ("members_end", "active_rate", "net_sales", "joins", "leaves", "dissolved_exits")
    frame = house.ask(course_of, scope, period.type, columns, period.start)
    if len(frame):
        house.pair(
            course.movement(frame, house.words, period.type),
            *(course.course(frame, house.words, name, period.type) for name in columns[:3]),
        )
    talk(house, scope, period)
