"""What the sheets are called and what stands in them, by language."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.landing.catalogue import Column, Entity
from orchestration.messages import say

BOOLEANS = {"zh": ("是", "否"), "en": ("true", "false")}
Value = str | int | float | date | datetime


@cache
def examples() -> dict[str, dict[str, Any]]:
    """The example rows by entity and column, in the order of the sheets."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("examples.yml").read_text(encoding="utf-8")
    )
    return loaded


def title(entity: Entity, lang: str) -> str:
    """What the entity's sheet is called; the gate knows it by both names."""
    return entity.label_zh if lang == "zh" else entity.name


def header(column: Column, lang: str) -> str:
    """What the column is called in the sheet."""
    return column.headers[0] if lang == "zh" else column.name


def choices(column: Column, lang: str) -> tuple[str, ...]:
    """What the column's cells may hold, empty where they are free."""
    return BOOLEANS[lang] if column.type == "bool" else column.values


def note(entity: Entity, column: Column, lang: str) -> str:
    """What belongs into the column."""
    lines = [
        say(f"template.{entity.name}.{column.name}", lang),
        say("template.required" if column.required else "template.optional", lang),
    ]
    if column.values:
        words = [f"{value}: {say(f'template.word.{column.name}.{value}', lang)}" for value in column.values]
        return "\n".join([*lines, say("template.codes", lang), *words])
    return "\n".join([*lines, say(f"template.type.{column.type}", lang)])


def example(entity: Entity, column: Column, lang: str) -> Value | None:
    """The column's value in the example row, as a cell holds it."""
    given = examples()[entity.name].get(column.name)
    text = given[lang] if isinstance(given, dict) else given
    if text is None:
        return None
    match column.type:
        case "money" | "number":
            return float(text)
        case "int":
            return int(text)
        case "date":
            return date.fromisoformat(text)
        case "timestamp":
            return datetime.fromisoformat(text)
    return str(text)
