"""YAML as the project's own files have it."""

from __future__ import annotations

from typing import Any

import yaml

# The same as `yaml.SafeLoader`, six times as fast where libyaml is there.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str | bytes) -> Any:
    """What a document says.

    Raises:
        yaml.YAMLError: it is none.
    """
    return yaml.load(text, _LOADER)
