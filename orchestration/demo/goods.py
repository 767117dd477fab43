"""The products: prices, costs (some unknown), roles, seasons and repurchase cycles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from orchestration.demo import columns
from orchestration.demo import vocabulary as words
from orchestration.demo.plan import NONE, Floats, Ints, Plan

_SPECS = ("", "家庭装", "尝鲜装")
_PRICE_FACTORS = (1.0, 1.85, 0.45)
_MARGINS = np.array([0.06, 0.2, 0.32, 0.5])
_ROLE_APPEAL = np.array([2.2, 1.6, 1.0, 0.5])
_OUT_OF_SEASON = 0.05


@dataclass(frozen=True)
class Goods:
    """Attributes by product number; money in cents, NONE where unknown.

    Attributes:
        appeal: Months × products: how well a product sells in each calendar month.
        partner: The product bought with it, NONE without.
    """

    ids: pa.Array
    names: list[str]
    category: Ints
    role: Ints
    price: Ints
    cost: Ints
    cycle: Ints
    partner: Ints
    appeal: Floats


def invent_goods(plan: Plan) -> Goods:
    """48 products in up to three sizes."""
    rng = plan.rng("goods")
    items = [(category, *item) for category, goods in words.GOODS.items() for item in goods]
    sizes = 1 if plan.scale == "small" else len(_SPECS)
    count = len(items) * sizes
    number = np.arange(count)
    base, size = number % len(items), number // len(items)
    price = np.array([round(items[b][2] * _PRICE_FACTORS[s] * 100) for b, s in zip(base, size, strict=True)])
    role = np.where(price < 1_600, 0, rng.integers(1, 4, count))
    margin = np.clip(_MARGINS[role] + rng.normal(0, 0.03, count), 0.01, 0.8)
    cost = np.where(rng.random(count) < 0.1, NONE, (price * (1 - margin)).astype(np.int64))
    months = [items[b][5] for b in base]
    season = np.array(
        [[1.0 if not on or month in on else _OUT_OF_SEASON for on in months] for month in range(1, 13)]
    )
    fresh = 1.0 + 1.5 * np.array([bool(on) for on in months])
    popularity = (
        _ROLE_APPEAL[role] * np.exp(rng.normal(0, 0.5, count)) * np.where(size == 0, 1.0, 0.35) * fresh
    )
    partner = np.full(count, NONE)
    for (category_a, place_a), (category_b, place_b) in words.PARTNERS:
        partner[base == category_a * 12 + place_a] = category_b * 12 + place_b
    return Goods(
        ids=columns.ids("p", number + 1, 3),
        names=[items[b][1] + _SPECS[s] for b, s in zip(base, size, strict=True)],
        category=np.array([items[b][0] for b in base]),
        role=role,
        price=price,
        cost=cost,
        cycle=np.array([items[b][4] for b in base]),
        partner=partner,
        appeal=season * popularity[None, :],
    )


def products_table(goods: Goods) -> pa.Table:
    """The entity `products`."""
    return pa.table(
        {
            "product_id": goods.ids,
            "product_name": pa.array(goods.names),
            "category": columns.lookup(words.CATEGORIES, goods.category),
            "product_role": columns.lookup(words.PRODUCT_ROLES, goods.role),
            "unit_cost": columns.money(goods.cost),
            "list_price": columns.money(goods.price),
            "repurchase_cycle_days": columns.whole(np.where(goods.cycle > 0, goods.cycle, NONE)),
        }
    )


def choose(rng: np.random.Generator, goods: Goods, category: Ints, moments: Ints) -> Ints:
    """A product of the category for each moment, by appeal in its month."""
    month = moments.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12
    chosen = np.zeros(len(moments), dtype=np.int64)
    for number in range(len(words.CATEGORIES)):
        members = np.flatnonzero(goods.category == number)
        ladder = np.cumsum(goods.appeal[:, members], axis=1)
        ladder = ladder / ladder[:, -1:] + np.arange(12)[:, None]
        wanted = np.flatnonzero(category == number)
        found = np.searchsorted(ladder.ravel(), month[wanted] + rng.random(len(wanted)), side="right")
        chosen[wanted] = members[np.minimum(found - month[wanted] * len(members), len(members) - 1)]
    return chosen
