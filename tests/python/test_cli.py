"""The command line: what it says, in which language, where, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from homes import STORAGE, audit_passes, finish_build, make_home

from orchestration.cli import build_cli, parse_vars
from orchestration.errors import ShequnError
from orchestration.landing import land_inbox
from orchestration.lock import writer_lock
from orchestration.progress import Progress
from orchestration.publishing import current_version, publish
from orchestration.refresh import RefreshRefused
from orchestration.reports import CheckResult, FileOutcome, LandingReport, RefreshReport
from orchestration.settings import Settings

HEAVY = ("dagster", "great_expectations", "pandas", "dbt", "duckdb", "pyarrow", "numpy")
COMMANDS = ("refresh", "demo", "template", "status", "versions", "rollback", "rejects", "sql", "doctor")
LANDED = FileOutcome(
    "canonical/orders.csv",
    "landed",
    "canonical",
    "orders",
    lines=1003,
    header=1,
    accepted=1000,
    rejected=2,
    rows_late=7,
    unknown_columns=("country",),
)
CLEAN = FileOutcome("canonical/groups.csv", "landed", "canonical", "groups", lines=4, header=1, accepted=3)
REJECTING = FileOutcome("canonical/refunds.csv", "landed", "canonical", "refunds", lines=1500, rejected=1500)
REFUSED = FileOutcome("canonical/members.csv", "refused", "canonical", "members", code="E_EMPTY")
WAITING = FileOutcome("canonical/touches.csv", "waiting", "canonical", "touches")
SHEET = FileOutcome(
    "canonical/表.xlsx#渠道",
    "landed",
    "canonical",
    "channels",
    lines=4,
    header=1,
    accepted=2,
    blank=1,
    totals=1,
)
HIDDEN = FileOutcome("canonical/表.xlsx#藏", "ignored", part="sheet")
OTHER_TABLE = FileOutcome("scrm/dump.db#sys_user", "ignored", part="table")
UNCHANGED = FileOutcome("canonical/staff.csv", "unchanged", "canonical", "staff")

Refresh = Callable[..., RefreshReport]


def shequn(*arguments: str | Path, lang: str = "en") -> Result:
    return CliRunner().invoke(build_cli(lang), ["--lang", lang, *map(str, arguments)])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_home(tmp_path / "home")


def write_metrics(settings: Settings) -> None:
    """A mart of metric values beside the tiny one: a running week, two complete ones, a month."""
    with duckdb.connect(settings.warehouse_db, config=STORAGE) as connection:
        connection.execute(
            """create table marts.metric_catalog as from (values
                ('members_end', 'members at period end', '社群内总人数', 'people'),
                ('active_rate', 'active rate', '活跃率', 'rate'),
                ('net_sales', 'net sales', '销售额(净)', 'yuan'))
            as catalog(metric_id, label_en, label_zh, unit)"""
        )
        connection.execute(
            """create table marts.mart_metric_value as from (values
                ('members_end', 'week', date '2026-06-15', 'all', 'all', 900.0, null, false),
                ('members_end', 'week', date '2026-06-22', 'all', 'all', 1234.0, 0.125, false),
                ('members_end', 'week', date '2026-06-29', 'all', 'all', 77.0, null, true),
                ('members_end', 'week', date '2026-06-22', 'group', 'g1', 5.0, null, false),
                ('active_rate', 'week', date '2026-06-22', 'all', 'all', 0.4567, -0.031, false),
                ('net_sales', 'month', date '2026-06-01', 'all', 'all', 98765.4, 0.1, false))
            as figures(metric_id, period_type, period_start, scope_type, scope_id, value,
                previous_change_rate, is_partial)"""
        )
        connection.execute(
            """create table marts.mart_alert as from (values
                ('a1', 'warning', date '2026-06-20', 'Group g1 is silent.', '群 g1 沉默。', 'open'),
                ('a2', 'critical', date '2026-06-10', 'Group g2 lost 21.', '群 g2 退群 21 人次。', 'open'),
                ('a3', 'critical', date '2026-06-25', 'Group g3 lost 30.', '群 g3 退群 30 人次。', 'closed'))
            as alerts(alert_id, severity, occurred_on, message, message_zh, status)"""
        )


def publish_tiny(settings: Settings, value: int) -> str:
    finish_build(settings, value)
    write_metrics(settings)
    with writer_lock(settings, "test"):
        return publish(settings, audit_passes).name


@pytest.fixture
def refreshed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Refresh], None]:
    """Puts another function in the place of the real refresh."""
    return lambda answer: monkeypatch.setattr("orchestration.refresh.refresh", answer)


def report_of(settings: Settings, *outcomes: FileOutcome, publishes: bool = True) -> RefreshReport:
    if publishes:
        publish_tiny(settings, 2)
    return RefreshReport(
        LandingReport(outcomes), published=current_version(settings) if publishes else None, seconds=1.5
    )


# Starting, languages, options


def test_help_is_there_at_once_and_loads_nothing_heavy() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = (
        "import sys\nfrom orchestration.cli import build_cli\nbuild_cli('en')\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert output == "[]\n"
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.6


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_both_languages(command: str) -> None:
    english, chinese = shequn(command, "--help"), shequn(command, "--help", lang="zh")
    assert english.exit_code == chinese.exit_code == 0
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english.stdout)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese.stdout)


@pytest.mark.parametrize(
    ("variable", "expected"), [("zh_CN.UTF-8", "社群数据仓库"), ("en_US.UTF-8", "trusted marts")]
)
def test_the_language_comes_from_the_environment(variable: str, expected: str) -> None:
    environment = {**os.environ, "LC_ALL": "", "LC_MESSAGES": "", "LANG": variable, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "orchestration.cli", "--help"]
    output = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout
    assert expected in output


def test_home_and_language_stand_before_or_after_the_command(settings: Settings) -> None:
    before = shequn("--home", settings.home, "versions")
    after = shequn("versions", "--home", settings.home)
    assert before.exit_code == after.exit_code == 0
    assert before.stdout == after.stdout != ""
    assert "还没有" in shequn("versions", "--home", settings.home, "--lang", "zh").stdout


def test_vars_are_a_yaml_mapping() -> None:
    assert parse_vars("{a: 1, b: [1, 2], c: 2026-06-30}") == {"a": 1, "b": [1, 2], "c": "2026-06-30"}
    assert parse_vars(None) == {}
    for wrong in ("a", "[1]", "{a: [", "{1: 2}"):
        with pytest.raises(ShequnError) as caught:
            parse_vars(wrong)
        assert caught.value.exit_code == 2


@pytest.mark.parametrize("arguments", [["nonsense"], ["refresh", "--as-of", "30.6.2026"], ["rollback"]])
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    assert shequn(*arguments).exit_code == 2


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "Asia"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["refresh"],
        ["demo"],
        ["status"],
        ["versions"],
        ["rollback", "v1"],
        ["rejects"],
        ["sql", "x"],
        ["doctor"],
    ],
)
def test_a_time_zone_that_is_none_exits_2(
    arguments: list[str], zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHEQUN_TIMEZONE", zone)
    result = shequn(*arguments, "--home", tmp_path / "home")
    assert result.exit_code == 2 and f"{zone} is no time zone" in result.stderr
    assert not (tmp_path / "home").exists()


# refresh


def test_the_closing_table_says_what_landed_what_not_and_what_came_of_it(
    settings: Settings, refreshed: Callable[[Refresh], None]
) -> None:
    report = report_of(settings, LANDED, REFUSED, WAITING, UNCHANGED)
    words = {"name_zh": "拒收不多", "message_zh": "一个文件"}
    warning = CheckResult("expectation", "few rejects", "raw.files", "warn", 1, "one file", **words)
    passed = CheckResult("dbt_test", "unique", "mart_rfm", "pass")
    audit = type("Audit", (), {"checks": (warning, passed)})()
    refreshed(lambda *_, **__: RefreshReport(report.landing, build=audit, published=report.published))
    result = shequn("refresh", "--home", settings.home)
    assert result.exit_code == 0
    for expected in (
        "canonical.orders",
        "1,000",
        "country",
        "Rejected rows: 2; `shequn rejects`",
        "canonical/members.csv [E_EMPTY]",
        "canonical/touches.csv",
        "still being written",
        "2 checks, 1 passed",
        "few rejects raw.files one file",
        "as of 2026-06-30",
        "1,234",
        "+12.5%",
        "45.7%",
        "-3.1%",
        "¥98,765.40",
    ):
        assert expected in result.stdout
    # the folder of a test run may be pytest-77, the version v1-77…
    said = re.sub(r"v1-[0-9a-f]+", "", result.stdout.replace(str(settings.home), ""))
    assert "77" not in said, "a running week is no headline"

    chinese = shequn("refresh", "--home", settings.home, lang="zh").stdout
    assert "环比" in chinese and "社群内总人数" in chinese and "拒收" in chinese
    assert "canonical.orders 订单" in chinese
    assert "拒收不多 raw.files 一个文件" in chinese


def test_sheets_and_totals_that_were_passed_over_are_told(
    settings: Settings, refreshed: Callable[[Refresh], None]
) -> None:
    report = report_of(settings, SHEET, HIDDEN, OTHER_TABLE)
    refreshed(lambda *_, **__: report)
    english = shequn("refresh", "--home", settings.home).stdout
    assert "1 rows of totals in sheets were counted as blank." in english
    assert "1 sheets were passed over (hidden, empty, or a guide): canonical/表.xlsx#藏" in english
    assert "1 tables of databases were left alone (no export names them): scrm/dump.db#sys_user" in english
    chinese = shequn("refresh", "--home", settings.home, lang="zh").stdout
    assert "略过 1 个工作表" in chinese and "略过 1 个数据库表" in chinese


def test_json_is_one_document_and_nothing_else(
    settings: Settings, refreshed: Callable[[Refresh], None]
) -> None:
    report = report_of(settings, LANDED, REFUSED)

    def noisy(settings: Settings, progress: Progress, **_: Any) -> RefreshReport:
        progress.stage("land", 2)
        progress.advance("canonical/orders.csv")
        return report

    refreshed(noisy)
    result = shequn("refresh", "--home", settings.home, "--json")
    document = json.loads(result.stdout)
    assert document["exit_code"] == 0
    assert document["published"] == current_version(settings).name  # type: ignore[union-attr]
    assert [file["status"] for file in document["files"]] == ["landed", "refused"]
    assert document["files"][1]["message"]
    assert {figure["metric_id"] for figure in document["figures"]} == {
        "members_end",
        "active_rate",
        "net_sales",
    }
    assert "Taking in files: 2" in result.stderr


def test_columns_of_vendors_files_that_nobody_reads_are_counted(
    settings: Settings, refreshed: Callable[[Refresh], None]
) -> None:
    kept = tuple(f"kept{number}" for number in range(26))
    sheet = FileOutcome("youzan/a.csv", "landed", "youzan", "customers", accepted=2, unknown_columns=kept)
    refreshed(lambda *_, **__: report_of(settings, LANDED, sheet))
    landed = shequn("refresh", "--home", settings.home).stdout
    assert "26" in landed and "kept0" not in landed and "country" in landed


def test_quiet_says_nothing_on_success(settings: Settings, refreshed: Callable[[Refresh], None]) -> None:
    report = report_of(settings, CLEAN, UNCHANGED)
    refreshed(lambda *_, **__: report)
    result = shequn("refresh", "--home", settings.home, "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_quiet_names_what_was_not_taken_in(settings: Settings, refreshed: Callable[[Refresh], None]) -> None:
    report = report_of(settings, LANDED, REJECTING, REFUSED, WAITING)
    refreshed(lambda *_, **__: report)
    result = shequn("refresh", "--home", settings.home, "--quiet")
    assert (result.exit_code, result.stdout) == (0, "")
    refused, waiting, rejected = result.stderr.splitlines()
    assert refused.startswith("canonical/members.csv [E_EMPTY]  ") and "holds nothing" in refused
    assert waiting.startswith("canonical/touches.csv  ") and "still being written" in waiting
    assert rejected.startswith("Rejected rows: 1,502; ")
    assert "拒收" in shequn("refresh", "--home", settings.home, "--quiet", lang="zh").stderr
    as_json = shequn("refresh", "--home", settings.home, "--quiet", "--json")
    assert as_json.stderr == "" and len(json.loads(as_json.stdout)["files"]) == 4


def test_an_inbox_of_refused_files_alone_exits_3_and_names_them(settings: Settings) -> None:
    folder = settings.exports / "canonical"
    folder.mkdir()
    (folder / "members.csv").touch()
    os.utime(folder / "members.csv", (1_700_000_000, 1_700_000_000))
    loud = shequn("refresh", "--home", settings.home)
    assert loud.exit_code == 3 and "canonical/members.csv [E_EMPTY]" in loud.stdout
    quiet = shequn("refresh", "--home", settings.home, "--quiet")
    assert quiet.exit_code == 3 and quiet.stdout == "" and "canonical/members.csv" in quiet.stderr
    assert current_version(settings) is None
    assert "[E_EMPTY]  The file holds nothing" in shequn("status", "--home", settings.home).stdout


def test_a_refused_refresh_exits_3_says_why_and_shows_what_happened(
    settings: Settings, refreshed: Callable[[Refresh], None]
) -> None:
    report = report_of(settings, LANDED, REFUSED, publishes=False)

    def refuse(*_: Any, **__: Any) -> RefreshReport:
        raise RefreshRefused("refresh.files_refused", report, count=1, path=REFUSED.path)

    refreshed(refuse)
    result = shequn("refresh", "--home", settings.home, "--strict")
    assert result.exit_code == 3
    assert "canonical.orders" in result.stdout
    assert "canonical/members.csv" in result.stderr
    document = json.loads(shequn("refresh", "--home", settings.home, "--strict", "--json").stdout)
    assert document["exit_code"] == 3 and document["error"]["key"] == "refresh.files_refused"
    assert document["published"] is None


def test_an_inbox_that_was_named_must_exist(settings: Settings, tmp_path: Path) -> None:
    result = shequn("refresh", "--home", settings.home, "--exports", tmp_path / "nowhere")
    assert result.exit_code == 2 and str(tmp_path / "nowhere") in result.stderr


def test_the_homes_own_inbox_is_made(tmp_path: Path, refreshed: Callable[[Refresh], None]) -> None:
    refreshed(lambda *_, **__: RefreshReport(LandingReport(())))
    result = shequn("refresh", "--home", tmp_path / "new")
    assert result.exit_code == 0
    assert (tmp_path / "new" / "exports" / "canonical").is_dir()
    assert str(tmp_path / "new" / "exports" / "canonical") in result.stderr


def test_a_second_writer_exits_4_and_names_the_first(settings: Settings) -> None:
    with writer_lock(settings, "somebody's refresh"):
        result = shequn("refresh", "--home", settings.home)
    assert result.exit_code == 4
    assert "somebody's refresh" in result.stderr and str(os.getpid()) in result.stderr


def test_a_traceback_goes_to_the_log_alone(settings: Settings, refreshed: Callable[[Refresh], None]) -> None:
    def break_down(*_: Any, **__: Any) -> RefreshReport:
        raise RuntimeError("the disk\nfell out")

    refreshed(break_down)
    result = shequn("refresh", "--home", settings.home)
    assert result.exit_code == 1
    assert "the disk" in result.stderr and "Traceback" not in result.output
    log = settings.logs_dir / "shequn.log"
    assert str(log) in result.stderr
    assert "Traceback" in log.read_text() and "break_down" in log.read_text()


def test_demo_and_own_files_together_are_warned_of(
    settings: Settings, refreshed: Callable[[Refresh], None]
) -> None:
    refreshed(lambda *_, **__: RefreshReport(LandingReport(())))
    shequn("demo", "--home", settings.home, "--quiet")
    assert "demo" not in shequn("refresh", "--home", settings.home).stderr
    (settings.exports / "canonical" / "members.mine.csv").write_text("member_id\nm1\n")
    assert "demo --clear" in shequn("refresh", "--home", settings.home).stderr


# demo


def test_no_demo_is_written_among_rows_whose_files_were_moved_away(settings: Settings) -> None:
    own = settings.exports / "canonical" / "members.mine.csv"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("member_id\nm1\n")
    os.utime(own, (1_700_000_000, 1_700_000_000))
    assert land_inbox(settings, Progress()).with_status("landed")
    own.unlink()
    answer = shequn("demo", "--home", settings.home, "--if-empty")
    assert answer.exit_code == 0 and "landed before" in answer.stdout
    assert list((settings.exports / "canonical").iterdir()) == []


def test_the_demo_lands_and_can_be_taken_out_again(settings: Settings) -> None:
    written = shequn("demo", "--home", settings.home, "--json")
    assert json.loads(written.stdout)["written"] is True
    assert shequn("demo", "--home", settings.home, "--if-empty", "--json").stdout.count("false") == 1
    own = settings.exports / "canonical" / "members.mine.csv"
    own.write_text("member_id\nm1\n")
    os.utime(own, (1_700_000_000, 1_700_000_000))
    land_inbox(settings, Progress(), {"canonical__members"})

    cleared = shequn("demo", "--home", settings.home, "--clear")
    assert cleared.exit_code == 0
    assert [path.name for path in (settings.exports / "canonical").iterdir()] == ["members.mine.csv"]
    with duckdb.connect(settings.private_db, read_only=True) as connection:
        assert connection.execute("select member_id from raw.canonical__members").fetchall() == [("m1",)]
    assert "no demo" in shequn("demo", "--home", settings.home, "--clear").stdout


# looking


def test_nothing_is_there_yet(tmp_path: Path) -> None:
    home = tmp_path / "empty"
    assert "shequn refresh" in shequn("status", "--home", home).stdout
    assert "shequn refresh" in shequn("versions", "--home", home).stdout
    assert "No rejected row waits" in shequn("rejects", "--home", home).stdout
    assert "No rows were rejected" in shequn("rejects", "--all", "--home", home).stdout
    assert shequn("sql", "select 1", "--home", home).exit_code == 2
    assert shequn("doctor", "--home", home).exit_code == 0
    assert not home.exists(), "looking leaves nothing behind"
    assert shequn("rollback", "v9", "--home", home).exit_code == 2
    assert shequn("doctor", "--home", home).exit_code == 0


def test_versions_and_rollback(settings: Settings) -> None:
    first, second = publish_tiny(settings, 3), publish_tiny(settings, 4)
    listed = json.loads(shequn("versions", "--home", settings.home, "--json").stdout)
    assert [(each["version"], each["is_current"]) for each in listed] == [(second, True), (first, False)]
    result = shequn("rollback", first, "--home", settings.home)
    assert result.exit_code == 0 and first in result.stdout
    table = shequn("versions", "--home", settings.home).stdout.splitlines()
    assert [first in line for line in table if line.startswith("→")] == [True]


def test_status_and_refresh_tell_the_open_alerts(
    settings: Settings, refreshed: Callable[[Refresh], None]
) -> None:
    publish_tiny(settings, 7)
    status = shequn("status", "--home", settings.home).stdout
    assert "Alerts open: 2" in status and "Group g3" not in status
    assert status.index("Group g2 lost 21.") < status.index("Group g1 is silent.")
    refreshed(lambda *_, **__: report_of(settings))
    assert (
        "严重  自 2026-06-10  群 g2 退群 21 人次。"
        in shequn("refresh", "--home", settings.home, lang="zh").stdout
    )
    document = json.loads(shequn("refresh", "--home", settings.home, "--json").stdout)
    assert [alert["severity"] for alert in document["alerts"]] == ["critical", "warning"]


def test_status_tells_who_is_writing_and_what_is_published(settings: Settings) -> None:
    name = publish_tiny(settings, 3)
    status = shequn("status", "--home", settings.home).stdout
    assert name in status and "members at period end" in status
    with writer_lock(settings, "a long refresh"):
        busy = json.loads(shequn("status", "--home", settings.home, "--json").stdout)
    assert busy["writer"]["purpose"] == "a long refresh"
    assert busy["published"]["version"] == name


@pytest.fixture
def rejecting(settings: Settings) -> Iterator[Settings]:
    """A home in which one row of three was rejected."""
    folder = settings.exports / "canonical"
    folder.mkdir()
    path = folder / "members.csv"
    path.write_text("member_id,gender,city\nm1,female,成都\n=m2,robot,成都\nm3,male,北京\n", encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    land_inbox(settings, Progress(), {"canonical__members"})
    yield settings


def test_rejects_name_file_line_column_and_reason(rejecting: Settings) -> None:
    table = shequn("rejects", "--home", rejecting.home).stdout
    assert "canonical/members.csv" in table and "E_ENUM" in table and "robot" in table
    rows = list(
        csv.DictReader(io.StringIO(shequn("rejects", "--home", rejecting.home, "--format", "csv").stdout))
    )
    assert [(row["path"], row["line"], row["column_name"]) for row in rows] == [
        ("canonical/members.csv", "3", "gender")
    ]
    assert rows[0]["original"] == "'=m2,robot,成都", "no spreadsheet runs it"
    document = json.loads(shequn("rejects", "--home", rejecting.home, "--format", "json").stdout)
    assert document[0]["original"] == "=m2,robot,成都"
    chinese = shequn("rejects", "--home", rejecting.home, lang="zh").stdout
    assert "不是以下之一" in chinese


def test_a_row_that_was_brought_right_leaves_the_list_and_status(rejecting: Settings) -> None:
    before = shequn("status", "--home", rejecting.home).stdout
    assert "2 rows accepted, 1 rejected (1 not put right yet)" in before
    path = rejecting.exports / "canonical" / "members.new.csv"
    path.write_text("member_id,gender\n=m2,male\n", encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    land_inbox(rejecting, Progress(), {"canonical__members"})
    assert "No rejected row waits" in shequn("rejects", "--home", rejecting.home).stdout
    assert "put right" in shequn("rejects", "--all", "--home", rejecting.home).stdout
    assert "拒收 1 行（0 行待更正）" in shequn("status", "--home", rejecting.home, lang="zh").stdout


def test_status_tells_files_from_their_parts(rejecting: Settings) -> None:
    from openpyxl import Workbook

    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "退款"
    for row in (["退款单号", "订单号", "退款时间", "退款金额"], ["r1", "o1", "2026-03-01", 1]):
        first.append(row)
    book.create_sheet("成员标签").append(["成员ID", "标签"])
    book.create_sheet("随笔").append(["随便"])
    path = rejecting.exports / "canonical" / "登记.xlsx"
    book.save(path)
    gone = rejecting.exports / "canonical" / "orders.csv"
    gone.write_text("a,b\n", encoding="utf-8")
    for one in (path, gone):
        os.utime(one, (1_700_000_000, 1_700_000_000))
    land_inbox(rejecting, Progress())
    gone.unlink()
    status = shequn("status", "--home", rejecting.home).stdout
    assert "Landed: 2 files with 3 sheets, tables or lists of rows; 3 rows accepted" in status
    assert "refused in whole or in part: 1 files" in status
    assert "#退款  landed as canonical.refunds: 1 rows accepted, 0 rejected" in status
    assert "#随笔  [E_UNKNOWN_SHEET]" in status
    assert "orders.csv" not in status, "it is in the inbox no more"


@contextmanager
def another_process(program: str) -> Iterator[int]:
    """A process that has run `program` and waits; its id."""
    code = f"import sys\n{program}\nprint('ready', flush=True)\nsys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        yield child.pid
    finally:
        child.communicate()


def test_while_the_private_file_is_written_rejects_exits_4_and_status_tells_the_rest(
    rejecting: Settings,
) -> None:
    name = publish_tiny(rejecting, 3)
    with another_process(f"import duckdb\nopened = duckdb.connect({str(rejecting.private_db)!r})"):
        for form in ("table", "csv", "json"):
            result = shequn("rejects", "--home", rejecting.home, "--format", form)
            assert (result.exit_code, result.stdout) == (4, "")
            assert f"Another process has {rejecting.private_db} open" in result.stderr
        status = shequn("status", "--home", rejecting.home)
        document = json.loads(shequn("status", "--home", rejecting.home, "--json").stdout)
    assert status.exit_code == 0 and name in status.stdout and "refresh) is writing" in status.stdout
    assert document["landed_files"] is document["rows_rejected"] is document["refused_files"] is None
    assert document["published"]["version"] == name
    after = json.loads(shequn("status", "--home", rejecting.home, "--json").stdout)
    assert (after["landed_files"], after["rows_rejected"], after["refused_files"]) == (1, 1, [])


def test_during_a_refresh_rejects_names_the_writer(rejecting: Settings) -> None:
    program = (
        "from orchestration.lock import writer_lock\nfrom orchestration.settings import load_settings\n"
        f"lock = writer_lock(load_settings({str(rejecting.home)!r}), 'a long refresh')\nlock.__enter__()"
    )
    with another_process(program) as pid:
        result = shequn("rejects", "--home", rejecting.home)
        status = shequn("status", "--home", rejecting.home)
    assert result.exit_code == 4
    assert "a long refresh" in result.stderr and f"process {pid}" in result.stderr
    assert status.exit_code == 0 and "a long refresh" in status.stdout and str(pid) in status.stdout


def test_a_damaged_private_file_is_not_taken_for_a_busy_one(rejecting: Settings) -> None:
    rejecting.private_db.write_bytes(b"no database" * 1000)
    assert shequn("rejects", "--home", rejecting.home).exit_code == 1


def test_sql_in_three_formats(settings: Settings) -> None:
    publish_tiny(settings, 2)
    query = (
        "select metric_id, scope_id, value, null as gap from mart_metric_value where value > 1000 order by 3"
    )
    table = shequn("sql", query, "--home", settings.home)
    assert table.exit_code == 0 and "1234.0" in table.stdout and "NULL" in table.stdout
    assert "2 rows" in table.stdout
    rows = list(
        csv.reader(io.StringIO(shequn("sql", query, "--home", settings.home, "--format", "csv").stdout))
    )
    assert rows[0] == ["metric_id", "scope_id", "value", "gap"] and rows[1][3] == ""
    document = json.loads(shequn("sql", query, "--home", settings.home, "--format", "json").stdout)
    assert document[1] == {"metric_id": "net_sales", "scope_id": "all", "value": 98765.4, "gap": None}
    wrong = shequn("sql", "select nothing from nowhere", "--home", settings.home)
    assert wrong.exit_code == 2 and "nowhere" in wrong.stderr


def test_a_table_wider_than_the_terminal_becomes_lines(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    from orchestration.commands.console import print_rows

    columns = ["short", "long_column_name"]
    rows = [["1", "x" * 50], ["2", "社群" * 20]]
    print_rows(Console(width=40), columns, [True, False], rows)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["short", "1"]
    assert lines[2].split() == ["long_column_name", "x" * 50]
    assert lines[3].startswith("─[ 2 ]")


# doctor


def test_doctor_finds_open_rooms_and_damaged_versions(settings: Settings) -> None:
    name = publish_tiny(settings, 2)
    assert shequn("doctor", "--home", settings.home).exit_code == 0
    settings.vault_dir.chmod(0o755)
    result = shequn("doctor", "--home", settings.home)
    assert result.exit_code == 1 and f"{settings.vault_dir} is open to other users" in result.stdout
    settings.vault_dir.chmod(0o700)

    database = settings.published_dir / name / "shequn.duckdb"
    database.chmod(0o644)
    database.write_bytes(database.read_bytes()[:-1] + b"!")
    document = json.loads(shequn("doctor", "--home", settings.home, "--json").stdout)
    assert document["exit_code"] == 1
    failed = [finding for finding in document["findings"] if finding["level"] == "fail"]
    assert [finding["name"] for finding in failed] == ["published"] and name in failed[0]["message"]
    settings.current_link.unlink()
    settings.current_link.symlink_to("v99-000000000000")
    assert "points to a version that is gone" in shequn("doctor", "--home", settings.home).stdout
