"""The habits of exports that the warehouse must survive, each a folder: its files, and what they become.

`tests/fixtures/quirks/<number>_<name>/inbox` holds the files under the folders of their systems,
`expected.yml` what is asserted: `files` as [path, status, code, header, accepted, rejected, blank], and
`queries` with their rows. All of them lie in one inbox, are landed in one pass and built once.
"""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from inboxes import Inbox

from orchestration.building.dbt import common_arguments, run_dbt
from orchestration.progress import Progress
from orchestration.settings import PROJECT_DIR

pytestmark = pytest.mark.usefixtures("parsed_once")

QUIRKS = sorted((PROJECT_DIR / "tests" / "fixtures" / "quirks").iterdir())
NOW = datetime(2026, 12, 1, 12)
MODELS = (
    "+int_all_orders",
    "+int_all_membership_events",
    "+int_membership_spans",
    "+dim_identity",
    "+stg_wecom__vendor_figures",
    "+stg_official_account__content_posts",
)


def expected(quirk: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((quirk / "expected.yml").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """One home with the files of all quirks, landed and built as far as they reach."""
    inbox = Inbox(tmp_path_factory.mktemp("quirks"))
    for quirk in QUIRKS:
        shutil.copytree(quirk / "inbox", inbox.settings.exports, dirs_exist_ok=True)
    for path in inbox.settings.exports.rglob("*"):
        inbox.age(path)
    inbox.land(now=NOW)
    settings = inbox.settings
    arguments = ["--select", *MODELS, *common_arguments(settings, settings.target_dir)]
    run = run_dbt(settings, Progress(), ["build", "--exclude-resource-type", "unit_test", "test", *arguments])
    assert run.return_code == 0, run.cause
    return inbox


def test_there_are_eighteen() -> None:
    assert [quirk.name[:2] for quirk in QUIRKS] == [f"{number:02}" for number in range(1, 19)]


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.name)
def test_files_become_what_they_should(inbox: Inbox, quirk: Path) -> None:
    columns = "path, status, code, header, accepted, rejected, blank"
    folder = f"%/q{quirk.name[:2]}/%"
    found = inbox.sql(f"select {columns} from raw.files where path like ? order by path", folder)
    assert [list(row) for row in found] == expected(quirk)["files"]
    lines = "lines = header + accepted + rejected + blank"
    assert inbox.column(f"select path from raw.files where status = 'landed' and not ({lines})") == []


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.name)
def test_rows_become_what_they_should(inbox: Inbox, quirk: Path) -> None:
    with duckdb.connect(inbox.settings.private_db, read_only=True) as connection:
        connection.execute(f"attach '{inbox.settings.warehouse_db}' as build (read_only)")
        for query in expected(quirk).get("queries", ()):
            statement = query["sql"].replace(" core.", " build.core.")
            rows = [[plain(cell) for cell in row] for row in connection.execute(statement).fetchall()]
            assert rows == query["rows"], query["sql"]


def plain(cell: Any) -> Any:
    return str(cell) if isinstance(cell, date) else cell
