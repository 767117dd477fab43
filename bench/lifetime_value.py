"""Seconds to fit BG/NBD and Gamma-Gamma to invented buyers and to predict for each of them."""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import pandas as pd

from orchestration.lifetime_value.frames import fit_models, predict_customers

MINIMUMS = pd.DataFrame(
    {"model": ["bg_nbd", "gamma_gamma"], "minimum_buyers": [50, 50], "minimum_repeat_buyers": [20, 20]}
)


def invent(buyers: int, days: int = 900) -> pd.DataFrame:
    """Histories drawn from both models, all in whole days."""
    random = np.random.default_rng(1)
    rate = random.gamma(0.8, 1 / 20.0, buyers)
    dropout = random.beta(0.7, 4.0, buyers)
    age = random.integers(1, days, buyers)
    frequency, recency = np.zeros(buyers, dtype=int), np.zeros(buyers)
    is_there = np.ones(buyers, dtype=bool)
    while is_there.any():
        moment = recency + random.exponential(1 / rate)
        bought = is_there & (moment <= age)
        frequency[bought] += 1
        recency[bought] = moment[bought]
        is_there = bought & (random.random(buyers) >= dropout)
    scale = random.gamma(3.7, 1 / 15.0, buyers)
    spend = random.gamma(6.0 * np.maximum(frequency, 1), 1 / (scale * np.maximum(frequency, 1)))
    return pd.DataFrame(
        {
            "member_id": np.arange(buyers).astype(str),
            "frequency": frequency,
            "recency_days": recency.astype(int),
            "age_days": age,
            "monetary_value": np.where(frequency > 0, spend, np.nan),
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buyers", type=int, default=1_000_000)
    histories = invent(parser.parse_args().buyers)
    started = time.perf_counter()
    fits = fit_models(histories, MINIMUMS)
    fitted = time.perf_counter()
    predictions = predict_customers(histories, fits)
    print(fits.to_string(index=False))
    print(f"distinct histories: {len(histories.drop_duplicates(['frequency', 'recency_days', 'age_days']))}")
    print(f"fit: {fitted - started:.1f} s, predict: {time.perf_counter() - fitted:.1f} s")
    print(f"without a prediction: {int(predictions['expected_value_90d'].isna().sum())}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
