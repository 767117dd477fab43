"""dbt as a step: what is heard, what counts as failed, what a kill leaves behind."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest
from homes import make_home

from orchestration.building import build_models, check_vars, dbt_arguments
from orchestration.building.dbt import DbtRun, _hear, read_results
from orchestration.building.record import read_build
from orchestration.building.results import one_line
from orchestration.errors import EXIT_FAILURE, EXIT_USAGE, ShequnError
from orchestration.fingerprint import code_fingerprint, current_origin
from orchestration.lock import writer_lock
from orchestration.messages import say
from orchestration.progress import Progress
from orchestration.settings import PROJECT_DIR, Settings

PROJECT = """
name: tiny
version: "1.0"
config-version: 2
profile: shequn
vars: {as_of_date: null, business_timezone: Asia/Shanghai, window_days: 90}
models:
  tiny:
    private: {+schema: main, +materialized: view}
    marts: {+database: shequn, +materialized: table}
"""
SCHEMA_MACRO = """
{% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}
"""
TESTS = """
models:
  - name: mart_tiny
    columns:
      - name: id
        data_tests: [not_null, unique]
      - name: note
        data_tests:
          - not_null: {config: {severity: warn}}
    data_tests:
      - row_rules:
          name: row_rules_mart_tiny
          arguments:
            grain: [id, note]
            unique: [days, [note, days]]
            not_null: [days]
            not_negative: [id]
            within_unit_interval: [id]
            accepted_values:
              id: [1, 7]
              note: ["it's", other]
unit_tests:
  - name: ids_are_kept
    model: mart_tiny
    given: [{input: ref('base'), rows: [{id: 7}]}]
    expect: {rows: [{id: 7}]}
"""
BASE = "select 1 as id"
MART = "select id, cast(null as varchar) as note, {{ var('window_days') }} as days from {{ ref('base') }}"


class Listener(Progress):
    def __init__(self) -> None:
        self.stages: list[tuple[str, int | None]] = []
        self.nodes: list[str] = []
        self.notes: list[str] = []

    def stage(self, key: str, total: int | None = None) -> None:
        self.stages.append((key, total))

    def note(self, detail: str) -> None:
        self.notes.append(detail)

    def advance(self, detail: str = "", amount: int = 1) -> None:
        self.nodes.append(detail)


def write_project(place: Path, base: str = BASE, mart: str = MART, tests: str = TESTS) -> Path:
    for name, text in {
        "dbt_project.yml": PROJECT,
        "profiles.yml": (PROJECT_DIR / "profiles.yml").read_text(),
        "selectors.yml": (PROJECT_DIR / "selectors.yml").read_text(),
        "macros/schema.sql": SCHEMA_MACRO,
        "macros/row_rules.sql": (PROJECT_DIR / "macros/tests/row_rules.sql").read_text(),
        "models/private/base.sql": base,
        "models/marts/mart_tiny.sql": mart,
        "models/marts/tests.yml": tests,
    }.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return place


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One home for all builds, so that dbt parses the project once."""
    return make_home(tmp_path_factory.mktemp("home") / "data", dbt_vars={"window_days": 30})


def relations(path: Path) -> set[str]:
    with duckdb.connect(path, read_only=True) as connection:
        return {
            f"{schema}.{name}"
            for schema, name in connection.execute(
                "select table_schema, table_name from information_schema.tables"
                " where table_catalog = current_database()"
            ).fetchall()
        }


