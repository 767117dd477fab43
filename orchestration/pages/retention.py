"""Who stays, who comes back, and who is about to leave."""

from __future__ import annotations

from orchestration.charts import retention as charts
from orchestration.figures import ALL
from orchestration.figures import retention as figures
from orchestration.pages.house import House

_EXITS = ("date", "group_name", "leaves", "baseline_median", "score", "touches_before")
_INTERVALS = {"months": ("month", "period"), "weeks": ("week", "period"), "days": ("month", "day")}


def draw(house: House) -> None:
    """The page."""
    if house.lacks("mart_retention"):
        return
    with house.filters():
        questions = {"_".join(question): question for question in figures.QUESTIONS}
        asked = house.choose("question", list(questions), lambda name: house.say(f"question.{name}"))
        interval = house.choose("interval", list(_INTERVALS), lambda name: house.say(f"interval.{name}"))
        scope = house.scope(("all", "channel", "group"))
    question, (period_type, interval_type) = questions[asked], _INTERVALS[interval]
    if scope.type == "group" and interval != "days":
        period_type, interval_type = _INTERVALS["days"]
        house.remark("of_groups_by_days")
    frame = house.ask(figures.cohorts, scope, question, period_type, interval_type)
    if not house.nothing_found(frame):
        house.show(charts.cohorts(frame, house.words, question, period_type, interval_type))
    house.section("lifecycle")
    if not house.lacks("mart_lifecycle"):
        told = scope if scope.type == "group" else ALL
        drawings = [
            charts.lifecycle(found, house.words, kind)
            for kind in ("week", "month")
            if len(found := house.ask(figures.lifecycle, told, kind))
        ]
        house.pair(*drawings)
    house.section("leaving")
    if not house.lacks("mart_churn_risk"):
        group = scope.id if scope.type == "group" else None
        house.show(charts.churn_risk(house.ask(figures.churn_risk, group), house.words))
    if not house.lacks("mart_exit_anomaly"):
        exits = house.ask(figures.exit_days)
        house.section("exit_days")
        if not house.nothing_found(exits):
            titles = {"group_name": house.words.measure("group_name", "dim_group").label}
            house.table("exit_days", exits[list(_EXITS)], "mart_exit_anomaly", titles)
