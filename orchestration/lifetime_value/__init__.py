"""Customer lifetime value: how often buyers come back (BG/NBD), what they spend (Gamma-Gamma)."""

from orchestration.lifetime_value.fits import CONVERGED, Fit
from orchestration.lifetime_value.purchases import (
    expected_purchases,
    fit_purchases,
    probability_alive,
)
from orchestration.lifetime_value.spending import expected_spend, fit_spending

__all__ = [
    "CONVERGED",
    "Fit",
    "expected_purchases",
    "expected_spend",
    "fit_purchases",
    "fit_spending",
    "probability_alive",
]