def test_a_good_build_is_recorded_and_leaves_nothing_old(settings: Settings, project: Path) -> None:
    with duckdb.connect(settings.private_db) as connection:
        connection.execute("create schema raw; create table raw.kept as select 1 as one")
        connection.execute("create schema changes; create table changes.noted as select 1 as one")
        connection.execute(
            "create table main.gone as select 1 as one; create view main.old as from main.gone"
        )
    with duckdb.connect(settings.warehouse_db) as connection:
        connection.execute("create schema marts; create table marts.mart_removed as select 1 as one")
    listener = Listener()
    report = build_models(settings, listener, project_dir=project)
    assert (report.success, report.models) == (True, 2)
    statuses = {
        (check.kind, check.name): (check.status, check.where, check.failures) for check in report.checks
    }
    assert statuses == {
        ("dbt_test", "not_null_mart_tiny_id"): ("pass", "mart_tiny.id", 0),
        ("dbt_test", "unique_mart_tiny_id"): ("pass", "mart_tiny.id", 0),
        ("dbt_test", "not_null_mart_tiny_note"): ("warn", "mart_tiny.note", 1),
        ("dbt_test", "grain_mart_tiny_id_note"): ("pass", "mart_tiny", 0),
        ("dbt_test", "unique_mart_tiny_days"): ("pass", "mart_tiny", 0),
        ("dbt_test", "unique_mart_tiny_note_days"): ("pass", "mart_tiny", 0),
        ("dbt_test", "not_null_mart_tiny_days"): ("pass", "mart_tiny.days", 0),
        ("dbt_test", "not_negative_mart_tiny_id"): ("pass", "mart_tiny.id", 0),
        ("dbt_test", "within_unit_interval_mart_tiny_id"): ("pass", "mart_tiny.id", 0),
        ("dbt_test", "accepted_values_mart_tiny_id"): ("pass", "mart_tiny.id", 0),
        ("dbt_test", "accepted_values_mart_tiny_note"): ("pass", "mart_tiny.note", 0),
    }
    assert listener.stages == [("build", None), ("build", 6)]
    tests = ("not_null_mart_tiny_id", "unique_mart_tiny_id", "not_null_mart_tiny_note", "row_rules_mart_tiny")
    assert sorted(listener.nodes) == sorted([*tests, "base", "mart_tiny"])
    assert relations(settings.private_db) == {"raw.builds", "raw.kept", "changes.noted", "main.base"}
    assert relations(settings.warehouse_db) == {"main.mart_tiny"}
    with duckdb.connect(settings.warehouse_db, read_only=True) as connection:
        assert connection.execute("select days from mart_tiny").fetchone() == (30,)
    record = read_build(settings)
    assert record is not None
    assert record.checks == report.checks
    assert record.origin["fingerprint"] == current_origin(settings, project).fingerprint
    assert not list(settings.logs_dir.glob("*.sql"))


def test_new_rows_leave_views_as_they_are_and_are_tested_all_the_same(
    settings: Settings, project: Path
) -> None:
    listener = Listener()
    report = build_models(settings, listener, project_dir=project)
    assert (report.success, report.models, len(report.checks)) == (True, 1, 11)
    assert "mart_tiny" in listener.nodes and "base" not in listener.nodes
    assert relations(settings.private_db) == {"raw.builds", "raw.kept", "changes.noted", "main.base"}


def test_a_project_that_was_moved_is_built_where_it_is(tmp_path: Path) -> None:
    settings = make_home(tmp_path / "data")
    project = write_project(tmp_path / "project")
    (project / "seeds").mkdir()
    (project / "seeds/kinds.csv").write_text("kind\nnew\n")
    assert build_models(settings, Progress(), project_dir=project).success
    moved = project.rename(tmp_path / "moved")
    assert build_models(settings, Progress(), full_refresh=True, project_dir=moved).success


def test_a_failing_test_is_no_error_but_nothing_may_be_published(settings: Settings, project: Path) -> None:
    write_project(project, base="select 1 as id union all select 1")
    report = build_models(settings, Progress(), project_dir=project)
    assert not report.success
    failed = {check.name: (check.where, check.failures) for check in report.checks if check.status == "fail"}
    assert failed == {
        "unique_mart_tiny_id": ("mart_tiny.id", 1),
        "grain_mart_tiny_id_note": ("mart_tiny", 1),
        "unique_mart_tiny_days": ("mart_tiny", 1),
        "unique_mart_tiny_note_days": ("mart_tiny", 1),
    }
    assert read_build(settings) is None


