"""Where members come from, how far they go, and what that costs."""

from __future__ import annotations

from datetime import date

from orchestration.charts import course
from orchestration.charts import growth as charts
from orchestration.figures import growth as figures
from orchestration.figures import headline
from orchestration.pages.house import House

_TABLE = (
    "channel",
    "new_members",
    "channel_share",
    "retention_rate_30d",
    "first_time_buyers",
    "net_sales",
    "cost_amount",
    "cost_per_new_member",
    "customer_acquisition_cost",
    "return_on_investment",
)


def draw(house: House) -> None:
    """The page."""
    if house.lacks("mart_community_kpi"):
        return
    with house.filters():
        kind = house.choose(
            "period", ("week", "month", "quarter", "day"), lambda name: house.say(f"period.{name}")
        )
        scope = house.scope()
    columns = ("joins", "leaves", "dissolved_exits", "members_end")
    frame = house.ask(headline.course, scope, kind, columns)
    if not house.nothing_found(frame):
        drawings = [
            course.movement(frame, house.words, kind),
            course.course(frame, house.words, "members_end", kind),
        ]
        if scope.type in ("all", "group") and len(brought := house.ask(figures.referral, scope)):
            drawings.append(charts.referral(brought, house.words))
        house.pair(*drawings)
    house.section("channels")
    if house.lacks("mart_channel_roi"):
        return
    _channels(house)


def _channels(house: House) -> None:
    words = house.words
    with house.filters("channels"):
        kind = house.choose(
            "channel_period", figures.CHANNEL_PERIOD_TYPES[::-1], lambda name: house.say(f"period.{name}")
        )
        starts = {start.isoformat(): start for start in house.ask(figures.channel_periods, kind)}
        start = next(iter(starts.values()), date.min)
        if kind != "all" and starts:
            chosen = house.choose(
                f"channel_{kind}",
                list(starts),
                lambda name: words.period(kind, starts[name]),
                label=house.say(f"period.{kind}"),
            )
            start = starts[chosen]
    found = house.ask(figures.channels, kind, start)
    if house.nothing_found(found):
        return
    cohorts = house.ask(figures.funnel_cohorts)
    drawings = []
    complete = cohorts[cohorts["is_complete"]] if len(cohorts) else cohorts
    if len(complete):
        cohort = complete["cohort_start"].iloc[0].date()
        drawings.append(charts.funnel(house.ask(figures.funnel, cohort), words, f"{cohort:%Y-%m}"))
    drawings += [
        charts.channel_bars(found, words, "new_members"),
        charts.channel_shares(house.ask(figures.channel_course), words),
        charts.channel_bars(found, words, "return_on_investment"),
        charts.channel_bars(found, words, "customer_acquisition_cost"),
        charts.cost_and_sales(found, words),
    ]
    given = house.ask(figures.attribution, kind, start)
    if len(given):
        drawings.append(charts.attribution(given, words))
    house.pair(*drawings)
    named = charts.named_channels(found, words)
    house.table(
        "channels",
        named[list(_TABLE)],
        charts.ROI,
        {"channel": words.measure("channel_name", charts.ROI).label},
    )
