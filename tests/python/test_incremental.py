"""What is built delivery by delivery is what one build makes of everything (docs/incremental.md)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python.increments import differences_after
from tests.python.reference.awkward import Size

pytestmark = pytest.mark.usefixtures("parsed_once")


@pytest.mark.parametrize("seed", [1])
def test_deliveries_end_in_the_state_of_one_build(tmp_path: Path, seed: int) -> None:
    differences = differences_after(tmp_path, seed, deliveries=3, size=Size(days=60, events=150, groups=4))
    assert not differences, "\n".join(differences)
