"""Who buys, and what they are worth."""

from __future__ import annotations

import altair as alt
import pandas

from orchestration.charts import shapes
from orchestration.charts.drawing import Drawing
from orchestration.charts.labelled import defined, labelled
from orchestration.charts.theme import ACCENT, CALM
from orchestration.figures.words import Measure, Words, value_text

RFM = "mart_rfm"
CLV = "mart_clv"


def _members(words: Words) -> Measure:
    return Measure(
        "members", words.say("charts.customers"), "people", words.say("metrics.unit.people"), "up", ""
    )


def grid(frame: pandas.DataFrame, words: Words) -> Drawing:
    """Customers by recency (5 = newest, to the right) and frequency (5 = most often, on top)."""
    members = _members(words)
    recency, frequency = words.measure("recency_score", RFM), words.measure("frequency_score", RFM)
    every = pandas.MultiIndex.from_product(
        [range(1, 6), range(1, 6)], names=["recency_score", "frequency_score"]
    )
    drawn = frame.set_index(["recency_score", "frequency_score"]).reindex(every).fillna(0).reset_index()
    drawn["text"] = [value_text(count, "people") if count else "" for count in drawn["members"]]
    tips = [
        alt.Tooltip("recency_score:Q", title=recency.label),
        alt.Tooltip("frequency_score:Q", title=frequency.label),
        shapes.tooltip("members", members),
        shapes.tooltip("monetary", words.measure("monetary", RFM)),
    ]
    return Drawing(
        "rfm_grid",
        words.say("charts.title.rfm_grid"),
        defined(recency, frequency, words.measure("monetary", RFM)),
        shapes.heat(
            drawn,
            alt.X("recency_score:O", axis=alt.Axis(title=f"{recency.label} →", labelAngle=0)),
            alt.Y("frequency_score:O", sort="descending", axis=alt.Axis(title=f"{frequency.label} →")),
            members,
            tips,
            270,
            "text",
        ),
        labelled(drawn.drop(columns="text"), words, RFM).rename(columns={"members": members.label}),
    )


def _parts(
    frame: pandas.DataFrame, words: Words, name: str, title: str, names: list[str], definition: str
) -> Drawing:
    members, monetary = _members(words), words.measure("monetary", RFM)
    total = frame["monetary"].sum() or 1
    drawn = frame.assign(name=names)
    drawn["text"] = [
        words.say(
            "charts.customers_and_sales",
            members=value_text(row.members, "people"),
            share=f"{row.monetary / total:.0%}",
        )
        for row in drawn.itertuples()
    ]
    return Drawing(
        name,
        words.say(title),
        definition,
        shapes.bars(drawn, "name", members, "text", [("monetary", monetary)]),
        drawn[["name", "members", "monetary"]].rename(
            columns={
                "name": words.measure(name, RFM).label,
                "members": members.label,
                "monetary": monetary.label,
            }
        ),
    )


def segments(frame: pandas.DataFrame, words: Words) -> Drawing:
    """Customers of each segment and its share of the sales."""
    names = [
        row.segment_zh if words.lang == "zh" else words.word("segment", row.segment)
        for row in frame.itertuples()
    ]
    return _parts(
        frame, words, "segment", "charts.title.segments", names, defined(words.measure("segment", RFM))
    )


def tiers(frame: pandas.DataFrame, words: Words) -> Drawing:
    """Customers of each value tier and its share of the sales."""
    names = [words.word("value_tier", tier) for tier in frame["value_tier"]]
    return _parts(
        frame, words, "value_tier", "charts.title.tiers", names, defined(words.measure("value_tier", RFM))
    )


def lifetime_value(frame: pandas.DataFrame, words: Words) -> Drawing:
    """What customers will buy in 90 days, by how probably they come again."""
    expected, alive = words.measure("expected_value_90d", CLV), words.measure("probability_alive", CLV)
    drawn = frame.sort_values("alive_from", ascending=False)
    drawn["name"] = [f"{low:.0%} – {low + 0.1:.0%}" for low in drawn["alive_from"]]
    drawn["text"] = [
        words.say(
            "charts.value_of_customers",
            value=value_text(row.expected_value_90d, "yuan"),
            members=value_text(row.members, "people"),
        )
        for row in drawn.itertuples()
    ]
    members = _members(words)
    return Drawing(
        "lifetime_value",
        words.say("charts.title.lifetime_value"),
        defined(expected, alive),
        shapes.bars(
            drawn,
            "name",
            expected,
            "text",
            [("members", members), ("historic_value", words.measure("historic_value", CLV))],
        ),
        labelled(drawn, words, CLV, ["name", "members", "historic_value", "expected_value_90d"]).rename(
            columns={"name": alive.label, "members": members.label}
        ),
        words.say("charts.note.alive"),
    )


def user_types(frame: pandas.DataFrame, words: Words) -> Drawing:
    """Customers ever in a group, by type."""
    members = _members(words)
    suffix = "_zh" if words.lang == "zh" else ""
    told = frame.assign(
        name=frame[f"user_type{suffix}"]
        if suffix
        else [words.word("user_type", kind) for kind in frame["user_type"]]
    )
    drawn = told.groupby("name", as_index=False)["members"].sum().sort_values("members", ascending=False)
    total = drawn["members"].sum() or 1
    drawn["text"] = [f"{value_text(count, 'people')} · {count / total:.0%}" for count in drawn["members"]]
    kind, role = words.measure("user_type", "mart_user_type"), words.measure("message_role", "mart_user_type")
    data = told.rename(
        columns={"name": kind.label, f"message_role{suffix}": role.label, "members": members.label}
    )
    return Drawing(
        "user_types",
        words.say("charts.title.user_types"),
        defined(kind),
        shapes.bars(drawn, "name", members, "text"),
        data[[kind.label, role.label, members.label]],
    )


def community_and_outside(frame: pandas.DataFrame, words: Words) -> Drawing:
    """What a buyer in a group spends in a month beside others."""
    mart = "mart_community_vs_outside"
    measure = words.measure("sales_per_buyer", mart)
    wide = frame.pivot(index="period_start", columns="segment", values="sales_per_buyer")
    wide = wide.reindex(columns=["community", "outside"]).reset_index()
    wide["month"] = [f"{start:%Y-%m}" for start in wide["period_start"]]
    series = [
        (
            Measure(name, words.word("outside", name), measure.unit, measure.unit_text, "up", "", words.lang),
            color,
        )
        for name, color in (("community", ACCENT), ("outside", CALM))
    ]
    return Drawing(
        "community_and_outside",
        words.say("charts.title.community_and_outside"),
        defined(measure),
        shapes.two_bars(wide.sort_values("period_start", ascending=False), "month", series),
        labelled(frame, words, mart),
    )
