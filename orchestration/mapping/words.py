"""The words by which people say what the neutral export says in its own, and what they call its files."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.landing.catalogue import Column, Entity


@cache
def _said() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("words.yml").read_text(encoding="utf-8")
    )
    return loaded


def plain_word(word: str) -> str:
    """A word without width, case and white space. Its brackets matter: 已付款(部分) is no 已付款."""
    return "".join(unicodedata.normalize("NFKC", word).split()).casefold()


@cache
def known_words(column: Column) -> dict[str, str]:
    """What each known word means in a column, by its plain form."""
    listed = {plain_word(word): value for word, value in listed_words(column).items()}
    return listed | {plain_word(value): value for value in column.values}


def listed_words(column: Column) -> dict[str, str]:
    """The words of a column that are listed, as they are, with what each means."""
    listed = _said()["values"].get(column.name, {})
    return {word: value for value in column.values for word in listed.get(value, ())}


def file_words(entity: Entity) -> tuple[str, ...]:
    """What people call files that hold an entity."""
    return (*entity.titles, *_said()["files"].get(entity.name, ()))
