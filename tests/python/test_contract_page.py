"""The pages on exports say what the gate does."""

from __future__ import annotations

from orchestration.landing import raw_keys
from orchestration.landing.catalogue import load_catalogue
from orchestration.landing.contract_page import PAGES_DIR, named_systems, page
from orchestration.landing.unsaid import pages, section


def test_pages_on_exports_are_in_step_with_the_catalogue() -> None:
    stale = [
        f"docs/exports/{system}.md: run .venv/bin/python -m orchestration.landing.contract_page"
        for system, entities in named_systems().items()
        if (PAGES_DIR / f"{system}.md").read_text(encoding="utf-8") != page(system, entities)
    ]
    assert stale == []


def test_a_page_names_every_column_and_marks_what_is_personal() -> None:
    entities = load_catalogue().systems["canonical"]
    text = page("canonical", entities)
    assert len(entities) == 23
    assert "、客户手机号、买家手机号 | text (*vault*) |  |" in text
    assert "外部联系人ID | id | yes |" in text
    for entity in entities.values():
        section = text.split(f"## {entity.name} ")[1].split("\n## ")[0]
        assert section.count("\n| `") == len(entity.columns)


def test_the_keys_that_dbt_reads_are_those_of_the_catalogue() -> None:
    assert raw_keys.PATH.read_text(encoding="utf-8") == raw_keys.macro(), (
        "run .venv/bin/python -m orchestration.landing.raw_keys"
    )


def test_pages_list_what_their_system_cannot_say() -> None:
    stale = [
        f"docs/exports/{path.name}: run .venv/bin/python -m orchestration.landing.unsaid"
        for system, path in pages().items()
        if section(system) not in path.read_text(encoding="utf-8")
    ]
    assert stale == []
