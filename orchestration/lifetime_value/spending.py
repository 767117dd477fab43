"""Gamma-Gamma: what a customer spends on a purchase date.

Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value. It is fitted to customers who came back, by
their number of repeat purchase dates and the mean spend on them.
"""

from __future__ import annotations

import numpy as np
from scipy.special import digamma, gammaln

from orchestration.lifetime_value.fits import (
    NO_MAXIMUM,
    TOO_FEW_BUYERS,
    TOO_FEW_REPEAT_BUYERS,
    Fit,
    Floats,
    maximise,
)

_NAMES = ("p", "q", "v")


def fit_spending(
    frequency: Floats, mean_spend: Floats, least_buyers: int = 1, least_repeat_buyers: int = 1
) -> Fit:
    """Fit p, q and v by maximum likelihood.

    Args:
        frequency: Repeat purchase dates of each customer.
        mean_spend: Mean spend on them, yuan; customers without repeat or spend are left out.
        least_buyers: Fewer customers than that, left-out ones included, are not fitted.
        least_repeat_buyers: Nor are fewer customers with a repeat and a spend.

    Returns:
        The fit; `no_maximum` also where q is not above 1, since no mean spend exists then.
    """
    is_used = (frequency > 0) & (mean_spend > 0)
    used = int(np.count_nonzero(is_used))
    if len(frequency) < least_buyers:
        return Fit(TOO_FEW_BUYERS, len(frequency), used, {})
    if used < least_repeat_buyers:
        return Fit(TOO_FEW_REPEAT_BUYERS, len(frequency), used, {})
    # sums must not hang on the order of the rows: where the likelihood is flat their last digits move the fit
    order = np.lexsort((mean_spend[is_used], frequency[is_used]))
    x, mean_spend = frequency[is_used][order], mean_spend[is_used][order]
    scale = float(np.mean(mean_spend))
    m = mean_spend / scale
    # what hangs on the count alone is worked out once for each count
    counts, of_count, weights = np.unique(x, return_inverse=True, return_counts=True)
    sum_log_m, sum_log_x_m = float(np.sum(np.log(m))), float(x @ np.log(x * m))

    def likelihood(parameters: Floats) -> tuple[float, Floats]:
        p, q, v = parameters
        log_sum = np.log(x * m + v)
        by_count = np.bincount(of_count, weights=log_sum)
        sum_log, weighted_log = float(by_count.sum()), float(counts @ by_count)
        value = (
            weights @ (gammaln(p * counts + q) - gammaln(p * counts) - gammaln(q) + q * np.log(v))
            + p * sum_log_x_m
            - sum_log_m
            - p * weighted_log
            - q * sum_log
        )
        shared = digamma(p * counts + q)
        gradient = np.array(
            [
                weights @ (counts * (shared - digamma(p * counts))) + sum_log_x_m - weighted_log,
                weights @ (shared - digamma(q) + np.log(v)) - sum_log,
                np.sum(q / v - (p * x + q) / (x * m + v)),
            ]
        )
        return float(value), gradient

    fit = maximise(_NAMES, likelihood, used, used)
    if not fit.is_usable or fit.parameters["q"] <= 1:
        return Fit(NO_MAXIMUM, len(frequency), used, {})
    assert fit.log_likelihood is not None
    parameters = {**fit.parameters, "v": fit.parameters["v"] * scale}
    return Fit(fit.status, len(frequency), used, parameters, fit.log_likelihood - used * float(np.log(scale)))


def expected_spend(fit: Fit, frequency: Floats, mean_spend: Floats) -> Floats:
    """Expected spend on a purchase date, yuan: between the customer's own mean and everybody's.

    Args:
        fit: A usable fit.
        frequency: Repeat purchase dates of each customer.
        mean_spend: Mean spend on them; read as nothing where there are none.
    """
    p, q, v = (fit.parameters[name] for name in _NAMES)
    own = np.where(frequency > 0, mean_spend, 0.0)
    return np.asarray(p * (v + frequency * own) / (p * frequency + q - 1), dtype=np.float64)
