"""BG/NBD and Gamma-Gamma: published figures, known parameters found again, and data that say too little."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import gammaln, hyp2f1

from orchestration.lifetime_value import (
    CONVERGED,
    Fit,
    expected_purchases,
    expected_spend,
    fit_purchases,
    fit_spending,
    probability_alive,
)
from orchestration.lifetime_value.fits import Floats
from orchestration.lifetime_value.frames import fit_models, predict_customers
from orchestration.settings import PROJECT_DIR

CDNOW = PROJECT_DIR / "tests" / "fixtures" / "cdnow" / "customers.csv"
MINIMUMS = pd.DataFrame(
    {"model": ["bg_nbd", "gamma_gamma"], "minimum_buyers": [50, 50], "minimum_repeat_buyers": [20, 20]}
)


@pytest.fixture(scope="module")
def cdnow() -> tuple[Floats, Floats, Floats]:
    with CDNOW.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    frequency, recency, age = (
        np.array([float(row[name]) for row in rows]) for name in ("frequency", "recency", "T")
    )
    return frequency, recency, age


@pytest.fixture(scope="module")
def published(cdnow: tuple[Floats, Floats, Floats]) -> Fit:
    return fit_purchases(*cdnow)


def one(value: float) -> Floats:
    return np.array([float(value)])


@pytest.mark.parametrize(("name", "value"), [("r", 0.2426), ("alpha", 4.4137), ("a", 0.7930), ("b", 2.4262)])
def test_cdnow_gives_the_published_parameters(published: Fit, name: str, value: float) -> None:
    assert published.status == CONVERGED
    assert published.parameters[name] == pytest.approx(value, rel=0.01)


def test_cdnow_gives_the_published_likelihood(published: Fit) -> None:
    assert published.log_likelihood == pytest.approx(-9582.429, abs=0.1)
    assert (published.customers, published.repeat_customers) == (2357, 946)


def test_a_customer_of_the_published_walk_through(published: Fit) -> None:
    """x = 2, t_x = 30.43, T = 38.86: 1.226 purchases are expected in the next 39 weeks."""
    expected = expected_purchases(published, one(2), one(30.43), one(38.86), 39.0)
    assert expected[0] == pytest.approx(1.226, abs=0.0005)
    assert probability_alive(published, one(2), one(30.43), one(38.86))[0] == pytest.approx(0.7266, abs=1e-3)


def test_the_fit_does_not_hang_on_the_order_of_customers(
    cdnow: tuple[Floats, Floats, Floats], published: Fit
) -> None:
    backwards = fit_purchases(*(column[::-1] for column in cdnow))
    assert backwards == published


def test_the_fit_of_spends_does_not_hang_on_the_order_of_customers() -> None:
    random = np.random.default_rng(3)
    frequency = random.integers(0, 9, 112).astype(np.float64)
    spend = random.lognormal(4.0, 0.4, 112)
    order = random.permutation(112)
    assert fit_spending(frequency[order], spend[order]) == fit_spending(frequency, spend)


@pytest.mark.parametrize("a", [0.3, 0.999999999, 1.0, 1.000001, 2.5])
@pytest.mark.parametrize("history", [(0, 0.0, 20.0), (1, 3.0, 50.0), (7, 19.0, 20.0)])
def test_expected_purchases_are_the_integral_over_everybody(
    a: float, history: tuple[int, float, float]
) -> None:
    """Equation 10 of the paper where a is not 1, and everywhere the sum of chances still to be alive."""
    parameters = {"r": 0.8, "alpha": 3.0, "a": a, "b": 2.0}
    fit = Fit(CONVERGED, 1, 1, parameters)
    x, t_x, age = history
    found = expected_purchases(fit, one(x), one(t_x), one(age), 12.0)[0]
    r, alpha, b = 0.8, 3.0, 2.0
    if abs(a - 1) > 0.01:
        term = ((alpha + age) / (alpha + age + 12)) ** (r + x) * hyp2f1(
            r + x, b + x, a + b + x - 1, 12 / (alpha + age + 12)
        )
        odds = a / (b + x - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x) if x else 0.0
        paper = (a + b + x - 1) / (a - 1) * (1 - term) / (1 + odds)
        assert found == pytest.approx(paper, rel=1e-9)
        return
    near = [
        expected_purchases(
            Fit(CONVERGED, 1, 1, {**parameters, "a": 1 + side}), one(x), one(t_x), one(age), 12.0
        )[0]
        for side in (-1e-3, 1e-3)
    ]
    assert found == pytest.approx(sum(near) / 2, rel=1e-5)


def test_frequent_buyers_do_not_overflow() -> None:
    fit = Fit(CONVERGED, 1, 1, {"r": 0.24, "alpha": 4.4, "a": 0.79, "b": 2.4})
    found = expected_purchases(fit, one(700), one(99.0), one(100.0), 90 / 7)[0]
    assert 30 < found < 60
    assert probability_alive(fit, one(700), one(1.0), one(100.0))[0] == pytest.approx(0, abs=1e-12)


def spends(customers: int, seed: int) -> tuple[Floats, Floats]:
    """Repeat purchases and mean spends drawn from Gamma-Gamma with p 6.25, q 3.74, v 15.44."""
    random = np.random.default_rng(seed)
    frequency = random.integers(1, 12, customers).astype(float)
    scale = random.gamma(3.74, 1 / 15.44, customers)
    return frequency, random.gamma(6.25 * frequency, 1 / (scale * frequency))


def test_gamma_gamma_finds_its_parameters_again() -> None:
    fit = fit_spending(*spends(40_000, seed=7))
    assert fit.status == CONVERGED
    assert fit.parameters == {
        "p": pytest.approx(6.25, rel=0.05),
        "q": pytest.approx(3.74, rel=0.05),
        "v": pytest.approx(15.44, rel=0.05),
    }


def purchases(customers: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Histories drawn from BG/NBD with r 0.8, alpha 3, a 0.7, b 2.5."""
    random = np.random.default_rng(seed)
    histories = []
    for _ in range(customers):
        rate, dropout = random.gamma(0.8, 1 / 3.0), random.beta(0.7, 2.5)
        age, bought, last = float(random.integers(20, 60)), 0, 0.0
        while (moment := last + random.exponential(1 / rate)) <= age:
            bought, last = bought + 1, moment
            if random.random() < dropout:
                break
        histories.append((bought, last, age))
    frequency, recency, age_weeks = np.array(histories, dtype=float).T
    return frequency, recency, age_weeks


