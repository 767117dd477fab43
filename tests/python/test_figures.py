"""Figures and charts without a browser: what they ask, how they tell it, and that nothing breaks them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas
import pytest
from page_homes import publish_changed

from orchestration.charts import Drawing, course, csv_bytes
from orchestration.charts import customers as customer_charts
from orchestration.charts import engagement as engagement_charts
from orchestration.charts import growth as growth_charts
from orchestration.charts import retention as retention_charts
from orchestration.charts import scorecard as scorecard_charts
from orchestration.charts import service as service_charts
from orchestration.figures import (
    ALL,
    Published,
    Scope,
    Words,
    alerts,
    customers,
    engagement,
    groups,
    growth,
    headline,
    landings,
    open_published,
    periods,
    retention,
    scopes,
    scorecard,
    service,
    value_text,
    words_of,
)
from orchestration.figures.words import change_text, duration_text
from orchestration.settings import Settings, load_settings

WEEK = date(2026, 6, 22)
MONTH = date(2026, 5, 1)


@pytest.fixture(scope="module")
def published(small_demo: Settings) -> Iterator[Published]:
    with open_published(small_demo) as opened:
        yield opened


@pytest.fixture(scope="module")
def nothing(small_demo: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """A version without a row but the catalogue's."""
    settings = load_settings(home=tmp_path_factory.mktemp("nothing"))
    publish_changed(settings, small_demo, None)
    with open_published(settings) as opened:
        yield opened


def drawings(published: Published, words: Words) -> Iterator[Callable[[], Drawing]]:
    """Each drawing there is, over the demo's newest complete week or May."""
    kpi = headline.course(published, ALL, "week", ("net_sales", "joins", "leaves", "dissolved_exits"))
    roi = growth.channels(published, "month", MONTH)
    staff = service.staff(published, "week", WEEK)
    question = retention.QUESTIONS[0]
    card = scorecard.card(published, "ops_monthly", "month", MONTH, ALL)
    yield lambda: course.course(kpi, words, "net_sales", "week")
    yield lambda: course.movement(kpi, words, "week")
    yield lambda: growth_charts.funnel(growth.funnel(published, MONTH), words, "2026-05")
    for column in ("new_members", "customer_acquisition_cost", "return_on_investment"):
        yield lambda column=column: growth_charts.channel_bars(roi, words, column)  # type: ignore[misc]
    yield lambda: growth_charts.cost_and_sales(roi, words)
    yield lambda: growth_charts.channel_shares(growth.channel_course(published), words)
    yield lambda: growth_charts.attribution(growth.attribution(published, "month", MONTH), words)
    yield lambda: growth_charts.referral(growth.referral(published), words)
    yield lambda: engagement_charts.calendar(engagement.calendar(published), words)
    yield lambda: engagement_charts.hours(engagement.hours(published), words)
    yield lambda: engagement_charts.topics(engagement.topics(published, ALL, "week", WEEK), words, "W")
    yield lambda: retention_charts.cohorts(retention.cohorts(published), words, question, "month", "period")
    yield lambda: retention_charts.lifecycle(retention.lifecycle(published), words, "week")
    yield lambda: retention_charts.churn_risk(retention.churn_risk(published), words)
    yield lambda: customer_charts.grid(customers.rfm_grid(published), words)
    yield lambda: customer_charts.segments(customers.segments(published), words)
    yield lambda: customer_charts.tiers(customers.tiers(published, True), words)
    yield lambda: customer_charts.lifetime_value(customers.lifetime_value(published), words)
    yield lambda: customer_charts.user_types(customers.user_types(published), words)
    yield lambda: customer_charts.community_and_outside(customers.community_and_outside(published), words)
    yield lambda: service_charts.responses(service.responses(published, WEEK, date(2026, 6, 28)), words, "W")
    yield lambda: service_charts.quality(service.quality(published), words, "week")
    yield lambda: service_charts.staff_bars(staff, words, "within_sla_rate")
    yield lambda: scorecard_charts.card(card, words, "ops_monthly")
    ranked = scorecard.stages(published)
    yield lambda: scorecard_charts.ranking(ranked, words, "group_name", "T")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_drawing_says_what_it_means(published: Published, lang: str) -> None:
    words = words_of(published, lang)
    names = []
    for draw in drawings(published, words):
        drawing = draw()
        names.append(drawing.name)
        assert drawing.title and drawing.definition and len(drawing.data), drawing.name
        assert drawing.chart.to_dict()["height"] >= 80
        if lang == "zh":
            latin = [name for name in drawing.data.columns if name.isascii()]
            assert latin == [], drawing.name
    assert len(names) == len(set(names)) > 25


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_drawings_of_nothing_are_no_error(nothing: Published, lang: str) -> None:
    for draw in drawings(nothing, words_of(nothing, lang)):
        drawing = draw()
        assert drawing.name and drawing.title
        csv_bytes(drawing.data)


