"""Every column has a name that people see, and no name means two columns."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from orchestration.landing.catalogue import SOURCES_DIR
from orchestration.landing.wording import plain_name


def _entities() -> list[Any]:
    sources = [yaml.safe_load(path.read_bytes()) for path in sorted(SOURCES_DIR.glob("*.yml"))]
    return [
        pytest.param(spec, id=f"{source['system']}.{name}")
        for source in sources
        for name, spec in source["entities"].items()
    ]


@pytest.mark.parametrize("spec", _entities())
def test_every_column_has_headers_in_the_order_of_the_columns(spec: dict[str, Any]) -> None:
    headers = spec.get("headers", {})
    names = (
        list(spec["columns"])
        if "forms" not in spec
        else [name for name in spec["columns"] if name in headers]
    )
    assert list(headers) == names
    assert all(headers.values())


@pytest.mark.parametrize("spec", _entities())
def test_no_header_means_two_columns(spec: dict[str, Any]) -> None:
    headers = spec.get("headers", {})
    names = [(alias, column) for column, aliases in headers.items() for alias in aliases]
    # A system may write a column's own name its own way, which is how people are told it.
    told = {(plain_name(alias), column) for alias, column in names if "forms" in spec}
    names += [(name, name) for name in spec["columns"] if (plain_name(name), name) not in told]
    meant: dict[str, set[str]] = {}
    for name, column in names:
        meant.setdefault(plain_name(name), set()).add(column)
    assert {name: columns for name, columns in meant.items() if len(columns) > 1} == {}
    assert len(meant) == len(names), "a header stands there twice"
    assert "" not in meant


@pytest.mark.parametrize("spec", _entities())
def test_headers_that_people_see_hold_no_brackets_which_matching_drops(spec: dict[str, Any]) -> None:
    headers = [] if "forms" in spec else [alias for aliases in spec["headers"].values() for alias in aliases]
    assert [header for header in headers if re.search(r"[()（）\[\]【】]", header)] == []