def test_a_broken_rule_of_a_row_is_told_with_its_rows(settings: Settings, project: Path) -> None:
    write_project(
        project, base="select -i as id from range(3) as numbers (i)", mart=MART.replace("null", "3")
    )
    report = build_models(settings, Progress(), project_dir=project)
    failed = {check.name: (check.where, check.failures) for check in report.checks if check.status == "fail"}
    assert {name: rows for name, rows in failed.items() if not name.startswith("unique")} == {
        "not_negative_mart_tiny_id": ("mart_tiny.id", 2),
        "within_unit_interval_mart_tiny_id": ("mart_tiny.id", 2),
        "accepted_values_mart_tiny_id": ("mart_tiny.id", 3),
        "accepted_values_mart_tiny_note": ("mart_tiny.note", 3),
    }
    (told,) = [check for check in report.checks if check.name == "not_negative_mart_tiny_id"]
    assert told.words("en")[1] == "2 rows fail not_negative_mart_tiny_id"
    assert told.words("zh")[1] == "2 行未通过 not_negative_mart_tiny_id"


@pytest.mark.parametrize(
    ("base", "cause"),
    [
        ("select 1 as id from nowhere", "base: .*nowhere does not exist"),
        ("select {{ missing( }}", "expected"),
    ],
)
def test_a_broken_model_ends_the_build_in_one_line(
    settings: Settings, project: Path, base: str, cause: str
) -> None:
    write_project(project, base=base)
    with pytest.raises(ShequnError, match=cause) as caught:
        build_models(settings, Progress(), project_dir=project)
    assert caught.value.exit_code == EXIT_FAILURE
    assert "\n" not in str(caught.value)
    assert read_build(settings) is None


REFUSED = "error('Out of Memory Error: could not allocate')"


def test_models_too_large_side_by_side_are_built_one_by_one(settings: Settings, project: Path) -> None:
    mart = MART.replace("select id", f"select {{{{ 'id' if target.threads == 1 else \"{REFUSED}\" }}}} as id")
    write_project(project, mart=mart)
    listener = Listener()
    report = build_models(settings, listener, project_dir=project)
    assert report.success
    assert listener.notes[-1] == say("building.memory")
    assert len(report.checks) == len({(check.name, check.where) for check in report.checks}) > 5
    assert read_build(settings) is not None


def test_a_model_too_large_by_itself_says_what_to_set(settings: Settings, project: Path) -> None:
    write_project(project, mart=MART.replace("select id", f"select {REFUSED} as id"))
    with pytest.raises(ShequnError, match=r"mart_tiny: .*SHEQUN_MEMORY"):
        build_models(settings, Progress(), project_dir=project)
    assert read_build(settings) is None


def test_a_test_that_cannot_run_is_an_error_not_a_failure(settings: Settings, project: Path) -> None:
    write_project(project, tests=TESTS.replace("unique]", "{relationships: {to: ref('base'), field: gone}}]"))
    report = build_models(settings, Progress(), project_dir=project)
    assert not report.success
    (broken,) = [check for check in report.checks if check.status == "error"]
    assert broken.where == "mart_tiny.id"
    assert "gone" in broken.message


def test_dbt_dies_with_the_refresh_and_frees_the_lock(settings: Settings, project: Path) -> None:
    write_project(project)

    def run() -> None:
        with writer_lock(settings, "refresh"):
            build_models(settings, Progress(), project_dir=project)

    refresh = multiprocessing.get_context("fork").Process(target=run)
    refresh.start()
    assert refresh.pid is not None
    child = _wait_for_child(refresh.pid)
    refresh.kill()
    refresh.join()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{child}").exists()
    assert read_build(settings) is None
    with writer_lock(settings, "next"):
        assert build_models(settings, Progress(), project_dir=project).success


