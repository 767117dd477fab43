"""One invented community written as its vendors would and as a canonical export gives the same figures."""

from __future__ import annotations

import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pytest

from orchestration.building.dbt import common_arguments, run_dbt
from orchestration.demo.plan import Plan, make_plan
from orchestration.demo.sink import Sink
from orchestration.demo.vendors import VENDORS, write_as_vendor
from orchestration.demo.vendors.community import Community
from orchestration.demo.writer import invent_tables
from orchestration.landing import land_inbox
from orchestration.landing.catalogue import load_catalogue
from orchestration.landing.unsaid import unsaid
from orchestration.progress import Progress
from orchestration.settings import Settings, load_settings

pytestmark = pytest.mark.usefixtures("parsed_once")

SYSTEMS = tuple(VENDORS)
Row = tuple[Any, ...]
ABOUT_EXPORTS = {
    "mart_data_quality",
    "fct_landing",
    "dim_identity",
    "fct_vendor_figure",
    "mart_vendor_reconciliation",
}
"""Tables about the exports themselves, and about what systems say of themselves, which nothing else does."""


def small_plan() -> Plan:
    """A community small enough to be built twice in a test."""
    plan = make_plan("small", 11, days=75)
    return replace(
        plan,
        customers=240,
        groups=9,
        talk=2_400,
        turns=150,
        orders=420,
        touches=900,
        page_views=400,
        actions=300,
    )


@dataclass(frozen=True)
class Ways:
    """Two homes that hold the same community."""

    canonical: Settings
    vendors: Settings


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Ways:
    place = tmp_path_factory.mktemp("ways")
    canonical, vendors = load_settings(home=place / "canonical"), load_settings(home=place / "vendors")
    plan = small_plan()
    with Community(place / "community.duckdb", plan) as community:
        invent_tables(plan, community)
        community.retell(VENDORS, SYSTEMS)
        for settings, systems in ((canonical, SYSTEMS), (vendors, ())):
            folder = settings.exports / "canonical"
            folder.mkdir(parents=True)
            sink = Sink(folder, "csv")
            community.write_canonical(sink, systems)
            sink.close()
        for system in SYSTEMS:
            write_as_vendor(community, system, vendors.exports / system)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(build, (canonical, vendors)))
    return Ways(canonical, vendors)


def build(settings: Settings) -> None:
    """Land the inbox, all of it, and build every model."""
    settings.create_folders()
    landing = land_inbox(settings, Progress())
    assert not landing.with_status("refused"), landing.with_status("refused")
    assert not [outcome.path for outcome in landing.files if outcome.rejected]
    arguments = common_arguments(settings, settings.target_dir)
    run = run_dbt(settings, Progress(), ["build", "--exclude-resource-type", "unit_test", "test", *arguments])
    assert run.return_code == 0, run.cause


# What both ways hold, table by table.


def tables(settings: Settings) -> dict[str, list[str]]:
    """Columns of every table that people read."""
    with duckdb.connect(settings.warehouse_db, read_only=True) as connection:
        rows = connection.execute(
            "select table_schema || '.' || table_name, column_name from information_schema.columns"
            " where table_schema in ('core', 'marts') order by 1, ordinal_position"
        ).fetchall()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        if table.split(".")[1] not in ABOUT_EXPORTS:
            found.setdefault(table, []).append(column)
    return found


def rows_of(settings: Settings, table: str, columns: list[str]) -> Counter[Row]:
    names = ", ".join(f'"{name}"' for name in columns)
    with duckdb.connect(settings.warehouse_db, read_only=True) as connection:
        return Counter(connection.execute(f"select {names} from {table}").fetchall())


def in_order(rows: Counter[Row]) -> list[Row]:
    """Sorted so that the last digits of a fraction change nothing."""
    return sorted(rows.elements(), key=lambda row: [str(shortened(cell)) for cell in row])


def shortened(cell: Any) -> Any:
    return f"{cell:.6g}" if isinstance(cell, float) else cell


def agree(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
    return bool(one == other)


def difference(ways: Ways, table: str, columns: list[str]) -> str | None:
    """What is not the same in both homes, in a line; None where nothing is."""
    one, other = (rows_of(settings, table, columns) for settings in (ways.canonical, ways.vendors))
    left, right = in_order(one - other), in_order(other - one)
    if len(left) != len(right):
        return f"{table}: {one.total()} rows, by vendors {other.total()}; {left[:2]} / {right[:2]}"
    apart = [pair for pair in zip(left, right, strict=True) if not all(map(agree, *pair))]
    if not apart:
        return None
    cells = zip(columns, *apart[0], strict=True)
    found = ", ".join(f"{name} {a!r} / {b!r}" for name, a, b in cells if not agree(a, b))
    return f"{table}: {len(apart)} of {one.total()} rows, first {apart[0][0][:3]}: {found}"


def test_every_table_is_the_same_row_for_row(ways: Ways) -> None:
    found = tables(ways.vendors)
    assert len(found) > 60
    differences = [difference(ways, table, columns) for table, columns in found.items()]
    assert not any(differences), "\n".join(filter(None, differences))


def test_what_wecom_counts_itself_stands_beside_ours_and_is_nearly_the_same(ways: Ways) -> None:
    with duckdb.connect(ways.vendors.warehouse_db, read_only=True) as connection:
        found = connection.execute(
            "select vendor_metric, count(*), sum(our_value) / sum(vendor_value)"
            " from marts.mart_vendor_reconciliation where is_comparable and our_value is not null"
            " and vendor_metric in ('chat_cnt', 'message_cnt', 'new_contact_cnt', 'reply_percentage',"
            " 'avg_reply_time', 'chat_total', 'msg_total', 'member_has_msg')"
            " group by all order by all"
        ).fetchall()
    assert len(found) == 8
    assert all(rows > 50 and 0.75 < part < 1.33 for _, rows, part in found), found
    assert any(part != 1 for *_, part in found)


# What a vendor cannot say.


SAID = [(system, entity) for system, vendor in VENDORS.items() for entity in vendor.says]


def columns_said(ways: Ways, system: str, entity: str) -> set[str]:
    """The columns in which the demo has a vendor say something."""
    database = ways.canonical.home.parent / "community.duckdb"
    with duckdb.connect(database, read_only=True) as connection:
        columns = connection.execute(f"describe {system}_{entity}").fetchall()
    return {str(column[0]) for column in columns} - set(VENDORS[system].keeps.get(entity, ())[1:])


@pytest.mark.parametrize(("system", "entity"), SAID)
def test_what_a_vendor_cannot_say_is_unknown_not_zero(ways: Ways, system: str, entity: str) -> None:
    said, silent = columns_said(ways, system, entity), set(unsaid(system)[entity])
    assert not said & silent
    names = [name for name in load_catalogue().systems["canonical"][entity].raw_names if name not in said]
    names = [name for name in names if name.removesuffix("_key") not in said]
    counts = ", ".join(f"count({name})" for name in (*names, "landed_at"))
    with duckdb.connect(ways.vendors.private_db, read_only=True) as connection:
        found = connection.execute(f"select {counts} from staging.stg_{system}__{entity}").fetchone()
    assert found is not None
    *filled, rows = found
    assert rows > 0
    assert filled == [0] * len(names), names
