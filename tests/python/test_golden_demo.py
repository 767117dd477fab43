"""The small demo's marts against the reference, and its customer lifetime values against their papers."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from reference.compare import compare, report
from reference.lifetime_value import (
    BetaGeometric,
    GammaGamma,
    bg_nbd_log_likelihood,
    gamma_gamma_log_likelihood,
    highest,
    histories,
)
from reference.load import load
from reference.marts import Inputs
from reference.world import Parameters
from test_golden import TABLES, now

from orchestration.settings import Settings

CDNOW = Path(__file__).parent.parent / "fixtures" / "cdnow" / "customers.csv"
WEEK, AHEAD = 7.0, 90.0


@dataclass(frozen=True)
class Demo:
    """The published demo and what the reference computes from its export."""

    database: Path
    inputs: Inputs


@pytest.fixture(scope="module")
def demo(small_demo: Settings) -> Demo:
    landed_at = now()
    inputs = Inputs(load(small_demo.exports, landed_at), Parameters(), landed_at.date())
    return Demo(small_demo.published_db, inputs)


@pytest.mark.parametrize("name", TABLES)
def test_demo_agrees_with_reference(demo: Demo, name: str) -> None:
    table = demo.inputs.table(name)
    assert table.rows, "the reference expects no row: nothing would be compared"
    differences = compare(table, demo.database)
    assert not differences, "\n" + report(differences)


# Lifetime values: the formulas against published figures, the published parameters against the formulas.


def test_formulas_give_the_published_figures() -> None:
    """Fader, Hardie and Lee's estimates for CDNOW, their walk-through and that of the Gamma-Gamma note."""
    model = BetaGeometric(0.2426, 4.4137, 0.7930, 2.4262)
    with CDNOW.open(encoding="utf-8", newline="") as stream:
        rows = [
            tuple(float(row[name]) for name in ("frequency", "recency", "T"))
            for row in csv.DictReader(stream)
        ]
    customers = Counter((int(x), recency, age) for x, recency, age in rows)
    assert bg_nbd_log_likelihood(model, customers) == pytest.approx(-9582.43, abs=0.01)
    assert model.expected_purchases(39, 2, 30.43, 38.86) == pytest.approx(1.226, abs=0.0005)
    assert GammaGamma(6.25, 3.74, 15.44).expected_spend(2, 22.35) == pytest.approx(24.66, abs=0.01)


@dataclass(frozen=True)
class Fitted:
    """The published models and the likelihoods that they claim."""

    how_often: BetaGeometric
    how_much: GammaGamma
    claimed: dict[str, float]


@pytest.fixture(scope="module")
def fitted(demo: Demo) -> Fitted:
    with duckdb.connect(str(demo.database), read_only=True) as connection:
        rows = connection.execute(
            "select model, log_likelihood, r, alpha, a, b, p, q, v from core.dim_value_model"
        ).fetchall()
    models = {row[0]: row for row in rows}
    return Fitted(
        BetaGeometric(*models["bg_nbd"][2:6]),
        GammaGamma(*models["gamma_gamma"][6:9]),
        {name: row[1] for name, row in models.items()},
    )


def test_purchase_model_is_a_maximum(demo: Demo, fitted: Fitted) -> None:
    customers = Counter(
        (found.frequency, found.recency / WEEK, found.age / WEEK)
        for found in histories(demo.inputs.world).values()
    )
    model = fitted.how_often
    reached = bg_nbd_log_likelihood(model, customers)
    assert fitted.claimed["bg_nbd"] == pytest.approx(reached, rel=1e-9)
    best = highest(
        lambda given: bg_nbd_log_likelihood(BetaGeometric(*given), customers),
        (model.r, model.alpha, model.a, model.b),
    )
    assert best - reached <= 1e-6 * abs(best)


def test_spend_model_is_a_maximum(demo: Demo, fitted: Fitted) -> None:
    customers = [
        (found.frequency, float(found.monetary))
        for found in histories(demo.inputs.world).values()
        if found.monetary
    ]
    model = fitted.how_much
    reached = gamma_gamma_log_likelihood(model, customers)
    assert fitted.claimed["gamma_gamma"] == pytest.approx(reached, rel=1e-9)
    best = highest(
        lambda given: gamma_gamma_log_likelihood(GammaGamma(*given), customers), (model.p, model.q, model.v)
    )
    assert best - reached <= 1e-6 * abs(best)


def test_predictions_follow_from_the_published_parameters(demo: Demo, fitted: Fitted) -> None:
    with duckdb.connect(str(demo.database), read_only=True) as connection:
        published = connection.execute(
            "select member_id, probability_alive, expected_purchases_90d, expected_value_90d"
            " from marts.mart_clv"
        ).fetchall()
    known = histories(demo.inputs.world)
    assert {row[0] for row in published} == known.keys()
    for member_id, alive, purchases, value in published:
        found = known[member_id]
        history = (found.frequency, found.recency / WEEK, found.age / WEEK)
        expected = fitted.how_often.expected_purchases(AHEAD / WEEK, *history)
        spend = fitted.how_much.expected_spend(found.frequency, float(found.monetary or 0))
        assert alive == pytest.approx(fitted.how_often.probability_alive(*history), rel=1e-6), member_id
        assert purchases == pytest.approx(expected, rel=1e-6, abs=1e-9), member_id
        assert float(value) == pytest.approx(expected * spend, rel=1e-6, abs=0.0051), member_id
