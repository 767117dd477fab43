"""When members talk, of what, and what activities and messages to them did."""

from __future__ import annotations

from orchestration.charts import course
from orchestration.charts import engagement as charts
from orchestration.figures import ALL, Scope, headline
from orchestration.figures import engagement as figures
from orchestration.figures.periods import Period
from orchestration.pages.house import House

_ACTIVITIES = (
    "activity_name",
    "started_at",
    "target_members",
    "participants",
    "participation_rate",
    "messages_during",
    "messages_before",
    "joins_during",
    "orders",
    "net_sales",
    "cost_amount",
    "return_on_investment",
)
_TOUCHES = (
    "touch_kind",
    "batch_id",
    "delivered",
    "reach_rate",
    "click_rate",
    "buyers_3d",
    "net_sales_3d",
    "leaves_24h",
)


def draw(house: House) -> None:
    """The page."""
    if house.lacks("mart_community_kpi"):
        return
    with house.filters():
        period, scope = house.period(("week", "month")), house.scope()
    if period is None:
        return
    calendar = house.ask(figures.calendar, scope)
    if not house.nothing_found(calendar):
        house.show(charts.calendar(calendar, house.words))
    talk(house, scope, period)
    frame = house.ask(
        headline.course, scope, period.type, ("active_members", "interaction_rate"), period.start
    )
    if len(frame):
        house.pair(*(course.course(frame, house.words, name, period.type) for name in frame.columns[3:]))
    house.section("activities")
    if not house.lacks("mart_activity"):
        house.table("activities", house.ask(figures.activities)[list(_ACTIVITIES)], "mart_activity")
    house.section("touches")
    if not house.lacks("mart_touch_effect"):
        found = house.named(house.ask(figures.touches), "touch_kind")
        house.table("touches", found[list(_TOUCHES)], "mart_touch_effect")


def talk(house: House, scope: Scope, period: Period) -> None:
    """Hours and topics, which there are of all groups together and of each."""
    told = scope if scope.type in ("all", "group") else ALL
    drawings = []
    if not house.lacks("mart_message_heatmap") and len(hours := house.ask(figures.hours, told)):
        drawings.append(charts.hours(hours, house.words))
    if not house.lacks("mart_topic") and len(
        topics := house.ask(figures.topics, told, period.type, period.start)
    ):
        drawings.append(charts.topics(topics, house.words, house.words.period(period.type, period.start)))
    if told != scope and drawings:
        house.remark("of_all_groups")
    house.pair(*drawings)
