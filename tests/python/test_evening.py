"""The first evening: an empty inbox, then exports, then something wrong; the real gate, dbt and suites."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from orchestration.building.dbt import common_arguments, dbt_environment
from orchestration.cli import build_cli
from orchestration.progress import Progress
from orchestration.publishing import current_version
from orchestration.refresh import RefreshRefused, refresh
from orchestration.settings import Settings, load_settings

pytestmark = pytest.mark.usefixtures("parsed_once")

MEMBERS = "member_id,member_type\nanna,customer\nbo,customer\nchen,staff\n"
JOINS = (
    "group_id,member_id,event_type,occurred_at\n"
    "g1,anna,join,2026-03-02 09:00:00\n"
    "g1,bo,join,2026-03-03 09:00:00\n"
    "g1,chen,join,2026-03-02 08:00:00\n"
    "g1,bo,leave,2026-03-05 09:00:00\n"
    "g1,bo,vanish,2026-03-05 10:00:00\n"
)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = load_settings(home=tmp_path_factory.mktemp("evening"))
    (settings.exports / "canonical").mkdir(parents=True)
    yield settings


def rows(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(settings.published_db, read_only=True) as connection:
        return connection.execute(query).fetchall()


def drop(settings: Settings, name: str, text: str) -> Path:
    path = settings.exports / "canonical" / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_inbox_publishes_empty_marts(evening: Settings) -> None:
    assert refresh(evening, Progress()).published is not None
    tables = rows(
        evening,
        "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('core', 'marts')",
    )
    filled = {name for (name,) in tables if rows(evening, f"select 1 from {name} limit 1")}
    assert {"marts.mart_community_kpi", "marts.mart_rfm"} < {name for (name,) in tables}
    # `unknown` is a channel, and what metrics mean is known before anything lands
    assert filled == {"core.dim_channel", "marts.metric_catalog"}


def test_exports_move_the_published_figures(evening: Settings) -> None:
    drop(evening, "members.csv", MEMBERS)
    drop(evening, "membership_events.csv", JOINS)
    drop(evening, "orders.csv", "<html>not logged in</html>")
    report = refresh(evening, Progress())
    assert [(file.path, file.status, file.rejected) for file in report.landing.files] == [
        ("canonical/members.csv", "landed", 0),
        ("canonical/membership_events.csv", "landed", 1),
        ("canonical/orders.csv", "refused", 0),
    ]
    assert rows(
        evening,
        "select joins, leaves, members_present, members_end, leave_rate, is_partial from mart_community_kpi"
        " where period_type = 'week' and scope_type = 'group'".replace("mart_", "marts.mart_"),
    ) == [(2, 1, 2, 1, 0.5, True)]


def test_status_says_which_export_would_fill_an_empty_mart(evening: Settings) -> None:
    shown = CliRunner().invoke(build_cli("zh"), ["--lang", "zh", "status", "--home", str(evening.home)])
    assert shown.exit_code == 0
    (line,) = [line for line in shown.stdout.splitlines() if "`orders`" in line]
    assert line.startswith("尚未收到订单 `orders`") and "RFM用户分层 (mart_rfm)" in line
    assert "fct_" not in line
    assert "`members`" not in shown.stdout  # they have come


def test_chinese_views_are_in_step_with_the_marts(evening: Settings, tmp_path: Path) -> None:
    """Under any file name, and attached under any alias."""
    copy = tmp_path / "elsewhere.duckdb"
    copy.write_bytes(evening.published_db.read_bytes())
    with duckdb.connect() as connection:
        connection.execute(f"attach '{copy}' as w (read_only)")
        marts = connection.execute(
            "select table_name, column_count from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        views = connection.execute(
            "select view_name, column_count from duckdb_views() where schema_name = 'marts_zh'"
        ).fetchall()
        assert sorted(columns for _, columns in views) == sorted(columns for _, columns in marts)
        assert connection.execute(
            'select "进群人次", "退群率" from w.marts_zh."社群指标" '
            "where \"周期类型\" = 'week' and \"统计范围类型\" = 'group'"
        ).fetchall() == [(2, 0.5)]


def test_models_pass_their_unit_tests(evening: Settings) -> None:
    """They hold no data of the home, but dbt asks its tables for their columns."""
    arguments = ["test", "--select=test_type:unit", *common_arguments(evening, evening.target_dir)]
    done = subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), *arguments],
        cwd=evening.home,
        env=dbt_environment(evening),
        capture_output=True,
        text=True,
        check=False,
    )
    results = json.loads((evening.target_dir / "run_results.json").read_text(encoding="utf-8"))["results"]
    assert len(results) > 50
    broken = [result["unique_id"] for result in results if result["status"] not in ("pass", "success")]
    assert broken == []
    assert done.returncode == 0, done.stdout


def test_wrong_raw_data_publishes_nothing_and_says_what(evening: Settings) -> None:
    version = current_version(evening)
    with duckdb.connect(evening.private_db) as connection:
        connection.execute(
            "insert into raw.canonical__members from raw.canonical__members where member_id = 'bo'"
        )
    drop(evening, "members.2.csv", "member_id\ndong\n")
    # what passed before is counted alone; as the count is wrong, all is looked at the next time
    for finding in ("raw has as many rows as its files brought", "accepted rows are the rows in raw"):
        with pytest.raises(RefreshRefused) as caught:
            refresh(evening, Progress())
        assert caught.value.key == "refresh.fail_in_raw" and caught.value.exit_code == 3
        assert finding in str(caught.value) and "raw.files" in str(caught.value)
    assert current_version(evening) == version
    assert rows(evening, "select count(*) from core.dim_member") == [(3,)]
