"""Every system's exports, from its fixture files to the rows of its staging models.

`tests/fixtures/exports/<system>/inbox` holds files as the system writes them, `expected/files.csv` the
account of each part, `expected/<entity>.csv` the rows of `stg_<system>__<entity>`, all worked out by hand. An
empty cell is NULL; a column `…phone_key` holds the phone, whose key is the house's own. Columns left out
are not compared.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from inboxes import Inbox

from orchestration.building.dbt import common_arguments, run_dbt
from orchestration.landing.catalogue import load_catalogue
from orchestration.landing.normal_forms import identifier
from orchestration.landing.vault import phone_keys, vault_key
from orchestration.progress import Progress
from orchestration.settings import PROJECT_DIR

pytestmark = pytest.mark.usefixtures("parsed_once")

EXPORTS = PROJECT_DIR / "tests" / "fixtures" / "exports"
STAGING = PROJECT_DIR / "models" / "staging"
NOW = datetime(2026, 12, 1, 12)
SYSTEMS = sorted(name for name in load_catalogue().systems if name != "canonical")
FILES = "files.csv"
Row = tuple[str | None, ...]


def expected_files(system: str) -> list[Path]:
    return sorted(path for path in (EXPORTS / system / "expected").glob("*.csv") if path.name != FILES)


def read_csv(path: Path) -> tuple[list[str], list[list[str | None]]]:
    """Header and rows; an empty cell is None."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream, strict=True)
    assert all(len(row) == len(header) for row in rows), f"{path.name}: a row is not as wide as the header"
    return header, [[cell or None for cell in row] for row in rows]


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """One home in which the files of all systems have landed and become staging models."""
    inbox = Inbox(tmp_path_factory.mktemp("systems"))
    for system in SYSTEMS:
        shutil.copytree(EXPORTS / system / "inbox", inbox.settings.exports / system)
    for script in inbox.settings.exports.rglob("*.db.sql"):
        # A database is written down as the statements that make it, so that people can read it.
        with closing(sqlite3.connect(script.with_suffix(""))) as database:
            database.executescript(script.read_text(encoding="utf-8"))
        script.unlink()
    for path in inbox.settings.exports.rglob("*"):
        inbox.age(path)
    inbox.land(now=NOW)
    settings = inbox.settings
    selection = ["--select", "path:seeds", "path:models/staging", "path:models/intermediate/systems"]
    # Tests that also need a model beyond these have nothing to test.
    selection += ["--indirect-selection", "cautious"]
    arguments = common_arguments(settings, settings.target_dir)
    run = run_dbt(
        settings, Progress(), ["build", "--exclude-resource-type", "unit_test", *selection, *arguments]
    )
    assert run.return_code == 0, run.cause
    return inbox


@pytest.mark.parametrize("system", SYSTEMS)
def test_files_are_taken_as_what_they_are(inbox: Inbox, system: str) -> None:
    header, rows = read_csv(EXPORTS / system / "expected" / FILES)
    found = inbox.sql(
        f"select {', '.join(map(identifier, header))} from raw.files where path like ?", f"{system}/%"
    )
    texts = [
        tuple(None if cell is None else str(cell).removeprefix(f"{system}/") for cell in row) for row in found
    ]
    assert_same(texts, [tuple(row) for row in rows])


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_export_has_a_file_that_lands(inbox: Inbox, system: str) -> None:
    landed = inbox.column("select distinct entity from raw.files where system = ? and accepted > 0", system)
    assert sorted(landed) == sorted(load_catalogue().systems[system])


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_staging_model_has_expected_rows(system: str) -> None:
    models = {path.stem.removeprefix(f"stg_{system}__") for path in (STAGING / system).glob("*.sql")}
    assert models == {path.stem for path in expected_files(system)}


@pytest.mark.parametrize("system", SYSTEMS)
def test_staging_has_the_columns_of_the_canonical_entity(inbox: Inbox, system: str) -> None:
    """By place: the systems are united with `union all`."""
    columns: dict[tuple[str, str], list[str]] = {}
    for model, name in inbox.sql(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'staging' order by table_name, ordinal_position"
    ):
        columns.setdefault(tuple(model.removeprefix("stg_").split("__", 1)), []).append(name)
    canonical = {entity: names for (of, entity), names in columns.items() if of == "canonical"}
    own = {entity: names for (of, entity), names in columns.items() if of == system and entity in canonical}
    assert own == {entity: canonical[entity] for entity in own}


@pytest.mark.parametrize(
    ("system", "entity"), [(system, path.stem) for system in SYSTEMS for path in expected_files(system)]
)
def test_staging_holds_what_the_files_say(inbox: Inbox, system: str, entity: str) -> None:
    header, rows = read_csv(EXPORTS / system / "expected" / f"{entity}.csv")
    columns = ", ".join(f"cast({identifier(name)} as varchar)" for name in header)
    found = inbox.sql(f"select {columns} from staging.stg_{system}__{entity}")
    key = vault_key(inbox.settings)
    for place, name in enumerate(header):
        if name.endswith("phone_key"):
            keys = phone_keys(pa.array([row[place] for row in rows], pa.string()), key)
            for row, value in zip(rows, keys.to_pylist(), strict=True):
                row[place] = value
    assert_same(found, [tuple(row) for row in rows])


def assert_same(found: list[Any], expected: list[Row]) -> None:
    """The same rows in any order, each as often."""
    missing, surplus = Counter(expected) - Counter(found), Counter(found) - Counter(expected)
    assert (list(missing.elements()), list(surplus.elements())) == ([], []), "(missing, surplus)"
