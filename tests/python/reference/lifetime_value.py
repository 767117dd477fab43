"""mart_clv: histories exactly; BG/NBD and Gamma-Gamma as their papers write them.

Fader, Hardie and Lee (2005), "Counting your customers the easy way" (BG/NBD);
Fader and Hardie (2013), "The Gamma-Gamma model of monetary value".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import exp, fsum, lgamma, log, log1p

from scipy.optimize import minimize
from scipy.special import hyp2f1

from .seeds import seed
from .tables import NOT_COMPARED, Table, columns
from .world import World


@dataclass(frozen=True)
class History:
    """A buyer's purchases, several on one date being one.

    Attributes:
        frequency: Purchase dates after the first.
        recency: From the first to the last, in days.
        age: From the first to as_of_date, in days.
        monetary: Mean net sales of the dates after the first; None without any.
        total: Net sales of all.
    """

    frequency: int
    recency: int
    age: int
    monetary: Decimal | None
    total: Decimal


def histories(world: World) -> dict[str, History]:
    """The history of every customer with a paid order ever."""
    sales: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for order in world.orders:
        if order.is_paid and order.member_id is not None:
            sales[order.member_id][order.paid_date] += order.net_sales
    found = {}
    for member_id, by_date in sales.items():
        dates = sorted(by_date)
        repeats = dates[1:]
        found[member_id] = History(
            len(repeats),
            (dates[-1] - dates[0]).days,
            (world.as_of - dates[0]).days,
            sum((by_date[day] for day in repeats), Decimal(0)) / len(repeats) if repeats else None,
            sum(by_date.values(), Decimal(0)),
        )
    return found


PREDICTIONS = ("probability_alive", "expected_purchases_90d", "expected_value_90d")


def clv(world: World) -> Table:
    """What needs no model, and why there are no predictions where there is too little to fit.

    Predictions themselves are tested apart, from the published parameters.
    """
    table = Table(
        "marts",
        "mart_clv",
        ("member_id",),
        columns(
            "text: member_id; count: frequency recency_days age_days; money: monetary_value historic_value;"
            f"double: {' '.join(PREDICTIONS)}; text: prediction_note"
        ),
    )
    known = histories(world)
    note = _too_few(known)
    for member_id, history in known.items():
        prediction = NOT_COMPARED if note is None else None
        table.rows.append(
            {
                "member_id": member_id,
                "frequency": history.frequency,
                "recency_days": history.recency,
                "age_days": history.age,
                "monetary_value": history.monetary,
                "historic_value": history.total,
                "prediction_note": note,
            }
            | dict.fromkeys(PREDICTIONS, prediction)
        )
    return table


def _too_few(known: dict[str, History]) -> str | None:
    """Why BG/NBD is not fitted; None where there are buyers enough."""
    minimums = {row["model"]: row for row in seed("clv_minimums")}["bg_nbd"]
    if len(known) < int(minimums["minimum_buyers"]):
        return "too_few_buyers"
    repeaters = sum(history.frequency > 0 for history in known.values())
    return "too_few_repeat_buyers" if repeaters < int(minimums["minimum_repeat_buyers"]) else None


@dataclass(frozen=True)
class BetaGeometric:
    """BG/NBD; times are in the unit of `alpha`."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, frequency: int, recency: float, age: float) -> float:
        """Equation (6) of the paper, of one customer."""
        r, alpha, a, b, x = self.r, self.alpha, self.a, self.b, frequency
        common = lgamma(r + x) - lgamma(r) + r * log(alpha)
        alive = common + _log_beta(a, b + x) - _log_beta(a, b) - (r + x) * log(alpha + age)
        if x == 0:
            return alive
        gone = common + _log_beta(a + 1, b + x - 1) - _log_beta(a, b) - (r + x) * log(alpha + recency)
        return max(alive, gone) + log1p(exp(-abs(alive - gone)))

    def probability_alive(self, frequency: int, recency: float, age: float) -> float:
        """That the customer has not dropped out after its last purchase."""
        return 1 / (1 + self._odds_of_being_gone(frequency, recency, age))

    def expected_purchases(self, ahead: float, frequency: int, recency: float, age: float) -> float:
        """Equation (10): purchases in the time `ahead`, given the history."""
        r, alpha, a, b, x = self.r, self.alpha, self.a, self.b, frequency
        series = hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + age + ahead))
        shrink: float = ((alpha + age) / (alpha + age + ahead)) ** (r + x)
        bought = (a + b + x - 1) / (a - 1) * (1 - shrink * float(series))
        return bought / (1 + self._odds_of_being_gone(x, recency, age))

    def _odds_of_being_gone(self, frequency: int, recency: float, age: float) -> float:
        """Nobody drops out but right after a repeat purchase."""
        if frequency == 0:
            return 0.0
        longer = (self.alpha + age) / (self.alpha + recency)
        return float(self.a / (self.b + frequency - 1) * longer ** (self.r + frequency))


@dataclass(frozen=True)
class GammaGamma:
    """What a customer spends on a purchase, seen `frequency` times."""

    p: float
    q: float
    v: float

    def log_likelihood(self, frequency: int, monetary: float) -> float:
        """Equation (1a) of the note, of one customer with at least one repeat purchase."""
        p, q, v, x, mean = self.p, self.q, self.v, frequency, monetary
        return (
            lgamma(p * x + q)
            - lgamma(p * x)
            - lgamma(q)
            + q * log(v)
            + (p * x - 1) * log(mean)
            + p * x * log(x)
            - (p * x + q) * log(x * mean + v)
        )

    def expected_spend(self, frequency: int, monetary: float) -> float:
        """Equation (5): between the mean of all and the customer's own."""
        return self.p * (self.v + frequency * monetary) / (self.p * frequency + self.q - 1)


def _log_beta(first: float, second: float) -> float:
    return lgamma(first) + lgamma(second) - lgamma(first + second)


Rows = Counter[tuple[int, float, float]]


def bg_nbd_log_likelihood(model: BetaGeometric, customers: Rows) -> float:
    """Sum over customers, equal ones counted together."""
    return fsum(count * model.log_likelihood(*row) for row, count in customers.items())


def gamma_gamma_log_likelihood(model: GammaGamma, customers: Sequence[tuple[int, float]]) -> float:
    """Sum over customers with a repeat purchase that brought money."""
    return fsum(model.log_likelihood(*row) for row in customers)


def highest(log_likelihood: Callable[[Sequence[float]], float], start: Sequence[float]) -> float:
    """The greatest log-likelihood that a search without slopes finds from these (positive) parameters."""
    found = minimize(
        lambda logs: -log_likelihood([exp(value) for value in logs]),
        [log(value) for value in start],
        method="Nelder-Mead",
        options={"maxfev": 4000, "xatol": 1e-6, "fatol": 1e-7},
    )
    return -float(found.fun)
