"""Published versions made by hand from one that was built: emptied, or with groups that strain a page."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
from homes import STORAGE

from orchestration.figures import open_published
from orchestration.publishing.versions import DATABASE_NAME, MANIFEST_NAME, next_build_number, point_current
from orchestration.settings import Settings

LONG_NAME = "上海浦东新区世纪公园一期二期三期业主团购与种草交流分享互助总群（请勿发广告）第"
GROUPS = 5000
# Names that would be Markdown, LaTeX or HTML where they are not told to be plain.
HOSTILE_NAME = "**水果** $x^2$ :red[群] <b>一</b> [链接](http://127.0.0.1:1/x)"

MANY_GROUPS = f"""
create temp table first_group as
    select scope_id from marts.mart_community_kpi
    where scope_type = 'group' and period_type = 'week' group by scope_id order by count(*) desc limit 1;
insert into core.dim_group by name
    select
        dim_group.* replace (
            'many' || number as group_id, '{LONG_NAME}' || number || '群' as group_name
        )
    from core.dim_group, range({GROUPS}) as numbers (number)
    where group_id = (from first_group);
insert into core.dim_scope by name
    select dim_scope.* replace ('many' || number as scope_id)
    from core.dim_scope, range({GROUPS}) as numbers (number)
    where scope_type = 'group' and scope_id = (from first_group);
insert into marts.mart_community_kpi by name
    select mart_community_kpi.* replace ('many' || number as scope_id)
    from marts.mart_community_kpi, range({GROUPS}) as numbers (number)
    where scope_type = 'group' and period_type = 'week' and scope_id = (from first_group);
update core.dim_group set group_name = '{HOSTILE_NAME}' where group_id = (from first_group);
"""
ONE_GROUP = """
create temp table kept as select min(group_id) as group_id from core.dim_group;
delete from core.dim_group where group_id <> (from kept);
delete from core.dim_scope where scope_type = 'group' and scope_id <> (from kept);
delete from marts.mart_community_kpi where scope_type = 'group' and scope_id <> (from kept);
delete from marts.mart_group_health where group_id <> (from kept);
"""


def publish_changed(settings: Settings, origin: Settings, statements: str | None) -> None:
    """Publish a copy of the version that `origin` shows, changed by `statements`; by None, emptied.

    What is emptied keeps the catalogue, which no export brings.
    """
    with open_published(origin) as published:
        manifest = json.loads(json.dumps(published.version.manifest))
        source = published.path
    settings.published_dir.mkdir(parents=True, exist_ok=True)
    build = next_build_number(settings)
    name = f"v{build}-{build:012x}"
    folder = settings.published_dir / name
    folder.mkdir()
    path = folder / DATABASE_NAME
    shutil.copyfile(source, path)
    with duckdb.connect(path, config=STORAGE) as connection:
        if statements is None:
            statements = "".join(
                f"delete from {table};" for table in manifest["tables"] if table != "marts.metric_catalog"
            )
            manifest |= {"as_of_date": None, "history_start_date": None}
            exports = {"label_zh": "社群指标", "missing": ["membership_events", "messages", "orders"]}
            manifest["empty_marts"] = {"mart_community_kpi": exports}
        connection.execute(statements)
        counts = "select count(*) from {}"
        manifest["tables"] = {
            table: (connection.execute(counts.format(table)).fetchone() or (0,))[0]
            for table in manifest["tables"]
        }
    manifest |= {"version": name, "build_id": build, "size_bytes": path.stat().st_size}
    Path(folder / MANIFEST_NAME).write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    point_current(settings, name)
