"""The written report: its figures, its words, its files, and what it says where there is nothing to say."""

from __future__ import annotations

import json
import re
import shutil
import struct
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from browser import browser, chromium
from click.testing import CliRunner
from homes import STORAGE, audit_passes, finish_build, make_home

from orchestration.cli import build_cli
from orchestration.errors import EXIT_FAILURE, EXIT_OK, EXIT_USAGE, ShequnError
from orchestration.publishing import publish
from orchestration.publishing.versions import current_version
from orchestration.reporting import printing, writing
from orchestration.reporting.cards import length, wrapped
from orchestration.reporting.printing import find_browser
from orchestration.reporting.weeks import parse_week
from orchestration.reporting.writing import Report, write_report
from orchestration.settings import Settings

WEEK = "2026-W26"
MONDAY = date(2026, 6, 22)
HOSTILE = "<script>alert(1)</script>&\x0b" + "w" * 200 + "🍓群"
WITH_EXITS = "2026-W25"  # the demo's mass exit


class Page(HTMLParser):
    """What a reader sees: tables by section, links, ids, and the text of each language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[list[str]]]] = {}
        self.terms: dict[str, str] = {}
        self.links: set[str] = set()
        self.ids: list[str] = []
        self.words: list[str] = []
        self._section = ""
        self._hidden = 0
        self._cell: list[str] | None = None
        self._link = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if name := named.get("id"):
            self.ids.append(name)
        if tag == "section":
            self._section = str(named["id"])
        elif tag in ("style", "code"):
            self._hidden += 1
        elif tag == "table":
            self.tables.setdefault(self._section, []).append([])
        elif tag == "tr":
            self.tables[self._section][-1].append([])
        elif tag in ("td", "th"):
            self._cell = []
        elif tag == "a":
            self._link = str(named["href"])
            self.links.add(self._link)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "code"):
            self._hidden -= 1
        elif tag in ("td", "th") and self._cell is not None:
            text = "".join(self._cell).strip()
            self.tables[self._section][-1][-1].append(text)
            if self._link:
                self.terms.setdefault(text, self._link.removeprefix("#"))
            self._cell, self._link = None, ""

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)
        if not self._hidden and data.strip():
            self.words.append(data.strip())


@pytest.fixture(scope="module")
def home(small_demo: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home that reads the demo's versions and has a place of its own for what is written."""
    settings = make_home(tmp_path_factory.mktemp("report") / "home")
    settings.published_dir.rmdir()
    settings.published_dir.symlink_to(small_demo.published_dir)
    return settings


@pytest.fixture(scope="module")
def report(home: Settings) -> Report:
    chromium()
    return write_report(home, "zh", MONDAY, ("html", "pdf", "png"))


@pytest.fixture(scope="module")
def texts(home: Settings, report: Report) -> dict[str, str]:
    """The pages in both languages."""
    write_report(home, "en", MONDAY)
    return {
        lang: (home.out_dir / f"report-{WEEK}.{lang}.html").read_text(encoding="utf-8")
        for lang in ("zh", "en")
    }


