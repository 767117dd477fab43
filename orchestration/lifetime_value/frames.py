"""The models on data frames, as a dbt Python model takes and gives them on any engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from orchestration.lifetime_value.fits import CONVERGED, Fit, Floats
from orchestration.lifetime_value.purchases import expected_purchases, fit_purchases, probability_alive
from orchestration.lifetime_value.spending import expected_spend, fit_spending

PURCHASES, SPENDING = "bg_nbd", "gamma_gamma"
_PARAMETERS = {PURCHASES: ("r", "alpha", "a", "b"), SPENDING: ("p", "q", "v")}
_DAYS_A_WEEK = 7.0
_DAYS_AHEAD = 90.0
_FIT_COLUMNS = (
    *("model", "status", "customers", "repeat_customers", "log_likelihood"),
    *(name for names in _PARAMETERS.values() for name in names),
)


def fit_models(histories: pd.DataFrame, minimums: pd.DataFrame) -> pd.DataFrame:
    """One row per model: its parameters, or why there are none; no row without a buyer.

    Args:
        histories: One row per buyer: frequency, recency_days, age_days, monetary_value.
        minimums: model, minimum_buyers, minimum_repeat_buyers.
    """
    if histories.empty:
        return pd.DataFrame(columns=list(_FIT_COLUMNS))
    frequency, recency, age, spend = _numbers(histories)
    least = {
        row.model: (int(row.minimum_buyers), int(row.minimum_repeat_buyers))
        for row in minimums.itertuples(index=False)
    }
    fits = {
        PURCHASES: fit_purchases(frequency, recency, age, *least[PURCHASES]),
        SPENDING: fit_spending(frequency, spend, *least[SPENDING]),
    }
    rows = [
        {
            "model": model,
            "status": fit.status,
            "customers": fit.customers,
            "repeat_customers": fit.repeat_customers,
            "log_likelihood": fit.log_likelihood,
            **fit.parameters,
        }
        for model, fit in fits.items()
    ]
    return pd.DataFrame(rows, columns=list(_FIT_COLUMNS))


def predict_customers(histories: pd.DataFrame, fits: pd.DataFrame) -> pd.DataFrame:
    """One row per buyer: the predictions that the fits allow, NULL for the others."""
    frequency, recency, age, spend = _numbers(histories)
    found = {row["model"]: _fit_of(row) for row in fits.to_dict("records")}
    unknown = np.full(len(histories), np.nan)
    alive = purchases = value = unknown
    if PURCHASES in found and found[PURCHASES].is_usable:
        weeks = _DAYS_AHEAD / _DAYS_A_WEEK
        alive = probability_alive(found[PURCHASES], frequency, recency, age)
        purchases = expected_purchases(found[PURCHASES], frequency, recency, age, weeks)
    if SPENDING in found and found[SPENDING].is_usable:
        value = purchases * expected_spend(found[SPENDING], frequency, spend)
    return pd.DataFrame(
        {
            "member_id": histories["member_id"],
            "probability_alive": alive,
            "expected_purchases_90d": purchases,
            "expected_value_90d": value,
        }
    )


def _numbers(histories: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    """Frequency, recency and age in weeks, mean spend (0 where there was no repeat)."""
    return (
        histories["frequency"].to_numpy(np.float64),
        histories["recency_days"].to_numpy(np.float64) / _DAYS_A_WEEK,
        histories["age_days"].to_numpy(np.float64) / _DAYS_A_WEEK,
        histories["monetary_value"].astype(np.float64).fillna(0.0).to_numpy(),
    )


def _fit_of(row: dict[str, Any]) -> Fit:
    names = _PARAMETERS[row["model"]] if row["status"] == CONVERGED else ()
    parameters = {name: float(row[name]) for name in names}
    return Fit(row["status"], int(row["customers"]), int(row["repeat_customers"]), parameters)
