"""docs/connect.md: its Python runs, and its traps are there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from homes import STORAGE, audit_passes, finish_build, make_home
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from orchestration.publishing import publish
from orchestration.settings import PROJECT_DIR, Settings

TABLES = """
create table marts.mart_community_kpi as select 'week' as period_type, 'all' as scope_type,
    date '2026-06-01' as period_start, 10 as members_end, 0.5 as leave_rate;
create table marts.mart_rfm as select 'champion' as segment, 1.5::decimal(18, 2) as monetary from range(4);
create table marts.mart_group_health as select 'g1' as group_id;
"""


def blocks(page: str, language: str) -> list[str]:
    text_ = (PROJECT_DIR / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text_, re.DOTALL)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_home(tmp_path / "data")


def publish_value(settings: Settings, value: int) -> None:
    finish_build(settings, value)
    with duckdb.connect(settings.warehouse_db, config=STORAGE) as connection:
        connection.execute(TABLES)
    publish(settings, audit_passes)


def test_the_python_of_the_page_runs(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_value(settings, 1)
    monkeypatch.chdir(tmp_path)
    known: dict[str, Any] = {}
    for block in blocks("connect.md", "python"):
        exec(compile(block, "connect.md", "exec"), known)
    assert len(known["weeks"]) == 1
    assert known["segments"]["monetary"].dtype.kind == "f"
    assert known["groups"].rows() == [("g1",)]
    assert known["members"] == 4
    with pytest.raises(Exception, match="read-only mode"), known["engine"].begin() as connection:
        connection.execute(text("create table marts.t as select 1"))


@pytest.mark.parametrize("language", ["python", "sh", "r"])
def test_both_pages_show_the_same_code(language: str) -> None:
    assert blocks("connect.md", language) == blocks("connect.zh-CN.md", language)


def seen(engine: Engine) -> Any:
    with engine.connect() as connection:
        return connection.execute(text("select max(value) from marts.mart_tiny")).scalar_one()


def test_a_pool_keeps_the_old_version_and_nullpool_does_not(settings: Settings) -> None:
    publish_value(settings, 1)
    url, options = f"duckdb:///{settings.published_db}", {"connect_args": {"read_only": True}}
    unpooled = create_engine(url, poolclass=NullPool, **options)
    assert seen(unpooled) == 1
    publish_value(settings, 2)
    assert seen(unpooled) == 2
    pooled = create_engine(url, **options)
    assert seen(pooled) == 2
    publish_value(settings, 3)
    assert seen(pooled) == 2
    assert seen(unpooled) == 3
    pooled.dispose()
    assert seen(pooled) == 3


def test_a_process_sees_the_new_version_beside_the_old(settings: Settings) -> None:
    publish_value(settings, 1)
    question = "select max(value) from marts.mart_tiny"
    with duckdb.connect(settings.published_db, read_only=True) as old:
        publish_value(settings, 2)
        with duckdb.connect(settings.published_db, read_only=True) as new:
            assert new.execute(question).fetchone() == (2,)
        assert old.execute(question).fetchone() == (1,)
