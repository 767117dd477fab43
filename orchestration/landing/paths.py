"""Where rows and columns stand in a document: the paths of docs/sources.md, compiled once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from orchestration.landing.json_values import BadValue, parse_json

ALL: Final = -1
DOCUMENT = "$"
_SEGMENT = re.compile(r"(?P<key>[^\[\]]*)(?:\[(?P<index>\d*)\])?")
_NESTED: frozenset[type] = frozenset((dict, list))
_SEPARATOR = re.compile(r"[,，]")

Holders = tuple[Any, ...]
Getter = Callable[[Any, Holders, int], Any]
"""Takes a row, the elements that hold it (the document first) and its number; None: nothing is there."""
ColumnGetter = Callable[[Sequence[Any], Sequence[Holders], Sequence[int]], Sequence[Any]]
"""The same for many rows."""


@dataclass(frozen=True)
class Step:
    """One key of a path; `index` is `ALL` for each element of its list, None where it names no element."""

    key: str
    index: int | None = None


@cache
def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a dotted path.

    Raises:
        ValueError: it is no path.
    """
    found = []
    for segment in path.split("."):
        match = _SEGMENT.fullmatch(segment)
        if match is None or not segment:
            raise ValueError(f"{path!r} is no path")
        index = {None: None, "": ALL}.get(match["index"], match["index"])
        found.append(Step(match["key"], None if index is None else int(index)))
    return tuple(found)


@lru_cache(maxsize=16)
def _parsed(text: str) -> Any:
    try:
        return parse_json(text)
    except BadValue:
        return text


