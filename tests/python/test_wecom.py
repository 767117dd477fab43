"""What WeCom says of people does not depend on the order in which it is said, nor on how often."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inboxes import Inbox
from test_systems import EXPORTS, NOW

from orchestration.building.dbt import common_arguments, run_dbt
from orchestration.progress import Progress

pytestmark = pytest.mark.usefixtures("parsed_once")

FILES = EXPORTS / "wecom" / "inbox"
FOLDERS = ("callbacks", "contacts", "groups")
MODELS = ("accounts", "contact_events", "groups", "member_tags", "members", "membership_events")
PROVENANCE = "(load_seq, line, landed_at)"
Written = list[tuple[str, bytes]]
Staged = dict[str, list[Any]]


@pytest.fixture(scope="module")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home without files whose staging views stand: they follow whatever lands."""
    place = tmp_path_factory.mktemp("wecom")
    inbox = Inbox(place)
    inbox.land(now=NOW)
    selection = ["--select", "path:seeds/wecom", "path:models/staging/wecom"]
    arguments = common_arguments(inbox.settings, inbox.settings.target_dir)
    no_tests = ["--exclude-resource-types", "test", "unit_test"]
    run = run_dbt(inbox.settings, Progress(), ["build", *no_tests, *selection, *arguments])
    assert run.return_code == 0, run.cause
    inbox.settings.exports.rmdir()
    return place


@pytest.fixture(scope="module")
def usual(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Staged:
    return staged(empty_home, tmp_path_factory.mktemp("usual"), [vendor_files()])


def vendor_files() -> Written:
    """The fixture's files about people, in the order in which they land."""
    paths = [path for folder in FOLDERS for path in (FILES / folder).rglob("*") if path.is_file()]
    return [(str(path.relative_to(FILES)), path.read_bytes()) for path in sorted(paths)]


def staged(empty_home: Path, place: Path, landings: list[Written]) -> Staged:
    """Rows of each staging model after the files of each landing."""
    shutil.copytree(empty_home, place, dirs_exist_ok=True)
    inbox = Inbox(place)
    for files in landings:
        for name, content in files:
            inbox.write(f"wecom/{name}", content)
        inbox.land(now=NOW)
    assert inbox.column("select distinct status from raw.files") == ["landed"]
    return {
        model: inbox.sql(f"select * exclude {PROVENANCE} from staging.stg_wecom__{model} order by all")
        for model in MODELS
    }


def in_other_files(files: Written) -> Written:
    """Every callback and every contact in a file of its own, the last one first."""
    split: Written = []
    for name, content in files:
        lines = content.splitlines(keepends=True) if name.endswith((".xml", ".jsonl")) else [content]
        stem, suffix = name.rsplit(".", 1)
        split += [(f"{stem} {number}.{suffix}", line) for number, line in enumerate(lines)]
    return [(f"{len(split) - number:03} {name}", content) for number, (name, content) in enumerate(split)]


def shuffled(files: Written) -> Written:
    """Callbacks in any order, and every file twice."""
    rng = random.Random(7)
    mixed: Written = []
    for name, content in files:
        lines = content.splitlines(keepends=True) if name.endswith((".xml", ".jsonl")) else [content]
        mixed += [(name, b"".join(rng.sample(lines, len(lines)))), (f"again/{name}", content)]
    return mixed


@pytest.mark.parametrize(
    "deliver",
    [
        pytest.param(lambda files: [shuffled(files)], id="shuffled and repeated"),
        pytest.param(lambda files: [in_other_files(files)], id="one by one, backwards"),
        pytest.param(lambda files: [[file] for file in reversed(files)], id="landing by landing, backwards"),
    ],
)
def test_the_order_of_deliveries_changes_nothing(
    empty_home: Path, usual: Staged, tmp_path: Path, deliver: Callable[[Written], list[Written]]
) -> None:
    assert staged(empty_home, tmp_path, deliver(vendor_files())) == usual
    assert {model: bool(rows) for model, rows in usual.items()} == dict.fromkeys(MODELS, True)


def test_a_snapshot_taken_twice_changes_nothing(empty_home: Path, usual: Staged, tmp_path: Path) -> None:
    """The same group, fetched again a minute later: another row in raw, none in what follows from it."""
    files = vendor_files()
    again = [(name.replace("_0630", "_0631"), content) for name, content in files if "_0630" in name]
    assert staged(empty_home, tmp_path, [files, again]) == usual
