"""JSON as the gate reads it: numbers stay the text they are, and what is ambiguous is at fault."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from typing import Any

NO_OBJECT = "it is no object {…}"
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ODD_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_BETWEEN = secrets.token_hex(16)
_BETWEEN_JSON = f',"{_BETWEEN}",'
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class BadValue(ValueError):
    """Text that is no JSON, or holds what a row cannot; the message says why.

    Attributes:
        column: The column at fault, None where it is the object as a whole.
    """

    def __init__(self, problem: str, column: str | None = None) -> None:
        self.problem = problem
        self.column = column
        super().__init__(problem)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise BadValue(f"the key {next(name for name in names if names.count(name) > 1)} stands twice")
    return found


def _no_constant(text: str) -> Any:
    raise BadValue(f"{text} is no JSON value")


# An order number of 23 digits is no float.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=str, parse_float=str, parse_constant=_no_constant
)


# Takes the last of two equal keys, which a second reading refuses.
_HASTY_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_constant)


def _decode(decoder: json.JSONDecoder, text: str) -> Any:
    try:
        found, end = decoder.scan_once(text, 0)  # type: ignore[attr-defined]
        return found if end == len(text) else decoder.decode(text)
    except StopIteration:
        return decoder.decode(text)


def parse_json(text: str) -> Any:
    """The value that a text spells, its numbers as text.

    Raises:
        BadValue: it spells none, names a key twice, nests too deeply or holds half a character.
    """
    try:
        found = _decode(_DECODER, text)
        if "\\u" in text and _HALF.search(text):
            _refuse_half_characters(found)
    except json.JSONDecodeError as error:
        raise BadValue(f"{error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise BadValue("it nests too deeply") from None
    return found


def glance_json(text: str) -> Any:
    """What a text spells, for a first look: fast, and less strict than `parse_json`."""
    try:
        return _decode(_HASTY_DECODER, text)
    except (json.JSONDecodeError, RecursionError):
        return parse_json(text)


def parse_objects(texts: Sequence[str], is_glance: bool = False) -> list[dict[str, Any]] | None:
    """The objects that texts spell, all at once, which is faster than one by one.

    None where they may hold anything else: then `parse_json`, or `glance_json` for a glance, tells for each.
    """
    # Between each two stands a word that no file knows: what spans texts, or is several, shows by its place.
    joined = f"[{_BETWEEN_JSON.join(texts)}]"
    if "\\u" in joined and _ODD_ESCAPE.search(joined):
        return None
    try:
        found = _decode(_HASTY_DECODER if is_glance else _DECODER, joined)
    except (BadValue, json.JSONDecodeError, RecursionError):
        return None
    values = found[::2]
    is_sound = (
        len(values) == len(texts)
        and found[1::2] == [_BETWEEN] * (len(texts) - 1)
        and set(map(type, values)) == {dict}
    )
    return values if is_sound else None


def refuse_nul(text: str) -> None:
    """Refuse JSON whose values hold a NUL character, which no column can."""
    if "\\u0000" in text and _NUL.search(text):
        raise BadValue("it holds a NUL character")


def parse_object(text: str) -> dict[str, Any]:
    """The object that a text spells; see `parse_json`."""
    found = parse_json(text)
    if not isinstance(found, dict):
        raise BadValue(NO_OBJECT)
    return found


def _refuse_half_characters(found: Any) -> None:
    """Escapes may spell half of a surrogate pair, which no encoding can write."""
    try:
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise BadValue("it holds half of a surrogate pair") from None


def plain_text(value: Any, name: str) -> str:
    """The text of a plain value; empty where it is null.

    Raises:
        BadValue: it is a list or an object, or holds a NUL character.
    """
    if isinstance(value, str):
        if "\0" in value:
            raise BadValue(f"{name} holds a NUL character", name)
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    raise BadValue(f"{name} holds a list or an object", name)
