"""What whole builds share."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.building.dbt import common_arguments, run_dbt
from orchestration.demo import write_demo
from orchestration.progress import Progress
from orchestration.refresh import refresh
from orchestration.settings import Settings, load_settings


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a test run share."""
    place = tmp_path_factory.getbasetemp()
    return place.parent if "PYTEST_XDIST_WORKER" in os.environ else place


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """One process at a time."""
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def parsed_models(shared: Path) -> Path:
    """The models as dbt parses them where no var is set, once for all processes."""
    settings = load_settings(home=shared / "parsed")
    parsed = settings.target_dir / "partial_parse.msgpack"
    with locked(settings.home):
        if not parsed.exists():
            settings.create_folders()
            run = run_dbt(settings, Progress(), ["parse", *common_arguments(settings, settings.target_dir)])
            assert run.return_code == 0, run.cause
    return parsed


@pytest.fixture(scope="module")
def parsed_once(parsed_models: Path) -> Iterator[None]:
    """Builds in new homes need not parse the models, which takes as long as building them from few rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_PARTIAL_PARSE_FILE_PATH", str(parsed_models))
        yield


@pytest.fixture(scope="module")
def small_demo(shared: Path, parsed_once: None) -> Settings:
    """The home of the small demo, published, once for all processes; read it only."""
    settings = load_settings(home=shared / "demo")
    with locked(settings.home):
        if not settings.published_db.exists():
            write_demo(settings.exports / "canonical")
            refresh(settings, Progress())
    return settings
