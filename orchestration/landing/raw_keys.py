"""Writes `macros/staging/raw_keys.sql` from the source catalogue: by which columns rows of raw supersede.

Run it as `python -m orchestration.landing.raw_keys`.
"""

from __future__ import annotations

from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.settings import PROJECT_DIR

PATH = PROJECT_DIR / "macros" / "staging" / "raw_keys.sql"

_HEAD = """{# System, entity and key of every raw table. Written from the source catalogue by
   `python -m orchestration.landing.raw_keys`. #}
"""


def macro() -> str:
    """The macro, whose value is a list of (system, entity, key)."""
    entries = "".join(_entry(entity) for entity in load_catalogue().entities)
    return f"{_HEAD}{{% macro raw_keys() -%}}\n    {{{{ return([\n{entries}    ]) }}}}\n{{%- endmacro %}}\n"


def _entry(entity: Entity) -> str:
    raw_names = {column.name: column.raw_name for column in entity.columns}
    key = ", ".join(f"'{raw_names[name]}'" for name in entity.key if raw_names[name])
    return f"        ('{entity.system}', '{entity.name}', [{key}]),\n"


if __name__ == "__main__":
    PATH.write_text(macro(), encoding="utf-8")
    print(PATH.relative_to(PROJECT_DIR))
