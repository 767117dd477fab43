"""An inbox whose gate knows two invented systems besides the neutral export."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from inboxes import Inbox

from orchestration.landing import catalogue
from orchestration.settings import PROJECT_DIR

INVENTED = PROJECT_DIR / "tests" / "fixtures" / "catalogue"


def invented_inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    """Call `load_catalogue.cache_clear` when done."""
    folder = tmp_path / "sources"
    shutil.copytree(INVENTED, folder)
    shutil.copy(catalogue.SOURCES_DIR / "canonical.yml", folder)
    monkeypatch.setattr(catalogue, "SOURCES_DIR", folder)
    catalogue.load_catalogue.cache_clear()
    return Inbox(tmp_path)
