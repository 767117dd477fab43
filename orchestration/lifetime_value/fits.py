"""What both models share: a maximum of a likelihood, or the reason why there is none to rely on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
# Parameters, to the log likelihood and its derivatives by each of them.
Likelihood = Callable[[Floats], tuple[float, Floats]]

CONVERGED = "converged"
TOO_FEW_BUYERS = "too_few_buyers"
TOO_FEW_REPEAT_BUYERS = "too_few_repeat_buyers"
NO_MAXIMUM = "no_maximum"

# All parameters are positive, so their logarithms are searched. A maximum at the edge is none: the data say
# no more than "the larger (or smaller), the better".
_EDGE = 12.0
_MARGIN = 0.01
_STARTS = (0.0, 1.0, -1.0)
_TOLERANCE = 1e-12
_STEEPEST = 1e-4


@dataclass(frozen=True)
class Fit:
    """Outcome of fitting one model.

    Attributes:
        status: `converged`, or the reason why there are no parameters.
        parameters: By name; empty unless converged.
        log_likelihood: Sum over the customers at the maximum; None unless converged.
        customers: How many the model was fitted to.
        repeat_customers: Those of them who bought on a second date.
    """

    status: str
    customers: int
    repeat_customers: int
    parameters: dict[str, float]
    log_likelihood: float | None = None

    @property
    def is_usable(self) -> bool:
        """Whether there is anything to predict by."""
        return self.status == CONVERGED


def maximise(names: tuple[str, ...], likelihood: Likelihood, customers: int, repeat_customers: int) -> Fit:
    """Find the parameters that make the data likeliest.

    The search starts from fixed points, the next one only where the last led nowhere, so that equal data give
    equal parameters.

    Args:
        names: Names of the parameters.
        likelihood: Log likelihood and gradient at given parameters.
        customers: Number of customers, to scale the likelihood.
        repeat_customers: Those of them who came back.

    Returns:
        A converged fit, or one with status `no_maximum`.
    """

    def cost(logarithms: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logarithms)
        value, gradient = likelihood(parameters)
        return -value / customers, -gradient * parameters / customers

    for start in _STARTS:
        found = minimize(
            cost,
            np.full(len(names), start),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-_EDGE, _EDGE)] * len(names),
            options={"ftol": _TOLERANCE, "gtol": _TOLERANCE, "maxiter": 2000},
        )
        if _is_maximum(found):
            parameters = {name: float(value) for name, value in zip(names, np.exp(found.x), strict=True)}
            return Fit(CONVERGED, customers, repeat_customers, parameters, float(-found.fun * customers))
    return Fit(NO_MAXIMUM, customers, repeat_customers, {})


def _is_maximum(found: Any) -> bool:
    is_finite = bool(np.isfinite(found.fun) and np.all(np.isfinite(found.jac)))
    return is_finite and bool(
        np.all(np.abs(found.x) < _EDGE - _MARGIN) and np.max(np.abs(found.jac)) < _STEEPEST
    )
