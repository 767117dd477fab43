"""Models kept by slices: what their tests look at, and that nothing escapes them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from homes import STORAGE, make_home

from orchestration.building import build_models
from orchestration.progress import Progress
from orchestration.settings import PROJECT_DIR, Settings

PROJECT = """
name: tiny
version: "1.0"
config-version: 2
profile: shequn
on-run-start: "{{ begin_build() }}"
dispatch: [{macro_namespace: shequn, search_order: [tiny, dbt]}]
vars: {as_of_date: null, business_timezone: Asia/Shanghai}
models:
  tiny: {+database: shequn}
"""
MODEL = """
{%- do slice_by(['day']) -%}
select * from private.raw.given
"""
TESTS = """
models:
  - name: mart_sliced
    data_tests:
      - row_rules:
          name: row_rules_mart_sliced
          arguments:
            grain: [id]
            unique: [[day, name]]
            not_null: [id]
            not_negative: [id]
            accepted_values: {name: [one, two, three]}
"""

DATA_TEST = "select id from {{ tested_rows('mart_sliced', ['day']) }} where id > 1000"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("project")
    macros = (
        *("slices/slice_by", "slices/by_slice", "slices/changes"),
        *("engine/order", "engine/slices"),
        *("tests/row_rules", "tests/tested_rows"),
    )
    copied = ("profiles.yml", "selectors.yml", *(f"macros/{macro}.sql" for macro in macros))
    for name, text in {
        "dbt_project.yml": PROJECT,
        "models/mart_sliced.sql": MODEL,
        "models/tests.yml": TESTS,
        "tests/assert_ids_are_small.sql": DATA_TEST,
        **{name: (PROJECT_DIR / name).read_text() for name in copied},
    }.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return place


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One home for all builds, so that dbt parses the project once."""
    return make_home(tmp_path_factory.mktemp("home") / "data")


def build(settings: Settings, project: Path, *rows: str) -> dict[str, int]:
    """Build of these rows: failing rows by check, where some failed."""
    with duckdb.connect(settings.private_db, config=STORAGE) as connection:
        connection.execute("create schema if not exists raw")
        connection.execute("create or replace table raw.given (id integer, day date, name varchar)")
        connection.execute(f"insert into raw.given values {', '.join(rows)}")
    report = build_models(settings, Progress(), project_dir=project)
    return {check.name: check.failures for check in report.checks if check.status == "fail"}


def compiled_test(settings: Settings, place: str = "models/tests.yml") -> str:
    (path,) = settings.target_dir.glob(f"compiled/tiny/{place}/*.sql")
    return path.read_text()


def test_a_fault_in_a_changed_slice_is_found(settings: Settings, project: Path) -> None:
    sound = [
        "(1, date '2026-06-01', 'one')",
        "(2, date '2026-06-02', null)",
        "(3, date '2026-06-03', 'three')",
    ]
    faults = {
        "grain_mart_sliced_id": "(1, date '2026-06-04', 'two')",  # in another slice
        "unique_mart_sliced_day_name": "(4, date '2026-06-02', null)",
        "not_null_mart_sliced_id": "(null, date '2026-06-04', 'three')",
        "not_negative_mart_sliced_id": "(-1, date '2026-06-04', 'one')",
        "accepted_values_mart_sliced_name": "(5, date '2026-06-04', 'four')",
    }
    found = dict.fromkeys(faults, 1)
    assert build(settings, project, *sound) == {}
    assert build(settings, project, *sound, *faults.values()) == found
    assert "changes.mart_sliced" in compiled_test(settings)
    # what did not pass is tested whole, though nothing more changes
    assert build(settings, project, *sound, *faults.values()) == found
    assert "changes.mart_sliced" not in compiled_test(settings)


def test_a_data_test_looks_at_the_touched_slices(settings: Settings, project: Path) -> None:
    sound = ["(1, date '2026-06-01', 'one')", "(2, date '2026-06-02', 'two')"]
    faulty = [*sound, "(2000, date '2026-06-02', 'three')"]
    found = {"assert_ids_are_small": 1}
    assert build(settings, project, *sound) == {}
    assert build(settings, project, *faulty) == found
    assert "changes.mart_sliced" in compiled_test(settings, "tests")
    # what did not pass is tested whole
    assert build(settings, project, *faulty) == found
    assert "changes.mart_sliced" not in compiled_test(settings, "tests")
