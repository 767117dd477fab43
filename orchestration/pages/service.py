"""Who answers how fast, and what customers say."""

from __future__ import annotations

from orchestration.charts import service as charts
from orchestration.figures import Scope
from orchestration.figures import service as figures
from orchestration.pages.house import House

_TABLE = (
    "staff_name",
    "department",
    "customers_served",
    "conversations",
    "turns",
    "reply_rate",
    "within_sla_rate",
    "response_seconds_p50",
    "response_seconds_p90",
    "unanswered_turns",
    "latest_message_time",
    "new_contacts",
    "deleted_by_customer",
)


def draw(house: House) -> None:
    """The page."""
    words = house.words
    if not house.lacks("mart_staff_service"):
        with house.filters():
            period = house.period(("week", "month", "day"))
            staff = house.ask(figures.staff, period.type, period.start) if period else None
            names = {} if staff is None else dict(zip(staff["staff_id"], staff["staff_name"], strict=True))
            who = house.choose("staff", ["all", *names], lambda name: names.get(name, house.say("everybody")))
        if period is not None and staff is not None and not house.nothing_found(staff):
            one = None if who == "all" else who
            shown = words.period(period.type, period.start)
            house.pair(
                charts.responses(house.ask(figures.responses, period.start, period.end, one), words, shown),
                charts.staff_bars(staff, words, "within_sla_rate"),
                charts.staff_bars(staff, words, "response_seconds_p50"),
                charts.staff_bars(staff, words, "unanswered_turns"),
            )
            titles = {name: words.measure(name, "dim_staff").label for name in ("staff_name", "department")}
            house.table("staff", staff[list(_TABLE)], charts.STAFF, titles)
    house.section("quality")
    if not house.lacks("mart_service_quality"):
        house.pair(
            *(
                charts.quality(found, words, kind)
                for kind in ("week", "month")
                if len(found := house.ask(figures.quality, Scope(), kind))
            )
        )
