"""Who buys, how much, and what they will."""

from __future__ import annotations

from orchestration.charts import Drawing
from orchestration.charts import customers as charts
from orchestration.figures import customers as figures
from orchestration.pages.house import House

_WHERE: dict[str, bool | None] = {"everywhere": None, "community": True, "outside": False}
_PRODUCTS = (
    "product_name",
    "category",
    "units",
    "orders",
    "buyers",
    "new_buyer_share",
    "line_sales",
    "gross_margin_rate",
    "quadrant",
)


def draw(house: House) -> None:
    """The page."""
    if house.lacks("mart_rfm"):
        return
    with house.filters():
        where = _WHERE[house.choose("where", list(_WHERE), lambda name: house.say(f"where.{name}"))]
    words = house.words
    grid = house.ask(figures.rfm_grid, where)
    if not house.nothing_found(grid):
        house.pair(
            charts.grid(grid, words),
            charts.segments(house.ask(figures.segments, where), words),
            charts.tiers(house.ask(figures.tiers, where), words),
            *_of_everybody(house),
        )
    house.section("products")
    if not house.lacks("mart_product"):
        found = house.named(house.ask(figures.products), "quadrant")
        house.table("products", found[list(_PRODUCTS)], "mart_product")


def _of_everybody(house: House) -> list[Drawing]:
    """What is not told apart by where customers are."""
    asked = (
        ("mart_clv", figures.lifetime_value, charts.lifetime_value),
        ("mart_user_type", figures.user_types, charts.user_types),
        ("mart_community_vs_outside", figures.community_and_outside, charts.community_and_outside),
    )
    return [
        drawing(house.ask(question), house.words)
        for mart, question, drawing in asked
        if not house.published.is_empty(mart)
    ]
