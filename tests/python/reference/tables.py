"""How a computed table is handed on: its name, its grain and the kind of each column."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from .load import Row

NOT_COMPARED = object()
"""Stands in a cell that the rules leave without meaning (the net sales of an unpaid order)."""


@dataclass
class Table:
    """Rows of one published table.

    Attributes:
        columns: Kind by column, grain first: text, count, money, double, bool, date, timestamp, time,
            sentence.
    """

    schema: str
    name: str
    grain: tuple[str, ...]
    columns: dict[str, str]
    rows: list[Row] = field(default_factory=list)

    def by_grain(self) -> dict[tuple[Any, ...], Row]:
        """Rows by grain.

        Raises:
            ValueError: Two rows share a grain.
        """
        found: dict[tuple[Any, ...], Row] = {}
        for row in self.rows:
            key = tuple(row[name] for name in self.grain)
            if key in found:
                raise ValueError(f"{self.name} has two rows for {key}")
            found[key] = row
        return found


def columns(text: str) -> dict[str, str]:
    """`"text: a b; count: c"` as kinds by column."""
    kinds = {}
    for part in text.split(";"):
        kind, _, names = part.partition(":")
        for name in names.split():
            kinds[name] = kind.strip()
    return kinds


def ratio(numerator: Any, denominator: Any) -> float | None:
    """A rate: NULL where the denominator is zero or unknown, or the numerator unknown (R10)."""
    if numerator is None or denominator is None or denominator == 0:
        return None
    return float(Fraction(numerator) / Fraction(denominator))


def cents(amount: Fraction | None) -> Decimal | None:
    """Money rounded after summing, half away from zero."""
    if amount is None:
        return None
    thousandths = Decimal(amount.numerator) / Decimal(amount.denominator)
    return thousandths.quantize(Decimal("0.01"), ROUND_HALF_UP)


def spoken(value: float, places: int) -> str:
    """A number as sentences give it: rounded half away from zero, thousands parted.

    Nine decimals are kept first, so that 932.35, in binary a trifle less, is 932.4 all the same.
    """
    exact = Decimal(repr(value)).quantize(Decimal("1e-9"), ROUND_HALF_UP)
    return f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}"
