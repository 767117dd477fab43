"""What each system cannot say of the canonical entities: the columns that its staging models leave NULL."""

from __future__ import annotations

import re
from pathlib import Path

from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.landing.contract_page import LANGUAGES, page_path
from orchestration.settings import PROJECT_DIR

_STAGING = PROJECT_DIR / "models" / "staging"
_UNKNOWN = re.compile(r"cast\(null as [\w ]+(?:\([\d, ]+\))?\)\s+as\s+(\w+)")
_BEGIN, _END = "<!-- unsaid: written by `python -m orchestration.landing.unsaid` -->", "<!-- /unsaid -->"
_HEADS = {
    "en": """## What it cannot say

It fills these canonical entities; what it cannot say of them is unknown (NULL), never zero.

| entity | what stays unknown |
| --- | --- |
""",
    "zh": """## 无法提供的内容

它填充下列标准实体；其中它无法提供的列为未知（NULL），绝不记为 0。

| 实体 | 未知的列 |
| --- | --- |
""",
}


def unsaid(system: str) -> dict[str, tuple[str, ...]]:
    """By canonical entity that `system` fills, the columns of which it says nothing."""
    entities = load_catalogue().systems["canonical"]
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((_STAGING / system).glob(f"stg_{system}__*.sql")):
        entity = entities.get(path.stem.removeprefix(f"stg_{system}__"))
        if entity is not None:
            last_step = path.read_text(encoding="utf-8").rpartition("\nfinal as (")[2]
            silent = set(_UNKNOWN.findall(last_step))
            found[entity.name] = tuple(name for name in entity.raw_names if name in silent)
    return found


def section(system: str, lang: str) -> str:
    """The part of the system's page that lists it, Markdown."""
    entities = load_catalogue().systems["canonical"]
    rows = "\n".join(_row(entities[name], columns, lang) for name, columns in unsaid(system).items())
    return f"{_BEGIN}\n{_HEADS[lang]}{rows}\n{_END}\n"


def _row(entity: Entity, columns: tuple[str, ...], lang: str) -> str:
    if lang == "en":
        return f"| `{entity.name}` | {', '.join(f'`{name}`' for name in columns) or '–'} |"
    labels = {column.raw_name: column.headers[0] for column in entity.columns}
    named = "、".join(f"{labels[name]} `{name}`" for name in columns)
    return f"| {entity.label_zh} `{entity.name}` | {named or '无'} |"


def with_section(text: str, system: str, lang: str) -> str:
    """A page with its section in step, at its end where it has none yet."""
    before, marker, rest = text.partition(_BEGIN)
    after = rest.partition(f"{_END}\n")[2] if marker else ""
    return f"{before if marker else before.rstrip() + chr(10) * 2}{section(system, lang)}{after}"


def pages() -> dict[Path, tuple[str, str]]:
    """System and language of the pages on systems that have staging models beside the canonical ones."""
    systems = [name for name in load_catalogue().systems if name != "canonical"]
    return {
        path: (system, lang)
        for system in systems
        if any((_STAGING / system).glob("*.sql"))
        for lang in LANGUAGES
        if (path := page_path(system, lang)).exists()
    }


if __name__ == "__main__":
    for path, (name, language) in pages().items():
        path.write_text(with_section(path.read_text(encoding="utf-8"), name, language), encoding="utf-8")
        print(path.relative_to(PROJECT_DIR))
