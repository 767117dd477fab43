"""What a rejected row shows of itself: of a recognised file, nothing personal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orchestration.landing.catalogue import Entity
from orchestration.landing.mobile_numbers import mask_phones


def broken_text(text: str, *entities: Entity) -> str:
    """The text of a record that does not fall into columns or keys, of a file that holds these entities.

    Nobody can tell what in it is personal: where an entity has such columns, line and file must do.
    """
    if not all(entity.is_recognised for entity in entities):
        return text
    return "" if any(entity.personal or entity.private for entity in entities) else mask_phones(text)


def stranger_text(value: Any, *entities: Entity) -> str:
    """The text of an object that no export takes, of a file that holds these entities.

    Where one of them has personal columns it shows its keys alone, and what was to say which export it is.
    """
    if any(entity.personal or entity.private for entity in entities):
        telling = {path for entity in entities for path in (*entity.where, *entity.where_not)}
        keys = value if isinstance(value, dict) else {}
        value = {
            key: found if key in telling and isinstance(found, str) else "…" for key, found in keys.items()
        }
    try:
        return mask_phones(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        return ""


def values_text(values: Mapping[str, str], entity: Entity) -> str:
    """The values of a row by name, as JSON."""
    if not entity.is_recognised:
        return json.dumps(values, ensure_ascii=False)
    personal = {column.name for column in entity.personal}
    shown = {
        name: text for name, text in values.items() if name not in personal and not entity.is_private(name)
    }
    return mask_phones(json.dumps(shown, ensure_ascii=False))
