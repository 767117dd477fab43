"""The pages on exports say what the gate does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orchestration.landing import raw_keys
from orchestration.landing.catalogue import Column, Entity, load_catalogue
from orchestration.landing.contract_page import (
    LANGUAGES,
    PAGES_DIR,
    named_sources,
    page,
    page_path,
    written_pages,
)
from orchestration.landing.unsaid import pages, section


def test_pages_on_exports_are_in_step_with_the_catalogue() -> None:
    stale = [
        f"docs/exports/{path.name}: run .venv/bin/python -m orchestration.landing.contract_page"
        for path, text in written_pages().items()
        if path.read_text(encoding="utf-8") != text
    ]
    assert stale == []


def test_a_page_names_every_column_and_marks_what_is_personal() -> None:
    source = load_catalogue().sources["canonical"]
    text = page(source, "en")
    assert len(source.entities) == 23
    assert "、客户手机号、买家手机号 | text (*vault*) |  |" in text
    assert "外部联系人ID | id | yes |" in text
    assert "、客户手机号、买家手机号 | 文本（*保密*） |  |" in page(source, "zh")
    for entity in source.entities.values():
        section = text.split(f"## {entity.name} ")[1].split("\n## ")[0]
        assert section.count("\n| `") == len(entity.columns)


CHINESE = ".zh-CN"
RECOGNISED = sorted(set(load_catalogue().systems) - {source.name for source in named_sources()})


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("system", RECOGNISED)
def test_every_system_has_a_page_that_names_what_the_gate_reads_of_it(system: str, lang: str) -> None:
    """Of several names that a column may have in one form of file, one is enough."""
    text = page_path(system, lang).read_text(encoding="utf-8")
    missing = [
        f"{entity.name}.{column.name}: {' or '.join(names)}"
        for entity in load_catalogue().systems[system].values()
        for column in entity.columns
        for names in (names_in_tables(entity, column), names_in_documents(entity, column))
        if names and not any(name in text for name in names)
    ]
    assert missing == []


def names_in_tables(entity: Entity, column: Column) -> list[str]:
    if not {"csv", "sheet", "sqlite"} & set(entity.forms) or any(path[0] in "#@" for path in column.paths):
        return []
    return list(column.headers) or [column.name]


def names_in_documents(entity: Entity, column: Column) -> list[str]:
    """The last keys of its paths; what a row's place or the file's name says has none."""
    if not {"json", "xml"} & set(entity.forms):
        return []
    return [
        path.lstrip("^$").split(".")[-1].split("[")[0]
        for path in column.paths
        if path[0] not in "#@" and path != "."
    ]


def test_the_keys_that_dbt_reads_are_those_of_the_catalogue() -> None:
    assert raw_keys.PATH.read_text(encoding="utf-8") == raw_keys.macro(), (
        "run .venv/bin/python -m orchestration.landing.raw_keys"
    )


def test_pages_list_what_their_system_cannot_say() -> None:
    stale = [
        f"docs/exports/{path.name}: run .venv/bin/python -m orchestration.landing.unsaid"
        for path, (system, lang) in pages().items()
        if section(system, lang) not in path.read_text(encoding="utf-8")
    ]
    assert stale == []


def test_every_page_has_a_twin_in_the_other_language() -> None:
    english = {path.stem for path in PAGES_DIR.glob("*.md") if not path.stem.endswith(CHINESE)}
    chinese = {path.stem.removesuffix(CHINESE) for path in PAGES_DIR.glob(f"*{CHINESE}.md")}
    assert chinese == english
    for name in english:
        assert f"]({name}{CHINESE}.md)" in (PAGES_DIR / f"{name}.md").read_text(encoding="utf-8")
        assert f"]({name}.md)" in (PAGES_DIR / f"{name}{CHINESE}.md").read_text(encoding="utf-8")


def test_chinese_pages_say_of_fields_what_the_english_ones_say() -> None:
    """Every name in code marks stands in both, so that neither falls behind."""
    missing = {
        path.name: sorted(names)
        for path in PAGES_DIR.glob("*.md")
        if not path.stem.endswith(CHINESE)
        and (names := coded(path) - coded(path.with_name(f"{path.stem}{CHINESE}.md")))
    }
    assert missing == {}


def coded(path: Path) -> set[str]:
    """What stands in code marks and is a name, without white space or Chinese."""
    return set(re.findall(r"`([\w./\[\]:#@$^*-]+)`", path.read_text(encoding="utf-8"), re.ASCII))