def test_an_empty_version_says_which_exports_would_help(nothing: Published) -> None:
    assert nothing.is_empty("mart_community_kpi")
    assert nothing.missing_exports("mart_community_kpi", "en") == ["membership_events", "messages", "orders"]
    assert nothing.missing_exports("mart_community_kpi", "zh")[2] == "订单 orders"
    assert periods.periods(nothing, "week") == []
    assert periods.newest_complete([]) is None
    for frame in (
        alerts.open_alerts(nothing),
        groups.group_table(nothing, "week", WEEK),
        landings.landings(nothing),
        landings.reconciliation(nothing),
        scorecard.cards(nothing),
        retention.exit_days(nothing),
        engagement.activities(nothing),
        engagement.touches(nothing),
        growth.referral(nothing),
    ):
        assert len(frame) == 0


def test_headline_figures_keep_their_order_and_their_gaps(published: Published) -> None:
    asked = ("net_sales", "no_such_metric", "joins")
    frame = headline.values(published, ALL, "week", WEEK, asked)
    assert tuple(frame["metric_id"]) == asked
    assert frame["value"].isna().tolist() == [False, True, False]
    expected = published.frame(
        "select net_sales, joins from marts.mart_community_kpi where period_type = 'week'"
        " and scope_type = 'all' and period_start = $1",
        [WEEK],
    )
    assert frame["value"].dropna().tolist() == expected.iloc[0].tolist()


def test_the_running_period_is_not_the_newest_complete_one(published: Published) -> None:
    found = periods.periods(published, "week")
    assert found[0].is_partial and found[0].start == date(2026, 6, 29)
    newest = periods.newest_complete(found)
    assert newest is not None and newest.start == WEEK


def test_answer_times_add_up_to_the_turns_of_the_mart(published: Published) -> None:
    staff = service.staff(published, "week", WEEK)
    bands = service.responses(published, WEEK, date(2026, 6, 28))
    assert bands["turns"].sum() == staff["turns"].sum() > 0
    unanswered = bands.loc[bands["band"] == "unanswered", "turns"].iloc[0]
    assert unanswered == staff["unanswered_turns"].sum()
    one = staff["staff_id"].iloc[0]
    alone = service.responses(published, WEEK, date(2026, 6, 28), one)
    assert alone["turns"].sum() == staff["turns"].iloc[0]


def test_groups_are_found_by_name_keeper_and_kind(published: Published) -> None:
    every = groups.group_table(published, "week", WEEK)
    assert len(every) == every["groups_found"].iloc[0] > 20
    assert every["net_sales"].is_monotonic_decreasing
    few = groups.group_table(published, "week", WEEK, search="水果", limit=3)
    assert len(few) == 3 < few["groups_found"].iloc[0]
    assert few["group_name"].str.contains("水果").all()
    of_one = groups.group_table(published, "week", WEEK, "运营一部", "st001", "conversion")
    assert set(of_one["department"]) == {"运营一部"} and set(of_one["group_type"]) == {"conversion"}
    unknown = groups.group_table(published, "week", WEEK, group_type="unknown")
    assert unknown["group_type"].isna().all() and len(unknown)
    weakest = groups.group_table(published, "week", WEEK, sort="health_score")
    assert weakest["health_score"].dropna().is_monotonic_increasing
    with pytest.raises(ValueError, match="drop table"):
        groups.group_table(published, "week", WEEK, sort="1; drop table x")


