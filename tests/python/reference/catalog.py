"""metric_catalog: the seed as it stands."""

from __future__ import annotations

from .seeds import seed
from .tables import Table, columns


def metric_catalog() -> Table:
    """One row per metric."""
    table = Table(
        "marts",
        "metric_catalog",
        ("metric_id",),
        columns(
            "text: metric_id label_zh label_en family stage formula unit better mart column_name reference"
            " decision formula_zh decision_zh reference_zh"
        ),
    )
    for row in seed("metric_definitions"):
        table.rows.append({name: row[name] or None for name in table.columns})
    return table
