"""Every sentence the product says, in English and Chinese, one YAML file per area.

A file maps a key to `{en: ..., zh: ...}`; placeholders are written `{name}`.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from orchestration.yaml_files import load_yaml

LANGUAGES = ("en", "zh")


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    merged: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.yml")):
        for key, texts in (load_yaml(path.read_text(encoding="utf-8")) or {}).items():
            if key in merged:
                raise ValueError(f"message {key} is defined twice, the second time in {path.name}")
            merged[key] = texts
    return merged


def say(key: str, lang: str = "en", **params: object) -> str:
    """The sentence `key` in `lang`, its placeholders filled.

    Raises:
        KeyError: no such key, or a placeholder without a value.
    """
    return _catalogue()[key][lang].format(**params)


def said_under(prefix: str, lang: str = "en") -> dict[str, str]:
    """The sentences whose keys begin with `prefix`, by what follows it."""
    return {
        key.removeprefix(prefix): texts[lang] for key, texts in _catalogue().items() if key.startswith(prefix)
    }


def default_language() -> str:
    """Either "zh", where LC_ALL, LC_MESSAGES or LANG ask for Chinese, or "en"."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
