"""Targets, how far they are reached, and who leads."""

from __future__ import annotations

import pandas
import streamlit as st

from orchestration.charts import scorecard as charts
from orchestration.figures import Scope, value_text
from orchestration.figures import scorecard as figures
from orchestration.pages.house import House, plain

_CARD = ("metric", "actual_text", "target_text", "weight", "attainment_rate", "score")
_MAX_BARS = 30


def draw(house: House) -> None:
    """The page."""
    if not house.lacks("mart_kpi_scorecard"):
        _cards(house)
    house.section("stages")
    if not house.lacks("mart_stage_scorecard"):
        best, weakest = house.ask(figures.stages), house.ask(figures.stages, True)
        if not house.nothing_found(best):
            house.pair(
                charts.ranking(best, house.words, "group_name", house.say("best_groups")),
                charts.ranking(weakest, house.words, "group_name", house.say("weakest_groups"), "weakest"),
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
            f"{row.scope_type}:{row.scope_id}": _scope_name(house, row.scope_type, row.name)
            for row in scores.itertuples()
        }
        chosen = house.choose("card_of", [*named], named.__getitem__)
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
    ranked = scores.assign(scope=list(named.values())).sort_values(
        "card_score", ascending=False, kind="stable"
    )
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


def _scope_name(house: House, kind: str, name: str) -> str:
    told = house.words.word("scope_type", kind)
    return told if kind == "all" else f"{told} · {house.words.word(kind, name)}"
