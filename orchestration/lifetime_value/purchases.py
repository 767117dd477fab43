"""BG/NBD: how many purchase dates a customer will have, and whether it still is one.

Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model.
A customer has bought `frequency` more times after the first purchase, the last time `recency` after it, and
was watched for `age` after it, all in one unit of time (weeks here).
"""

from __future__ import annotations

import numpy as np
from scipy.special import digamma, expit, gammaln, hyp2f1

from orchestration.lifetime_value.fits import (
    TOO_FEW_BUYERS,
    TOO_FEW_REPEAT_BUYERS,
    Fit,
    Floats,
    maximise,
)

_NAMES = ("r", "alpha", "a", "b")
# At a = 1 the expectation is a limit; this close to it the formula still holds ten digits.
_NEAR_ONE = 1e-6


def fit_purchases(
    frequency: Floats, recency: Floats, age: Floats, least_buyers: int = 1, least_repeat_buyers: int = 1
) -> Fit:
    """Fit r, alpha, a and b by maximum likelihood.

    Args:
        frequency: Repeat purchase dates of each customer.
        recency: First to last purchase, weeks; 0 without a repeat.
        age: First purchase to the end of observation, weeks.
        least_buyers: Fewer customers are not fitted.
        least_repeat_buyers: Nor are fewer customers with a repeat.

    Returns:
        The fit; its log likelihood is that of the customers as they came, in weeks.
    """
    customers, repeats = len(frequency), int(np.count_nonzero(frequency > 0))
    if customers < least_buyers:
        return Fit(TOO_FEW_BUYERS, customers, repeats, {})
    if repeats < least_repeat_buyers:
        return Fit(TOO_FEW_REPEAT_BUYERS, customers, repeats, {})
    # what hangs on one number alone is worked out once for each of its values, the rest once a history
    counts, of_count = np.unique(frequency, return_inverse=True)
    recencies, of_recency = np.unique(recency, return_inverse=True)
    ages, of_age = np.unique(age, return_inverse=True)
    shape = (len(counts), len(recencies), len(ages))
    histories, weights = np.unique(
        np.ravel_multi_index((of_count, of_recency, of_age), shape), return_counts=True
    )
    of_count, of_recency, of_age = np.unravel_index(histories, shape)
    x = counts[of_count]
    count_weights = np.bincount(of_count, weights=weights)
    came_back = x > 0

    def likelihood(parameters: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = parameters
        log_age, log_recency = np.log(alpha + ages)[of_age], np.log(alpha + recencies)[of_recency]
        log_odds = np.where(
            came_back,
            np.log(a / (b + np.maximum(counts, 1) - 1))[of_count] + (r + x) * (log_age - log_recency),
            -np.inf,
        )
        log_either = np.logaddexp(0.0, log_odds) - (r + x) * log_age
        by_count = (
            gammaln(r + counts)
            - gammaln(r)
            + r * np.log(alpha)
            + gammaln(a + b)
            + gammaln(b + counts)
            - gammaln(b)
            - gammaln(a + b + counts)
        )
        value = count_weights @ by_count + weights @ log_either
        gone = expit(log_odds)
        log_times = log_age + gone * (log_recency - log_age)
        by_age, by_recency = (1 / (alpha + ages))[of_age], (1 / (alpha + recencies))[of_recency]
        rates = (r + x) * (by_age + gone * (by_recency - by_age))
        gone_by_count = np.bincount(of_count, weights=weights * gone)
        all_customers = weights.sum()
        both = count_weights @ (digamma(a + b) - digamma(a + b + counts))
        gradient = np.array(
            [
                count_weights @ (digamma(r + counts) - digamma(r))
                + all_customers * np.log(alpha)
                - weights @ log_times,
                all_customers * r / alpha - weights @ rates,
                both + gone_by_count.sum() / a,
                both
                + count_weights @ (digamma(b + counts) - digamma(b))
                - gone_by_count @ (1 / (b + np.maximum(counts, 1) - 1)),
            ]
        )
        return float(value), gradient

    return maximise(_NAMES, likelihood, customers, repeats)


def probability_alive(fit: Fit, frequency: Floats, recency: Floats, age: Floats) -> Floats:
    """Probability that a customer has not dropped out; 1 without a repeat: nobody can before."""
    return 1 / (1 + _odds_gone(fit, frequency, recency, age))


def expected_purchases(fit: Fit, frequency: Floats, recency: Floats, age: Floats, ahead: float) -> Floats:
    """Expected purchase dates in the next `ahead` weeks.

    Euler's transformation of the paper's hypergeometric term keeps its arguments small for any frequency.
    """
    r, alpha, a, b = (fit.parameters[name] for name in _NAMES)
    if abs(a - 1) < _NEAR_ONE:
        a = 1 + _NEAR_ONE
    z = ahead / (alpha + age + ahead)
    last = a + b + frequency - 1
    term = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, last, z)
    expected = last / (a - 1) * (1 - term) / (1 + _odds_gone(fit, frequency, recency, age))
    return np.asarray(expected, dtype=np.float64)


def _odds_gone(fit: Fit, frequency: Floats, recency: Floats, age: Floats) -> Floats:
    r, alpha, a, b = (fit.parameters[name] for name in _NAMES)
    x = np.maximum(frequency, 1)
    log_odds = np.log(a) - np.log(b + x - 1) + (r + x) * (np.log(alpha + age) - np.log(alpha + recency))
    return np.where(frequency > 0, np.exp(np.minimum(log_odds, 700)), 0.0)
