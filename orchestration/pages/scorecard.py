"""Targets, how far they are reached, and who leads."""

from __future__ import annotations

import pandas
import streamlit as st

from orchestration.charts import scorecard as charts
from orchestration.figures import Scope, value_text
from orchestration.figures import scorecard as figures
from orchestration.figures.scopes import name_of
from orchestration.pages.house import House, plain

_CARD = ("metric", "actual_text", "target_text", "weight", "attainment_rate", "score")
_MAX_BARS = 30


def draw(house: House) -> None:
    """The page."""
    if not house.lacks("mart_kpi_scorecard"):
        _cards(house)
    house.section("stages")
    if not house.lacks("mart_stage_scorecard"):
        found = house.ask(figures.stages).dropna(subset=["card_score"])
        if not house.nothing_found(found):
            best, rest = found.head(_MAX_BARS // 2), found.tail(_MAX_BARS // 2)
            house.pair(
                charts.ranking(best, house.words, "group_name", house.say("best_groups")),
                charts.ranking(rest[::-1], house.words, "group_name", house.say("weakest_groups"), "weakest"),
            )


def _cards(house: House) -> None:
    words = house.words
    known = house.ask(figures.cards)
    with house.filters():
        name = house.choose("card", known["scorecard"].drop_duplicates().tolist(), str)
        of_card = known[known["scorecard"] == name]
        kind = house.choose(
            "card_period",
            of_card["period_type"].drop_duplicates().tolist(),
            lambda one: house.say(f"period.{one}"),
        )
        starts = [
            start.date().isoformat() for start in of_card[of_card["period_type"] == kind]["period_start"]
        ]
        start = house.choose(
            "card_start",
            starts,
            lambda day: words.period(kind, pandas.Timestamp(day).date()),
            label=house.say(f"period.{kind}"),
        )
        day = pandas.Timestamp(start).date()
        scores = house.ask(figures.card_scores, name, kind, day)
        named = {
            f"{row.scope_type}:{row.scope_id}": _scope_name(house, Scope(row.scope_type, row.scope_id))
            for row in scores.itertuples()
        }
        everybody = [*named].index("all:all") if "all:all" in named else 0
        chosen = house.choose("card_of", [*named], named.__getitem__, everybody)
    scope = Scope(*chosen.split(":", 1))
    card = house.ask(figures.card, name, kind, day, scope)
    if house.nothing_found(card):
        return
    measure = words.measure("card_score", charts.CARD)
    st.metric(
        plain(f"{measure.label}: {named[chosen]}"),
        value_text(card["card_score"].iloc[0], "score"),
        help=measure.definition,
    )
    ranked = scores.assign(scope=list(named.values()))
    house.pair(
        charts.card(card, words, name),
        charts.ranking(ranked.head(_MAX_BARS), words, "scope", house.say("who_leads", name=name)),
    )
    shown = charts.with_texts(card, words)[list(_CARD)]
    titles = {
        text: words.measure(column, charts.CARD).label
        for text, column in (("metric", "metric_id"), ("actual_text", "actual"), ("target_text", "target"))
    }
    house.table("card", shown, charts.CARD, titles)


def _scope_name(house: House, scope: Scope) -> str:
    kind = house.words.word("scope_type", scope.type)
    if scope.type == "all":
        return kind
    return f"{kind} · {house.words.word(scope.type, house.ask(name_of, scope))}"
