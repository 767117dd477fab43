"""`shequn explain`: every metric of the demo is counted again from its rows, and the command says so."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from orchestration.cli import build_cli
from orchestration.errors import ShequnError
from orchestration.explaining import Wish, explain
from orchestration.explaining.choosing import Ask, find_metric
from orchestration.explaining.explanation import agree
from orchestration.explaining.recipes import FOLDER, Recipe, load_recipes
from orchestration.explaining.statements import seed_files, seed_sql
from orchestration.metric_pages import read_catalogue
from orchestration.serving.query import QueryResult
from orchestration.serving.worker import _plain
from orchestration.settings import Settings, load_settings

METRICS = {metric["metric_id"]: metric for metric in read_catalogue()}
# Of each metric, rows spread over the mart's scopes and periods, chosen by their hash.
SAMPLED = 6
TERM_KEYS = {"zh", "en", "from", "is"}
FIGURE_KEYS = {"is", "divide", "unless", "compared", "follows", "base", "over_rows", "shows"}


@pytest.fixture(scope="module")
def settings(small_demo: Settings) -> Settings:
    return small_demo


@pytest.fixture(scope="module")
def ask(settings: Settings) -> Ask:
    """Answers as the query service does, without a process for each of thousands of statements."""
    connection = duckdb.connect(str(settings.published_db.resolve()), read_only=True)
    connection.execute("set search_path = 'marts,core'")

    def answer(sql: str) -> QueryResult:
        cursor = connection.execute(sql)
        columns = cursor.description or []
        rows = [[_plain(value) for value in row] for row in cursor.fetchall()]
        return QueryResult([column[0] for column in columns], [str(column[1]) for column in columns], rows)

    return answer


# The recipes themselves.


def test_every_metric_has_a_recipe() -> None:
    recipes = load_recipes()
    missing = [
        metric["metric_id"]
        for metric in METRICS.values()
        if metric["mart"] not in recipes or metric["column_name"] not in recipes[metric["mart"]].figures
    ]
    assert missing == []


def test_recipes_hold_nothing_unknown_and_nothing_unused() -> None:
    import yaml

    faults = []
    for path in FOLDER.glob("*.yml"):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, term in document.get("terms", {}).items():
            faults += [f"{path.name}: {name}: {key}" for key in set(term) - TERM_KEYS]
        for name, figure in document.get("figures", {}).items():
            if isinstance(figure, dict):
                faults += [f"{path.name}: {name}: {key}" for key in set(figure) - FIGURE_KEYS]
    for recipe in load_recipes().values():
        own = set(yaml.safe_load(_path_of(recipe).read_text(encoding="utf-8")).get("terms", {}))
        used = {name for figure in recipe.figures.values() for name in figure.terms}
        faults += [f"{recipe.mart}: {name} is in no figure" for name in own - used]
        faults += [
            f"{recipe.mart}.{figure.column}: {term.evidence}"
            for figure in recipe.figures.values()
            for name in figure.terms
            if (term := recipe.terms[name]).evidence and term.evidence not in recipe.evidence
        ]
    assert faults == []


def _path_of(recipe: Recipe) -> Path:
    return next(path for path in FOLDER.glob("*.yml") if f"mart: {recipe.mart}\n" in path.read_text("utf-8"))


def test_evidence_reads_core_and_no_mart_but_what_is_given() -> None:
    """A figure that is counted out of its own mart would agree whatever the mart holds.

    A scorecard is about figures of another; who said which word is private, so terms of all are counted from
    those of groups.
    """
    given = {"mart_kpi_scorecard": {"mart_metric_value"}, "mart_topic": {"mart_topic"}}
    for recipe in load_recipes().values():
        for evidence in recipe.evidence.values():
            marts = set(re.findall(r"\bmart_\w+", evidence.sql))
            assert marts <= given.get(recipe.mart, set()), f"{recipe.mart}: {evidence.name}"


def test_seeds_are_read_with_their_types() -> None:
    with duckdb.connect() as connection:
        for name in seed_files():
            rows = connection.execute(f"select count(*) from ({seed_sql(name)})").fetchone()
            assert rows is not None and rows[0] > 0


# All metrics of the demo.


@pytest.mark.parametrize("metric_id", METRICS)
def test_the_rows_behind_a_figure_make_it(metric_id: str, settings: Settings, ask: Ask) -> None:
    metric = METRICS[metric_id]
    recipe = load_recipes()[metric["mart"]]
    figure = recipe.figures[metric["column_name"]]
    wishes = [Wish(metric_id)]
    if not figure.over_rows:
        wishes += [Wish(metric_id, where=where) for where in _some_rows(ask, recipe, figure.column)]
    assert len(wishes) > 1 or figure.over_rows, "the demo has no row of it"
    for wish in wishes:
        found = explain(settings, wish, rows=2, ask=ask)
        assert found.agrees, (wish, found.chosen.compared, found.recomputed, found.terms)
        assert found.rows, "no evidence"
        if found.chosen.figure not in (None, 0, False, "", "0.00"):
            assert any(part.total > 0 for part in found.rows), wish
        assert found.source is not None and found.compiled is not None


def _some_rows(ask: Ask, recipe: Recipe, column: str) -> list[tuple[str, ...]]:
    names = ", ".join(recipe.grain)
    rows = ask(
        f"select {names} from marts.{recipe.mart}\n"
        f"order by {column} is null, hash({names}), {names} limit {SAMPLED}"
    ).rows
    return [tuple(f"{name}={value}" for name, value in zip(recipe.grain, row, strict=True)) for row in rows]


def test_every_column_of_the_main_table_can_be_explained(settings: Settings, ask: Ask) -> None:
    held = {row[0] for row in ask("select distinct metric_id from mart_metric_value").rows}
    assert held <= set(load_recipes()["mart_community_kpi"].figures)
    for column in sorted(held):
        for scope in ("all", "group", "owner", "department", "group_type"):
            wish = Wish(f"mart_community_kpi.{column}", scope=scope, period="quarter")
            assert explain(settings, wish, rows=0, ask=ask).agrees, wish


# What the command says.


@pytest.fixture(scope="module")
def run(settings: Settings) -> Callable[..., Result]:
    def run(*arguments: str, lang: str = "en") -> Result:
        command = ["--home", str(settings.home), "--lang", lang, "explain", *arguments]
        return CliRunner().invoke(build_cli(lang), command)

    return run


def test_a_chinese_name_gives_definition_place_figure_and_rows(run: Callable[..., Result]) -> None:
    result = run("退群率", "--rows", "3", lang="zh")
    assert result.exit_code == 0
    for part in (
        "退群率  exit rate  leave_rate",
        "期内有退群的去重客户数 ÷ 期内在群人数",
        "mart_community_kpi.leave_rate",
        "models/marts/scorecard/mart_community_kpi.sql",
        "compiled/shequn/models/marts/scorecard/mart_community_kpi.sql",
        "scope_type = all",
        "退群人数 (leaving_members)",
        "期内在群人数 (members_present)",
        "一致",
        "列出前 3 行",
    ):
        assert part in result.stdout, part


def test_the_newest_complete_month_of_all_groups_is_the_default(run: Callable[..., Result]) -> None:
    document = json.loads(run("exit rate", "--format", "json").stdout)
    assert document["row"] == {
        "period_type": "month",
        "period_start": "2026-06-01",
        "scope_type": "all",
        "scope_id": "all",
    }
    assert document["days"] == ["2026-06-01", "2026-06-30"]
    numerator, denominator = (term["value"] for term in document["terms"])
    assert document["figure"] == pytest.approx(numerator / denominator)
    assert document["agrees"] is True


def test_scope_period_and_where_name_the_row(run: Callable[..., Result]) -> None:
    named = ("leave_rate", "--scope", "group:g0001", "--period", "quarter:2026-Q2", "--format", "json")
    assert json.loads(run(*named).stdout)["row"] == {
        "period_type": "quarter",
        "period_start": "2026-04-01",
        "scope_type": "group",
        "scope_id": "g0001",
    }
    inside = json.loads(run("joins", "--period", "week:2026-05-06", "--format", "json").stdout)
    assert inside["row"]["period_start"] == "2026-05-04"
    where = ("环比", "--where", "metric_id=joins", "--period", "month:2026-05", "--format", "json")
    change = json.loads(run(*where).stdout)
    now, before = (term["value"] for term in change["terms"])
    assert change["figure"] == pytest.approx(now / before - 1)


def test_a_segment_is_explained_by_what_decides_it(run: Callable[..., Result]) -> None:
    best = json.loads(run("RFM用户分层", "--format", "json").stdout)
    member = best["row"]["member_id"]
    again = json.loads(run("rfm_segment", "--where", f"member_id={member}", "--format", "json").stdout)
    assert again["figure"] == again["recomputed"] == "champion"
    terms = {term["name"]: term["value"] for term in again["terms"]}
    assert float(terms["monetary"]) > terms["mean_monetary"]


def test_csv_gives_all_rows_of_one_evidence(run: Callable[..., Result]) -> None:
    total = json.loads(run("leaves", "--format", "json").stdout)["figure"]
    rows = list(csv.DictReader(io.StringIO(run("leaves", "--format", "csv").stdout)))
    assert len(rows) == total
    assert {"member_id", "group_id", "end_reason"} <= set(rows[0])
    denominator = run("leave_rate", "--format", "csv", "--evidence", "spans_present").stdout
    people = {row["member_id"] for row in csv.DictReader(io.StringIO(denominator))}
    terms = json.loads(run("leave_rate", "--format", "json").stdout)["terms"]
    assert len(people) == terms[1]["value"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("退群",), "退群率"),
        (("leave_rat",), "leave_rate"),
        (("leave_rate", "--scope", "group:g9001"), "Nearest: group:g00"),
        (("leave_rate", "--scope", "team:1"), "Nearest"),
        (("leave_rate", "--period", "month:2019-01"), "month:2026-01-01"),
        (("leave_rate", "--period", "fortnight:2026-01-01"), "no period"),
        (("leave_rate", "--period", "month:May"), "no period"),
        (("leave_rate", "--period", "month:2026-13"), "no period"),
        (("leave_rate", "--where", "member_id=1"), "period_type"),
        (("rfm_segment", "--scope", "all"), "no scopes"),
        (("rfm_segment", "--period", "month"), "no periods"),
        (("rfm_segment", "--where", "member_id=wm9999999"), "wm0"),
        (("leaves", "--evidence", "orders"), "left_spans"),
        (("retention_rate", "--scope", "group", "--where", "interval_type=period"), "all of them together"),
    ],
)
def test_what_is_unknown_is_said_with_the_nearest_there_is(
    run: Callable[..., Result], arguments: tuple[str, ...], said: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_names_that_look_like_sql_are_names(run: Callable[..., Result]) -> None:
    result = run("leave_rate", "--scope", "group:x' or '1'='1")
    assert result.exit_code == 2 and "no scope" in result.stderr


def test_a_difference_is_told(settings: Settings, ask: Ask) -> None:
    def tampered(sql: str) -> QueryResult:
        answer = ask(sql)
        if answer.columns[-1] == "recomputed":
            answer.rows[0][-1] += 1
        return answer

    found = explain(settings, Wish("leaves"), ask=tampered)
    assert not found.agrees and found.recomputed == found.chosen.figure + 1


def test_nothing_published_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ShequnError, match="refresh") as caught:
        explain(load_settings(home=tmp_path), Wish("leaves"))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["metric_id", "label_zh", "label_en"])
def test_a_metric_is_found_by_each_of_its_names(name: str, ask: Ask) -> None:
    for metric in METRICS.values():
        assert find_metric(ask, f" {metric[name].upper()} ")["metric_id"] == metric["metric_id"]


@pytest.mark.parametrize(
    ("published", "recomputed", "kind", "same"),
    [
        (None, None, "BIGINT", True),
        (None, 0, "BIGINT", False),
        (3, "3", "BIGINT", True),
        (3, 4, "BIGINT", False),
        ("10.00", "10.004", "DECIMAL(18,2)", True),
        ("10.00", "10.01", "DECIMAL(18,2)", False),
        (0.25, 0.25 + 1e-12, "DOUBLE", True),
        (0.25, 0.2501, "DOUBLE", False),
        ("champion", "champion", "VARCHAR", True),
        ("champion", "keep", "VARCHAR", False),
        (True, True, "BOOLEAN", True),
        (True, False, "BOOLEAN", False),
    ],
)
def test_when_two_values_agree(published: Any, recomputed: Any, kind: str, same: bool) -> None:
    assert agree(published, recomputed, kind) is same
