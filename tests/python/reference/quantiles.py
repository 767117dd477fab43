"""Quantiles, exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

HALF = Fraction(1, 2)


def quantile(ordered: Sequence[Fraction], share: Fraction) -> Fraction:
    """Linear interpolation between the neighbours of position share × (n − 1); the values ascend."""
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def median(values: Sequence[Fraction]) -> Fraction:
    return quantile(sorted(values), HALF)
