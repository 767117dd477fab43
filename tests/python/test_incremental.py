"""Built delivery by delivery, or after kills, the tables are what one build makes (docs/incremental.md)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python.increments import differences_after, differences_after_kills
from tests.python.reference.awkward import Size

pytestmark = pytest.mark.usefixtures("parsed_once")

SIZE = Size(days=60, events=150, groups=4)


def test_deliveries_end_in_the_state_of_one_build(tmp_path: Path) -> None:
    differences = differences_after(tmp_path, seed=1, deliveries=3, size=SIZE)
    assert not differences, "\n".join(differences)


def test_a_killed_refresh_is_healed_by_the_next(tmp_path: Path) -> None:
    differences = differences_after_kills(tmp_path, seed=1, kills=10, size=SIZE)
    assert not differences, "\n".join(differences)