def test_scopes_are_named_as_people_know_them(published: Published) -> None:
    found = scopes.scopes(published, "group", "群08")
    assert len(found) == 1
    scope = Scope("group", found["scope_id"].iloc[0])
    assert scopes.name_of(published, scope) == found["name"].iloc[0]
    assert scopes.name_of(published, Scope("owner", "st001")) == "店员001"
    assert scopes.name_of(published, Scope("group", "none")) == "none"
    assert len(scopes.scopes(published, "group", "%")) == 0
    assert len(scopes.scopes(published, "channel")) > 5
    assert len(scopes.scopes(published, "group", limit=7)) == 7


def test_alerts_of_a_department_are_those_of_its_groups(published: Published) -> None:
    every = alerts.open_alerts(published)
    order = {"critical": 1, "warning": 2, "info": 3}
    assert every["severity"].map(order).is_monotonic_increasing
    of_groups = every[every["scope_type"] == "group"]["scope_id"]
    departments = scopes.scopes(published, "department")["scope_id"]
    found = [
        group
        for department in departments
        for group in alerts.open_alerts(published, Scope("department", department))["scope_id"]
    ]
    assert sorted(found) == sorted(of_groups)


def test_names_units_and_definitions_come_from_the_catalogue(published: Published) -> None:
    chinese, english = words_of(published, "zh"), words_of(published, "en")
    assert chinese.measure("leave_rate").label == "退群率"
    assert english.measure("net_sales").unit == "yuan"
    assert english.measure("members_end").title == "members at period end (people)"
    assert "去重客户数" in chinese.measure("members_end").definition
    # No metric, but a column with a label and a sentence of its own.
    assert chinese.measure("period_start").label == "周期首日"
    assert chinese.measure("touches_before", "mart_exit_anomaly").definition
    assert chinese.by_metric("rfm_segment").column == "segment"
    assert chinese.word("group_type", None) == chinese.word("group_type", "unknown") == "未知"
    assert chinese.word("group_type", "抢购") == "抢购"
    assert chinese.period("week", WEEK) == "2026-06-22 – 06-28"
    assert english.period("quarter", date(2026, 4, 1)) == "2026 Q2"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234.5, "yuan", "¥1,234.50"),
        (-3.2, "yuan", "−¥3.20"),
        (0.1234, "rate", "12.3%"),
        (1234567.0, "people", "1,234,567"),
        (2.345, "ratio", "2.35"),
        (154, "seconds", "2 min 34 s"),
        (0, "count", "0"),
        (None, "yuan", "–"),
        (float("nan"), "count", "–"),
        (float("inf"), "ratio", "–"),
        ("word", "text", "word"),
    ],
)
def test_figures_as_people_write_them(value: Any, unit: str, text: str) -> None:
    assert value_text(value, unit) == text


def test_durations_and_changes() -> None:
    assert duration_text(7500, "zh") == "2小时5分"
    assert duration_text(0, "en") == "0 s"
    assert change_text(0.1234) == "+12.3%"
    assert change_text(float("nan")) == "–"


def test_a_download_is_harmless_and_reads_back() -> None:
    frame = pandas.DataFrame(
        {
            "=名称": ["=1+1", "-5", None, "正常,带逗号"],
            "日期": [datetime(2026, 6, 1), None, datetime(2026, 6, 1, 12, 30), None],
            "数": [1.0, -2.5, float("nan"), 3.0],
            "个": [1, 2, 3, 4],
        }
    )
    data = csv_bytes(frame)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows == [
        ["'=名称", "日期", "数", "个"],
        ["'=1+1", "2026-06-01", "1", "1"],
        ["'-5", "", "-2.5", "2"],
        ["", "2026-06-01 12:30:00", "", "3"],
        ["正常,带逗号", "", "3", "4"],
    ]


def test_a_version_is_read_alone_and_left_as_it_is(published: Published, tmp_path: Path) -> None:
    before = sorted(path.name for path in published.path.parent.iterdir())
    published.frame("select count(*) from marts.mart_rfm")
    with pytest.raises(duckdb.Error, match="read-only"):
        published.frame("create table marts.t as select 1")
    assert sorted(path.name for path in published.path.parent.iterdir()) == before
