"""What the models say of the published tables: Chinese names, and by which column their rows are dated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from orchestration.settings import PROJECT_DIR
from orchestration.yaml_files import load_yaml


@dataclass(frozen=True)
class Said:
    """What a model's YAML says of its table.

    Attributes:
        label_zh: The table's Chinese name; None where it has none, as most of `core`.
        columns: The columns' Chinese names, by name.
        dated_by: The column that says which day or period a row is of (`meta.dated_by`, else the date in the
            grain); None where rows are of no day, as in a table of members.
    """

    label_zh: str | None = None
    columns: dict[str, str] | None = None
    dated_by: str | None = None

    def label(self, column: str) -> str:
        """The Chinese name of a column, or the name itself where nobody gave one."""
        return (self.columns or {}).get(column, column)


@cache
def said_of_tables() -> dict[str, Said]:
    """What is said of each published table, by name."""
    found = {}
    for path in sorted((PROJECT_DIR / "models" / "marts").rglob("_*__models.yml")):
        for model in load_yaml(path.read_bytes()).get("models", ()):
            meta = model.get("config", {}).get("meta", {})
            found[model["name"]] = Said(
                meta.get("label_zh"),
                {column["name"]: column["config"]["meta"]["label_zh"] for column in model["columns"]},
                meta.get("dated_by") or _date_of_grain(model),
            )
    return found


def _date_of_grain(model: dict[str, Any]) -> str | None:
    dates = {column["name"] for column in model["columns"] if column["data_type"] == "date"}
    grains = (
        test["unique_grain"]["arguments"]["columns"]
        for test in model.get("data_tests", ())
        if isinstance(test, dict) and "unique_grain" in test
    )
    return next((column for column in next(grains, ()) if column in dates), None)