def unpacked(value: Any) -> Any:
    """What a value holds: some systems write JSON as text inside JSON. Nobody may change it."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        return _parsed(value)
    return value


def elements_of(value: Any) -> list[Any]:
    """The elements of a list; an object stands for a list of one, text for its parts between commas."""
    value = unpacked(value)
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return [part for text in _SEPARATOR.split(value) if (part := text.strip())]
    return [value]


def find(value: Any, steps: Sequence[Step]) -> Any:
    """What stands at `steps` below `value`, None where nothing does."""
    for place, step in enumerate(steps):
        if step.key:
            value = value if isinstance(value, dict) else unpacked(value)
            if not isinstance(value, dict):
                return None
            value = value.get(step.key)
        if value is None:
            return None
        if step.index == ALL:
            elements, rest = elements_of(value), steps[place + 1 :]
            if not rest:
                return elements
            found = (find(element, rest) for element in elements)
            return [one for one in found if one is not None] or None
        if step.index is not None:
            elements = elements_of(value)
            value = elements[step.index] if step.index < len(elements) else None
    return value


def find_each(values: Sequence[Any], steps: Sequence[Step]) -> Sequence[Any]:
    """`find` for each of many values, step by step, which is faster where most are objects and lists."""
    for place, step in enumerate(steps):
        if step.index == ALL:
            return [find(value, steps[place:]) for value in values]
        key, index = step.key, step.index
        if key:
            below = (Step(key),)
            values = [
                value.get(key) if type(value) is dict else None if value is None else find(value, below)
                for value in values
            ]
        if index is not None:
            within = (Step("", index),)
            values = [
                value[index]
                if type(value) is list and index < len(value)
                else None
                if value is None
                else find(value, within)
                for value in values
            ]
    return values


def find_rows(document: Any, steps: Sequence[Step]) -> list[tuple[Any, Holders]] | None:
    """The rows at `steps` in a document, each with the elements that hold it.

    None where the document has no such place; an empty or null list is a place without rows.
    """
    if not steps:
        return [(document, ())]
    is_there = False
    level: list[tuple[Any, Holders]] = [(document, (document,))]
    for step in steps:
        below: list[tuple[Any, Holders]] = []
        for value, holders in level:
            found = value
            if step.key:
                holder = unpacked(value)
                if not isinstance(holder, dict) or step.key not in holder:
                    continue
                found = holder[step.key]
            if step.index == ALL:
                elements = elements_of(found) if found is not None else []
                is_there = is_there or not elements
                below += [(element, (*holders, element)) for element in elements]
            elif isinstance(found := unpacked(found), dict):
                below.append((found, holders))
        level = below
    if not level:
        return [] if is_there else None
    is_element = steps[-1].index == ALL
    return [(row, holders[:-1] if is_element else holders) for row, holders in level]


def row_steps(path: str) -> tuple[Step, ...]:
    """The steps of a path of rows; () for the document itself."""
    return () if path == DOCUMENT else steps_of(path)


def getter(path: str, groups: Mapping[str, str | None]) -> Getter:
    """What finds a column's value.

    Args:
        path: As in docs/sources.md.
        groups: What the file's path says, by the name of the group.
    """
    if path == "#":
        return lambda row, holders, number: str(number)
    if path.startswith("@"):
        value = groups.get(path[1:])
        return lambda row, holders, number: value
    if path.startswith("="):
        constant = path[1:]
        return lambda row, holders, number: constant
    if path == ".":
        return lambda row, holders, number: row
    if path.startswith("$"):
        steps = steps_of(path[1:])
        return lambda row, holders, number: find(holders[0] if holders else row, steps)
    if path.startswith("^"):
        up = len(path) - len(path.lstrip("^"))
        steps = steps_of(path[up:])
        return lambda row, holders, number: find(holders[-up], steps) if up <= len(holders) else None
    steps = steps_of(path)
    if all(step.index is None for step in steps):
        return _key_getter([step.key for step in steps])
    return lambda row, holders, number: find(row, steps)


def _key_getter(keys: Sequence[str]) -> Getter:
    """What finds a key of a key; most paths are no more, and most rows objects."""
    if len(keys) == 1:
        key = keys[0]
        return lambda row, holders, number: row.get(key) if type(row) is dict else None

    def get(row: Any, holders: Holders, number: int) -> Any:
        value = row
        for key in keys:
            if type(value) is not dict:
                value = unpacked(value)
                if type(value) is not dict:
                    return None
            value = value.get(key)
            if value is None:
                return None
        return value

    return get


def first_of(getters: Sequence[Getter]) -> Getter:
    """What finds the first value of several that holds something."""
    if len(getters) == 1:
        return getters[0]

    def first(row: Any, holders: Holders, number: int) -> Any:
        for get in getters:
            value = get(row, holders, number)
            if value is not None and value != "":
                return value
        return None

    return first


def column_getter(
    paths: Sequence[str], groups: Mapping[str, str | None], keys: Collection[str] | None = None
) -> ColumnGetter | None:
    """What finds a column's values: for each row the first of several paths that holds something.

    Args:
        paths: As in docs/sources.md.
        groups: What the file's path says, by the name of the group.
        keys: Those of the rows, where all are objects with the same; None is returned where no path begins
            with one of them.
    """
    getters = [_path_getter(path, groups) for path in paths if keys is None or _may_lead(path, keys)]
    if not getters:
        return None
    if len(paths) == 1:
        return getters[0]

    def first(rows: Sequence[Any], holders: Sequence[Holders], numbers: Sequence[int]) -> Sequence[Any]:
        found = getters[0](rows, holders, numbers)
        for get in getters[1:]:
            gaps = [place for place, value in enumerate(found) if value is None or value == ""]
            if not gaps:
                break
            found = list(found)
            others = get(
                [rows[place] for place in gaps],
                [holders[place] for place in gaps],
                [numbers[place] for place in gaps],
            )
            for place, value in zip(gaps, others, strict=True):
                found[place] = value
        return [None if value == "" else value for value in found] if "" in found else found

    return first


def _may_lead(path: str, keys: Collection[str]) -> bool:
    """Whether something may stand at a path in an object with these keys."""
    if not is_below_row(path):
        return True
    top = steps_of(path)[0].key
    return not top or top in keys


def _path_getter(path: str, groups: Mapping[str, str | None]) -> ColumnGetter:
    if is_below_row(path):
        steps = steps_of(path)
        return lambda rows, holders, numbers: find_each(rows, steps)
    get = getter(path, groups)
    return lambda rows, holders, numbers: list(map(get, rows, holders, numbers))


def is_below_row(path: str) -> bool:
    """Whether a path begins at the row, and leads on from there."""
    return path[0] not in "^$@#=."


def is_partial(steps: Sequence[Step]) -> bool:
    """Whether they lead to one element of a list, and the others stay unread."""
    return any(step.index not in (None, ALL) for step in steps)


Read = dict[str, Any]
"""Which keys are read, as a tree: True where all below a key is."""


def mark_read(read: Read, steps: Sequence[Step]) -> None:
    """Note in `read` that what stands at `steps` is read."""
    for step in steps[:-1]:
        below = read.setdefault(step.key, {})
        if below is True:
            return
        read = below
    read[steps[-1].key] = True


def unread(value: Any, read: Read, private: frozenset[str]) -> Any:
    """What is left of a value without what is read, `private` keys and empty values."""
    if type(value) is dict:
        kept = {}
        for key, inner in value.items():
            mark = read.get(key)
            if mark is True or key in private:
                continue
            rest = unread_below(inner, mark, private)
            if rest is not None:
                kept[key] = rest
        return kept
    if type(value) is list:
        if _NESTED.isdisjoint(map(type, value)):
            return value
        rests = [unread(one, read, private) if type(one) in _NESTED else one for one in value]
        return [rest for rest in rests if rest or type(rest) not in _NESTED]
    return value


def unread_below(value: Any, mark: Read | None, private: frozenset[str]) -> Any:
    """`unread` of what stands below a key that is read in part or not at all; None: nothing."""
    if mark and type(value) is str:
        value = unpacked(value)
    if type(value) in _NESTED:
        value = unread(value, mark or {}, private)
    return value if value or value is False else None