def test_bg_nbd_finds_its_parameters_again() -> None:
    fit = fit_purchases(*purchases(20_000, seed=11))
    assert fit.parameters["r"] == pytest.approx(0.8, rel=0.1)
    assert fit.parameters["alpha"] == pytest.approx(3, rel=0.1)
    assert fit.parameters["a"] / (fit.parameters["a"] + fit.parameters["b"]) == pytest.approx(
        0.7 / 3.2, rel=0.1
    )


def test_the_likelihood_of_spending_is_in_yuan() -> None:
    """It is the sum of the log densities of the mean spends, and the density sums to 1 over all spends."""
    frequency, mean_spend = spends(200, seed=5)
    fit = fit_spending(frequency, mean_spend)
    p, q, v = (fit.parameters[name] for name in ("p", "q", "v"))

    def log_density(x: float, m: float) -> float:
        beta = gammaln(p * x) + gammaln(q) - gammaln(p * x + q)
        share = x * m / (x * m + v)
        return float(p * x * np.log(share) + q * np.log(1 - share) - np.log(m) - beta)

    assert quad(lambda m: np.exp(log_density(2, m)), 0, np.inf, limit=200)[0] == pytest.approx(1, abs=1e-6)
    total = sum(log_density(x, m) for x, m in zip(frequency, mean_spend, strict=True))
    assert fit.log_likelihood == pytest.approx(total, rel=1e-9)


def test_spend_lies_between_own_and_common_mean() -> None:
    fit = Fit(CONVERGED, 1, 1, {"p": 6.0, "q": 4.0, "v": 15.0})
    everybody = 6 * 15 / 3
    never, twice, often = expected_spend(fit, np.array([0.0, 2, 50]), np.array([np.nan, 90, 90]))
    assert never == pytest.approx(everybody)
    assert everybody < twice < often < 90


def histories_of(buyers: int, repeats: int) -> pd.DataFrame:
    frequency = np.array([1] * repeats + [0] * (buyers - repeats))
    return pd.DataFrame(
        {
            "member_id": [f"m{number}" for number in range(buyers)],
            "frequency": frequency,
            "recency_days": frequency * 5,
            "age_days": 30,
            "monetary_value": np.where(frequency > 0, 20.0, np.nan),
        }
    )


@pytest.mark.parametrize(
    ("buyers", "repeats", "statuses"),
    [
        (49, 30, ["too_few_buyers", "too_few_buyers"]),
        (60, 19, ["too_few_repeat_buyers", "too_few_repeat_buyers"]),
    ],
)
def test_too_little_data_are_a_reason_and_no_prediction(
    buyers: int, repeats: int, statuses: list[str]
) -> None:
    histories = histories_of(buyers, repeats)
    fits = fit_models(histories, MINIMUMS)
    assert list(fits["status"]) == statuses
    predictions = predict_customers(histories, fits)
    assert list(predictions["member_id"]) == list(histories["member_id"])
    assert predictions.drop(columns="member_id").isna().all(axis=None)


def test_spends_that_are_all_alike_have_no_maximum() -> None:
    histories = histories_of(60, 60)
    fits = fit_models(histories, MINIMUMS)
    assert fits["status"][1] == "no_maximum"
    assert predict_customers(histories, fits)["expected_value_90d"].isna().all()


def test_no_buyers_are_no_rows() -> None:
    histories = histories_of(0, 0)
    fits = fit_models(histories, MINIMUMS)
    assert fits.empty
    assert predict_customers(histories, fits).empty


def test_equal_histories_have_equal_predictions() -> None:
    frequency, recency, age = purchases(400, seed=3)
    spend = np.where(frequency > 0, np.resize(spends(400, seed=3)[1], 400), np.nan)
    members = [f"m{number}" for number in range(400)]
    histories = pd.DataFrame(
        {
            "member_id": members,
            "frequency": frequency.astype(int),
            "recency_days": (recency * 7).astype(int),
            "age_days": (age * 7).astype(int),
            "monetary_value": spend,
        }
    )
    twice = pd.concat([histories, histories.assign(member_id=[f"{member}x" for member in members])])
    fits = fit_models(twice, MINIMUMS)
    assert list(fits["status"]) == [CONVERGED, CONVERGED]
    predictions = predict_customers(twice, fits)
    for name in ("probability_alive", "expected_purchases_90d", "expected_value_90d"):
        values = predictions[name].to_numpy()
        assert np.array_equal(values[:400], values[400:])
        assert not np.isnan(values).any()
