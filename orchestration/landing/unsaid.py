"""What each system cannot say of the canonical entities: the columns that its staging models leave NULL."""

from __future__ import annotations

import re
from pathlib import Path

from orchestration.landing.catalogue import load_catalogue
from orchestration.landing.contract_page import PAGES_DIR
from orchestration.settings import PROJECT_DIR

_STAGING = PROJECT_DIR / "models" / "staging"
_UNKNOWN = re.compile(r"cast\(null as [\w ]+(?:\([\d, ]+\))?\)\s+as\s+(\w+)")
_BEGIN, _END = "<!-- unsaid: written by `python -m orchestration.landing.unsaid` -->", "<!-- /unsaid -->"


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


def section(system: str) -> str:
    """The part of the system's page that lists it, Markdown."""
    rows = "\n".join(
        f"| `{entity}` | {', '.join(f'`{name}`' for name in columns) or '–'} |"
        for entity, columns in unsaid(system).items()
    )
    head = "It fills these canonical entities; what it cannot say of them is unknown (NULL), never zero."
    table = f"| entity | what stays unknown |\n| --- | --- |\n{rows}"
    return f"{_BEGIN}\n## What it cannot say\n\n{head}\n\n{table}\n{_END}\n"


def with_section(text: str, system: str) -> str:
    """A page with its section in step, at its end where it has none yet."""
    before, marker, rest = text.partition(_BEGIN)
    after = rest.partition(f"{_END}\n")[2] if marker else ""
    return f"{before if marker else before.rstrip() + chr(10) * 2}{section(system)}{after}"


def pages() -> dict[str, Path]:
    """The pages of the systems that have staging models beside the canonical ones."""
    systems = [name for name in load_catalogue().systems if name != "canonical"]
    paths = {name: PAGES_DIR / f"{name}.md" for name in systems if any((_STAGING / name).glob("*.sql"))}
    return {name: path for name, path in paths.items() if path.exists()}


if __name__ == "__main__":
    for name, path in pages().items():
        path.write_text(with_section(path.read_text(encoding="utf-8"), name), encoding="utf-8")
        print(path.relative_to(PROJECT_DIR))