def _wait_for_child(pid: int) -> int:
    deadline = time.monotonic() + 20
    children = Path(f"/proc/{pid}/task/{pid}/children")
    while time.monotonic() < deadline:
        if found := children.read_text().split():
            return int(found[0])
        time.sleep(0.02)
    raise AssertionError("dbt did not start")


def test_results_of_another_run_are_not_taken_for_ours(tmp_path: Path) -> None:
    settings = make_home(tmp_path / "home")
    settings.target_dir.mkdir()
    content = {"metadata": {"invocation_id": "earlier"}, "results": []}
    (settings.target_dir / "run_results.json").write_text(json.dumps(content))
    assert read_results(settings, "ours") is None
    assert read_results(settings, "earlier") == []


@pytest.mark.parametrize(
    ("variables", "key"),
    [
        ({"window_days": "{{ env_var('HOME') }}"}, "building.var_template"),
        ({"window_days": ["a", {"deep": "{% do x %}"}]}, "building.var_template"),
        ({"windw_days": 3}, "building.var_unknown"),
        ({"window_days": "abc"}, "building.var_value"),
        ({"window_days": 0}, "building.var_value"),
        ({"window_days": True}, "building.var_value"),
    ],
)
def test_templates_and_unknown_variables_never_reach_dbt(
    project: Path, variables: dict[str, object], key: str
) -> None:
    with pytest.raises(ShequnError) as caught:
        check_vars(variables, project)
    assert (caught.value.key, caught.value.exit_code) == (key, EXIT_USAGE)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("history_start_date", "2026-01-31", "2026-1-31"),
        ("history_start_date", date(2026, 1, 31), "soon"),
        ("history_start_date", None, 20260131),
        ("retention_days", [1, 7], [1, "7"]),
        ("retention_days", [30], 30),
        ("repurchase_window_days", 60, "60"),
        ("attribution_lookback_days", 14, 0),
        ("attribution_half_life_days", 3, "3"),
    ],
)
def test_values_of_the_projects_rules_are_of_their_kind(name: str, good: object, bad: object) -> None:
    check_vars({name: good})
    with pytest.raises(ShequnError) as caught:
        check_vars({name: bad})
    assert (caught.value.key, caught.value.exit_code) == ("building.var_value", EXIT_USAGE)


def test_every_path_is_absolute_and_no_file_of_the_inbox_is_named(settings: Settings) -> None:
    arguments = dbt_arguments(settings, full_refresh=True)
    assert "--full-refresh" in arguments
    paths = [value for value in arguments if "/" in value and not value.startswith("{")]
    assert len(paths) == 4
    assert all(Path(value).is_absolute() for value in paths)
    assert json.loads(arguments[arguments.index("--vars") + 1]) == {
        "business_timezone": "Asia/Shanghai",
        "window_days": 30,
    }


def test_the_code_fingerprint_moves_with_the_code_alone(tmp_path: Path) -> None:
    project = write_project(tmp_path)
    before = code_fingerprint(project)
    (project / "README.md").write_text("words")
    (project / "models" / "notes.txt").write_text("words")
    assert code_fingerprint(project) == before
    os.utime(project / "dbt_project.yml")
    assert code_fingerprint(project) == before
    (project / "models" / "private" / "base.sql").rename(project / "models" / "private" / "base2.sql")
    assert code_fingerprint(project) != before


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (
            "Runtime Error in model a (models/a.sql)\n  Parser Error: no such thing.\n",
            "Parser Error: no such thing",
        ),
        ("Encountered an error:\nRuntime Error\n  at path ['version']: bad", "at path ['version']: bad"),
        ("", ""),
    ],
)
def test_the_telling_line(message: str, line: str) -> None:
    assert one_line(message) == line


@pytest.mark.parametrize("line", ["1\n", "[]\n", '"total"\n', "null\n", "not JSON\n"])
def test_what_a_model_prints_is_not_taken_for_a_word_of_dbt(line: str) -> None:
    run = DbtRun()
    _hear(run, Progress(), line)
    assert run == DbtRun()
