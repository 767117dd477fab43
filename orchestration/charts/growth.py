"""Channels, their costs and the way of a month's joiners."""

from __future__ import annotations

import altair as alt
import pandas

from orchestration.charts import shapes
from orchestration.charts.drawing import Drawing
from orchestration.charts.labelled import defined, labelled
from orchestration.charts.theme import ACCENT, LOSS, SEVERAL
from orchestration.figures.words import Words, value_text

ROI = "mart_channel_roi"
FUNNEL = "mart_funnel"
REFERRAL = "mart_referral"


def named_channels(frame: pandas.DataFrame, words: Words) -> pandas.DataFrame:
    """The frame with a name for each channel, the unknown one too, in the column `channel`."""
    names = frame["channel_name"].fillna(frame["channel_id"])
    return frame.assign(channel=[words.word("channel", name) for name in names])


def _channel(words: Words) -> dict[str, str]:
    return {"channel": words.measure("channel_name", ROI).label}


def funnel(frame: pandas.DataFrame, words: Words, cohort: str) -> Drawing:
    """The steps of those who joined in a month; exposure, a thousand times larger, is told in the note."""
    members, nested, rate = (
        words.measure(name, FUNNEL) for name in ("members", "nested_members", "step_rate")
    )
    named = frame.assign(name=[words.word("step", step) for step in frame["step"]])
    exposed, steps = named[named["step"] == "exposed"], named[named["step"] != "exposed"]
    steps = steps.assign(
        text=[
            f"{value_text(row.nested_members, 'people')} · {value_text(row.step_rate, 'rate')}"
            if row.step_number > 2
            else value_text(row.nested_members, "people")
            for row in steps.itertuples()
        ]
    )
    notes = []
    if len(exposed) and exposed["members"].iloc[0] > 0:
        joined = steps[steps["step"] == "joined"]["step_rate"]
        notes.append(
            words.say(
                "charts.note.exposed",
                impressions=value_text(exposed["members"].iloc[0], "count"),
                rate=f"{joined.iloc[0]:.2%}" if len(joined) and joined.iloc[0] == joined.iloc[0] else "–",
            )
        )
    if not frame["is_complete"].all():
        notes.append(words.say("charts.note.running_cohort"))
    return Drawing(
        f"funnel_{cohort}",
        words.say("charts.title.funnel", cohort=cohort),
        defined(members, nested, rate),
        shapes.bars(steps, "name", nested, "text", [("members", members), ("step_rate", rate)]),
        labelled(named.drop(columns="step").rename(columns={"name": "step"}), words, FUNNEL),
        " ".join(notes),
    )


def channel_bars(frame: pandas.DataFrame, words: Words, column: str, limit: int = 12) -> Drawing:
    """One measure of the channels, the largest first; channels without it are left out."""
    measure = words.measure(column, ROI)
    shown = named_channels(frame, words).dropna(subset=[column]).sort_values(column, ascending=False)
    if column != "return_on_investment":
        shown = shown[shown[column] != 0]
    shown = shown.head(limit).assign(
        text=lambda rows: [value_text(value, measure.unit, words.lang) for value in rows[column]],
        is_loss=lambda rows: rows[column] < 0,
    )
    unknown = len(frame) - len(shown)
    return Drawing(
        f"channels_{column}",
        words.say("charts.title.by_channel", what=measure.title),
        defined(measure),
        shapes.bars(shown, "channel", measure, "text", is_loss="is_loss"),
        labelled(shown, words, ROI, ["channel", column], _channel(words)),
        words.say("charts.note.channels_without", count=unknown) if unknown else "",
    )


def channel_shares(frame: pandas.DataFrame, words: Words) -> Drawing:
    """The channels' shares of new members by month, the small ones together."""
    measure = words.measure("new_members", ROI)
    named = named_channels(frame, words)
    largest = named.groupby("channel")["new_members"].sum().nlargest(len(SEVERAL) - 1).index
    named.loc[~named["channel"].isin(largest), "channel"] = words.say("figures.word.others")
    drawn = named.groupby(["period_start", "channel"], as_index=False)["new_members"].sum()
    return Drawing(
        "channel_shares",
        words.say("charts.title.channel_shares"),
        defined(measure, words.measure("channel_share", ROI)),
        shapes.shares(drawn, measure, "channel", "month", words.say("charts.period.month")),
        labelled(
            named, words, ROI, ["period_start", "channel", "new_members", "channel_share"], _channel(words)
        ),
    )


def cost_and_sales(frame: pandas.DataFrame, words: Words, limit: int = 12) -> Drawing:
    """What channels cost and what their customers bought, of those with a cost."""
    cost, profit = words.measure("cost_amount", ROI), words.measure("gross_profit", ROI)
    shown = named_channels(frame, words)
    shown = shown[shown["cost_amount"] > 0].sort_values("cost_amount", ascending=False).head(limit)
    return Drawing(
        "channel_cost_and_profit",
        words.say("charts.title.cost_and_profit"),
        defined(cost, profit, words.measure("return_on_investment", ROI)),
        shapes.two_bars(shown, "channel", [(cost, LOSS), (profit, ACCENT)]),
        labelled(
            shown,
            words,
            ROI,
            ["channel", "cost_amount", "gross_profit", "return_on_investment"],
            _channel(words),
        ),
    )


def attribution(frame: pandas.DataFrame, words: Words) -> Drawing:
    """Sales that each model gives each channel."""
    measure = words.measure("attributed_net_sales", "mart_attribution")
    named = named_channels(frame, words)
    named = named.assign(model=[words.word("model", model) for model in named["model"]])
    named["text"] = [f"{value:,.0f}" for value in named[measure.column]]
    order = named.groupby("channel")[measure.column].sum().sort_values(ascending=False).index.tolist()
    x = alt.X(
        "model:N",
        axis=alt.Axis(title=None, labelAngle=0, labelOverlap=False, labelFontSize=10, orient="top"),
        sort=named["model"].unique().tolist(),
    )
    y = alt.Y("channel:N", axis=alt.Axis(title=None, labelLimit=110), sort=order)
    tips = [
        alt.Tooltip("channel:N", title=" "),
        alt.Tooltip("model:N", title=" "),
        shapes.tooltip(measure.column, measure),
    ]
    return Drawing(
        "attribution",
        words.say("charts.title.attribution"),
        defined(measure),
        shapes.heat(named, x, y, measure, tips, 40 + 26 * len(order), "text"),
        labelled(
            named,
            words,
            "mart_attribution",
            ["model", "channel", "attributed_orders", measure.column],
            _channel(words),
        ),
    )


def referral(frame: pandas.DataFrame, words: Words) -> Drawing:
    """How many of the members bring new ones, by month."""
    rate, invited = words.measure("referral_rate", REFERRAL), words.measure("invited_members", REFERRAL)
    columns = ["period_start", "inviting_members", "invited_members", "referral_rate", "k_factor"]
    return Drawing(
        "referral",
        words.say("charts.title.course_month", what=rate.title),
        defined(rate, invited),
        shapes.line(frame, rate, "month", words.say("charts.period.month")),
        labelled(frame, words, REFERRAL, columns),
        words.say("charts.note.partial") if frame["is_partial"].any() else "",
    )