@pytest.fixture
def marts(small_demo: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(small_demo.published_db, read_only=True) as connection:
        yield connection


def as_written(value: Any, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "rate":
        return f"{value:.1%}"
    if unit == "yuan":
        return f"¥{value:,.2f}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def without_mark(cell: str) -> str:
    """A cell without the letter of its note."""
    return re.sub(r"^–[a-z]$", "–", cell)


def test_figures_are_those_of_the_marts(texts: dict[str, str], marts: duckdb.DuckDBPyConnection) -> None:
    page = Page(texts["en"])
    units = dict(marts.execute("select column_name, unit from marts.metric_catalog").fetchall())
    facts = {
        row[0]: row[1:]
        for row in marts.execute(
            """
            select metric_id, value, previous_value, previous_change_rate, last_year_value
            from marts.mart_metric_value
            where scope_type = 'all' and period_type = 'week' and period_start = ?
            """,
            [MONDAY],
        ).fetchall()
    }
    (table,) = page.tables["figures"]
    rows = [row for row in table[1:] if len(row) > 1]
    assert len(rows) == 19
    for row in rows:
        metric = page.terms[row[0]].removeprefix("mart_community_kpi-")
        value, before, change, year_before = facts[metric]
        told = [as_written(value, units[metric]), as_written(before, units[metric])]
        assert [without_mark(cell) for cell in row[1:3]] == [text.replace("¥-", "−¥") for text in told]
        assert without_mark(row[3]) == ("–" if change is None else f"{change:+.1%}")
        assert without_mark(row[4]) == as_written(year_before, units[metric])


def test_channels_cohorts_and_steps_are_those_of_the_marts(
    texts: dict[str, str], marts: duckdb.DuckDBPyConnection
) -> None:
    page = Page(texts["zh"])
    (table,) = page.tables["channels"]
    channels = marts.execute(
        """
        select coalesce(channel_name, '未知'), new_members, channel_share, cost_amount, net_sales
        from marts.mart_channel_roi where period_type = 'month' and period_start = date '2026-06-01'
        """
    ).fetchall()
    told = {row[0]: (row[1], row[2], row[4], row[8]) for row in table[1:]}
    assert told == {
        name: (f"{new:,}", f"{share:.1%}", f"¥{cost:,.2f}", f"¥{sales:,.2f}")
        for name, new, share, cost, sales in channels
    }

    (table,) = page.tables["cohorts"]
    cohorts: dict[str, list[str]] = {}
    for start, rate in marts.execute(
        """
        select cohort_start, retention_rate from marts.mart_retention
        where scope_type = 'all' and cohort_event = 'joined' and subject = 'membership' and rule = 'bounded'
            and cohort_period_type = 'week' and interval_type = 'period' and interval_number <= 8
            and cohort_start > $1::date - 70 and cohort_start + (7 * interval_number)::int <= $1::date
        order by cohort_start, interval_number
        """,
        [MONDAY],
    ).fetchall():
        cohorts.setdefault(str(start), []).append(f"{rate:.0%}")
    assert {row[0]: [cell for cell in row[2:] if cell] for row in table[1:]} == cohorts

    (table,) = page.tables["funnel"]
    steps = marts.execute(
        """
        select nested_members from marts.mart_funnel
        where scope_type = 'all' and cohort_start = date '2026-04-01' order by step_number
        """
    ).fetchall()
    assert [row[1] for row in table[1:]] == [f"{members:,}" for (members,) in steps]


def test_every_figure_leads_to_its_definition(texts: dict[str, str]) -> None:
    for text in texts.values():
        page = Page(text)
        assert len(page.ids) == len(set(page.ids))
        assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
        figures = re.findall(r'<th class="figure">(.*?)</th>', text)
        unexplained = [title for title in figures if "href" not in title]
        assert len(unexplained) == 5, "the five columns of the key figures, whose rows lead to definitions"
        definitions = re.findall(r"<dt>(.*?)<.*?</dt><dd>(.*?)</dd>", text)
        assert len(definitions) > 40
        assert all(title.strip() and meaning for title, meaning in definitions)


def test_the_page_needs_nothing_else(texts: dict[str, str]) -> None:
    for text in texts.values():
        assert not re.search(r"https?:|<script|<link|<img|@import|src=|javascript:", text)
        assert set(re.findall(r"url\((.)", text)) <= {"#"}
        assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text), "a phone number"


def test_each_language_is_whole(texts: dict[str, str], marts: duckdb.DuckDBPyConnection) -> None:
    english = re.compile(r"\b[A-Za-z]{2,}(?: [A-Za-z]{2,}){2}")
    found = [match[0] for word in Page(texts["zh"]).words if (match := english.search(word))]
    assert found == []
    names = [
        name
        for (name,) in marts.execute(
            "select group_name from core.dim_group union select staff_name from core.dim_staff"
            " union select channel_name from core.dim_channel"
        ).fetchall()
        if name
    ]
    told = "\n".join(Page(texts["en"]).words)
    for name in sorted(names, key=len, reverse=True):
        told = told.replace(name, "")
    # Definitions quote what Chinese sources call a figure.
    assert re.findall(r"[\u4e00-\u9fff]{8,}|[。，；]", told) == []


def test_the_same_version_gives_the_same_page(home: Settings, texts: dict[str, str], tmp_path: Path) -> None:
    write_report(home, "zh", MONDAY, out=tmp_path)
    assert (tmp_path / f"report-{WEEK}.zh.html").read_text(encoding="utf-8") == texts["zh"]
    assert [path.name for path in tmp_path.iterdir()] == [f"report-{WEEK}.zh.html"]


def test_it_prints_and_reads_on_a_phone(report: Report, tmp_path: Path) -> None:
    pdf = (report.folder / f"report-{WEEK}.zh.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    (sides,) = set(re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf))
    assert [round(float(side)) for side in sides] == [595, 842]
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12
    with browser() as tab:
        tab.size(390, 844)
        tab.open((report.folder / f"report-{WEEK}.zh.html").as_uri())
        tab.wait_for("document.readyState === 'complete' && document.querySelectorAll('svg').length > 5")
        assert tab.ask("document.documentElement.scrollWidth") <= 390
        assert tab.complaints == []
        assert len(tab.asked) == 1


def test_pictures_are_as_wide_as_a_phone_shows(report: Report) -> None:
    pictures = sorted(report.folder.glob("*.zh.*.png"))
    assert [path.name.split(".")[2] for path in pictures] == ["advice", "figures", "trends"]
    for path in pictures:
        content = path.read_bytes()
        width, height = struct.unpack(">II", content[16:24])
        assert width == 1080
        assert 900 < height < 4000
        assert len(content) > 100_000, "hardly anything is drawn"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_lines_of_a_card_fit(lang: str) -> None:
    text = {
        "zh": "「零食拼团群08」有 92 人次退群（平日 1），此前该群收到 12 次触达。请检查所发内容。",
        "en": "On 2026-06-19, 92 left 零食拼团群08 (usually 1 a day), after 12 mass messages.",
    }[lang]
    for width in range(8, 40):
        lines = wrapped(text, width)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(length(line) <= width for line in lines)
        assert not any(line[0] in "，。）」" or line[-1] in "（「" for line in lines)


def test_a_week_with_a_mass_exit_says_what_to_look_at(home: Settings, tmp_path: Path) -> None:
    write_report(home, "zh", parse_week(WITH_EXITS), out=tmp_path)
    text = (tmp_path / f"report-{WITH_EXITS}.zh.html").read_text(encoding="utf-8")
    advice = text[text.index('<section id="advice"') : text.index('<section id="alerts"')]
    assert "「零食拼团群08」有 92 人次退群" in advice
    assert "退群率" in advice


def test_what_is_known_as_of_now_is_not_told_of_an_older_week(home: Settings, tmp_path: Path) -> None:
    write_report(home, "en", parse_week("2026-W10"), out=tmp_path)
    text = (tmp_path / "report-2026-W10.en.html").read_text(encoding="utf-8")
    assert "so nothing is said of it for this older week" in text
    assert "high risk of leaving" not in text
    assert "due to buy something again" not in text


def test_a_week_that_is_not_over_says_so(home: Settings, tmp_path: Path) -> None:
    report = write_report(home, "en", parse_week("2026-06-30"), out=tmp_path)
    assert report.week.is_partial
    text = (tmp_path / "report-2026-W27.en.html").read_text(encoding="utf-8")
    assert "This week is not over: the figures reach to 2026-06-30" in text
    assert "the week is not over, so it is not compared" in text


def test_the_first_week_says_where_history_begins(home: Settings, tmp_path: Path) -> None:
    write_report(home, "en", parse_week("2026-W01"), out=tmp_path)
    text = (tmp_path / "report-2026-W01.en.html").read_text(encoding="utf-8")
    assert "The figures begin on 2026-01-02, within this week" in text
    assert "there is nothing known of the week before" in text


@pytest.mark.parametrize(
    ("text", "monday"),
    [
        ("2026-W26", MONDAY),
        ("2026w26", MONDAY),
        ("2026-06-28", MONDAY),
        ("2026-06-22", MONDAY),
        ("2026-W53", date(2026, 12, 28)),
        ("2027-01-03", date(2026, 12, 28)),
    ],
)
def test_a_week_has_a_name_and_days(text: str, monday: date) -> None:
    assert parse_week(text) == monday


@pytest.mark.parametrize("text", ["", "26", "2026-W54", "2026-W00", "2026-13-01", "last week", "2025-W53"])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(ShequnError) as caught:
        parse_week(text)
    assert caught.value.key == "report.bad_week"


@pytest.mark.parametrize(
    ("week", "sentence"),
    [
        ("2026-W50", "Week 2026-W50 has not begun: the figures reach to 2026-06-30"),
        ("2025-W10", "There are no figures of week 2025-W10: the weeks from 2026-W01 on"),
    ],
)
def test_a_week_without_figures_is_refused(home: Settings, week: str, sentence: str) -> None:
    done = run(home, "report", "--week", week)
    assert done.exit_code == EXIT_USAGE
    assert sentence in done.stderr


def run(settings: Settings, *arguments: str, lang: str = "en") -> Any:
    return CliRunner().invoke(build_cli(lang), [*arguments, "--home", str(settings.home), "--lang", lang])


def test_the_command_says_where_the_report_is(home: Settings, tmp_path: Path) -> None:
    done = run(home, "report", "--out", str(tmp_path))
    assert done.exit_code == EXIT_OK
    assert "The report on 2026-W26 (2026-06-22 to 2026-06-28)" in done.stdout
    assert (tmp_path / f"report-{WEEK}.en.html").exists()
    told = json.loads(run(home, "report", "--json", "--out", str(tmp_path)).stdout)
    assert told["files"] == [f"report-{WEEK}.en.html"]
    assert (told["week_start"], told["as_of_date"], told["is_partial"]) == ("2026-06-22", "2026-06-30", False)
    refused = run(home, "report", "--out", str(home.exports / "x"))
    assert refused.exit_code == EXIT_USAGE


def test_without_a_browser_the_page_is_written(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "BROWSERS", ("no-such-browser",))
    assert find_browser() is None
    done = run(home, "report", "--format", "pdf", "--out", str(tmp_path))
    assert done.exit_code == EXIT_FAILURE
    assert "apt install chromium" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [f"report-{WEEK}.en.html"]


def test_a_browser_that_fails_is_said(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "BROWSERS", ("false",))
    done = run(home, "report", "--format", "pdf", "--out", str(tmp_path))
    assert done.exit_code == EXIT_FAILURE
    assert "false ended without one" in done.stderr


def test_without_a_chinese_font_it_warns(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "has_chinese_font", lambda: False)
    done = run(home, "report", "--format", "png", "--out", str(tmp_path), lang="zh")
    assert done.exit_code == EXIT_OK
    assert "fonts-noto-cjk" in done.stderr


def test_nothing_published_says_what_to_run(tmp_path: Path) -> None:
    done = run(make_home(tmp_path / "home"), "report")
    assert done.exit_code == EXIT_USAGE
    assert "Nothing is published yet" in done.stderr


def test_a_version_without_a_day_says_so(tmp_path: Path) -> None:
    settings = make_home(tmp_path / "home")
    finish_build(settings, 1)
    with duckdb.connect(settings.warehouse_db, config=STORAGE) as connection:
        connection.execute("create table core.dim_period (period_type text, period_start date)")
        connection.execute("alter table core.dim_period add column period_end date")
        connection.execute("alter table core.dim_period add column is_partial boolean")
    publish(settings, audit_passes)
    done = run(settings, "report")
    assert done.exit_code == EXIT_USAGE
    assert "nothing to report" in done.stderr


def test_a_version_of_another_release_says_so(tmp_path: Path) -> None:
    settings = make_home(tmp_path / "home")
    finish_build(settings, 1)
    publish(settings, audit_passes)
    done = run(settings, "report")
    assert done.exit_code == EXIT_USAGE
    assert "was built by another release" in done.stderr


@pytest.fixture(scope="module")
def changed(small_demo: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The demo with a hostile name, and without all but periods, groups, alerts and the catalogue."""
    settings = make_home(tmp_path_factory.mktemp("changed") / "home")
    version = current_version(small_demo)
    assert version is not None
    target = settings.published_dir / version.name
    shutil.copytree(small_demo.published_dir / version.name, target)
    path = target / "shequn.duckdb"
    path.chmod(0o644)
    kept = ("metric_catalog", "mart_group_health", "mart_exit_anomaly")
    with duckdb.connect(path) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        for (table,) in tables:
            if table not in kept:
                connection.execute(f"delete from marts.{table}")
        connection.execute("delete from core.fct_landing")
        connection.execute("update core.dim_group set group_name = $1", [HOSTILE])
    settings.current_link.symlink_to(version.name)
    return settings


def test_where_nothing_is_known_each_part_says_so(changed: Settings, tmp_path: Path) -> None:
    write_report(changed, "en", MONDAY, ("html", "png"), tmp_path)
    text = (tmp_path / f"report-{WEEK}.en.html").read_text(encoding="utf-8")
    for sentence in (
        "Nothing is known of this week",
        "No alert was open",
        "No month of joiners",
        "There are no weeks to draw",
        "No channel has figures",
        "Nobody joined",
        "No targets are set",
        "No export is late",
    ):
        assert sentence in text
    assert "figures" not in Page(text).tables


def test_names_are_text(changed: Settings, tmp_path: Path) -> None:
    report = write_report(changed, "en", parse_week(WITH_EXITS), ("html", "png"), tmp_path)
    assert len(report.files) == 4
    page = tmp_path / f"report-{WITH_EXITS}.en.html"
    text = page.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in text
    assert "<script" not in text
    with browser() as tab:
        tab.size(390, 844)
        tab.open(page.as_uri())
        tab.wait_for("document.readyState === 'complete'")
        assert tab.ask("document.documentElement.scrollWidth") <= 390


def test_dagster_writes_it_on_monday(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.assets.report import monday_schedule, weekly_report
    from orchestration.assets.warehouse import Warehouse

    monkeypatch.setenv("SHEQUN_HOME", str(home.home))
    monkeypatch.setattr(printing, "BROWSERS", ())  # the print has its own test
    assert (monday_schedule.cron_schedule, monday_schedule.execution_timezone) == (
        "30 7 * * 1",
        "Asia/Shanghai",
    )
    config = dg.RunConfig({"weekly_report": {"config": {"lang": "en", "week": WITH_EXITS}}})
    done = dg.materialize([weekly_report], resources={"warehouse": Warehouse()}, run_config=config)
    assert done.success
    assert (home.out_dir / f"report-{WITH_EXITS}.en.html").exists()
