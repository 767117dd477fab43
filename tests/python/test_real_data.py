"""Real orders with published figures: a UK gift shop, 2010-12-01 to 2011-12-09 (UCI Online Retail, CC0)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.progress import Progress
from orchestration.refresh import refresh
from orchestration.reports import LandingReport
from orchestration.settings import PROJECT_DIR, load_settings

CANONICAL = Path(
    os.environ.get("SHEQUN_UCI_DIR")
    or PROJECT_DIR.parent / "shared" / "data" / "uci_online_retail" / "canonical"
)

pytestmark = [
    pytest.mark.usefixtures("parsed_once"),
    pytest.mark.skipif(
        not CANONICAL.is_dir(),
        reason=f"the UCI Online Retail export is not at {CANONICAL}; name its folder in SHEQUN_UCI_DIR",
    ),
]


@pytest.fixture(scope="module")
def shop(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[LandingReport, duckdb.DuckDBPyConnection]]:
    settings = load_settings(home=tmp_path_factory.mktemp("uci"))
    shutil.copytree(CANONICAL, settings.exports / "canonical", copy_function=shutil.copyfile)
    report = refresh(settings, Progress())
    assert report.published is not None
    with duckdb.connect(settings.published_db, read_only=True) as connection:
        yield report.landing, connection


def test_every_line_lands_and_the_unknown_column_is_told(
    shop: tuple[LandingReport, duckdb.DuckDBPyConnection],
) -> None:
    landing, _ = shop
    counts = {outcome.entity: (outcome.accepted, outcome.rejected) for outcome in landing.files}
    assert counts == {
        "members": (4_338, 0),
        "order_items": (397_884, 0),
        "orders": (18_532, 0),
        "products": (3_665, 0),
    }
    unknown = {outcome.entity: outcome.unknown_columns for outcome in landing.files}
    assert unknown == {"members": ("country",), "order_items": (), "orders": (), "products": ()}


def test_buyers_orders_lines_and_sales(shop: tuple[LandingReport, duckdb.DuckDBPyConnection]) -> None:
    _, warehouse = shop
    assert warehouse.execute(
        "select count(distinct member_id), count(*), sum(net_sales), count(*) filter (is_in_community)"
        " from core.fct_order where is_paid_order"
    ).fetchone() == (4_338, 18_532, Decimal("8911407.90"), 0)
    assert warehouse.execute("select count(*) from core.fct_order_item").fetchone() == (397_884,)


def test_rfm_has_one_row_for_each_buyer_of_the_last_year(
    shop: tuple[LandingReport, duckdb.DuckDBPyConnection],
) -> None:
    _, warehouse = shop
    buyers = set()
    with (CANONICAL / "orders.csv").open(encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            _, member_id, _, paid_at, _, _ = line.rstrip("\n").split(",")
            if paid_at[:10] > "2010-12-09":
                buyers.add(member_id)
    rows = warehouse.execute("select member_id from marts.mart_rfm").fetchall()
    assert len(rows) == len(buyers) and {member_id for (member_id,) in rows} == buyers
    newest = warehouse.execute(
        "select distinct recency_score from marts.mart_rfm where recency_days = 0"
    ).fetchall()
    assert newest == [(5,)]


def test_retention_is_what_public_analyses_say(
    shop: tuple[LandingReport, duckdb.DuckDBPyConnection],
) -> None:
    _, warehouse = shop
    assert warehouse.execute(
        "select interval_number, retained_members, eligible_members from marts.mart_retention"
        " where scope_type = 'all' and cohort_event = 'first_purchase' and subject = 'purchase'"
        " and rule = 'bounded' and cohort_period_type = 'month' and cohort_start = date '2010-12-01'"
        " and interval_type = 'period' and interval_number between 0 and 3 order by interval_number"
    ).fetchall() == [(0, 885, 885), (1, 324, 885), (2, 286, 885), (3, 340, 885)]
