"""Data frames of the engines that dbt Python models run on."""

from __future__ import annotations

from typing import Any

import pandas as pd


def as_pandas(frame: Any) -> pd.DataFrame:
    """A relation of DuckDB or a data frame of Spark as pandas."""
    return frame.df() if hasattr(frame, "df") else frame.toPandas()
