"""Stands in for dbt's `adapter` while sqlfluff renders models without a warehouse (see .sqlfluff)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context


@pass_context
def dispatch(context: Context, macro_name: str, macro_namespace: str | None = None) -> Callable[..., Any]:
    """The DuckDB macro of this name, else the default one, as dbt would choose.

    Raises:
        KeyError: neither is defined.
    """
    for prefix in ("duckdb", "default"):
        macro = context.get(f"{prefix}__{macro_name}")
        if macro is not None:
            return macro
    raise KeyError(f"no macro duckdb__{macro_name} or default__{macro_name}")
