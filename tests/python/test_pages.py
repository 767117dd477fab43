"""`shequn serve pages` in a real browser: every page opens, tells the marts' figures, and fits a phone.

Screenshots are kept in `artefacts/pages/`.
"""

from __future__ import annotations

import csv
import io
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from browser import Tab, browser
from click.testing import CliRunner
from page_homes import GROUPS, HOSTILE_NAME, LONG_NAME, MANY_GROUPS, ONE_GROUP, publish_changed
from websockets import InvalidStatus, Origin
from websockets.sync.client import connect

from orchestration.cli import build_cli
from orchestration.messages import say
from orchestration.settings import PROJECT_DIR, Settings, load_settings

PAGES = (
    "overview",
    "growth",
    "engagement",
    "retention",
    "customers",
    "service",
    "scorecard",
    "groups",
    "health",
)
SCREENSHOTS = PROJECT_DIR / "artefacts" / "pages"
DESK, PHONE = (1280, 900), (375, 812)
# The script has run, and what it asked for is drawn.
READY = """
(() => {
    const app = document.querySelector('[data-testid=stApp]');
    const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
    return app !== null && app.getAttribute('data-test-script-state') === 'notRunning'
        && document.querySelector('[data-testid=stHeading]') !== null
        && document.querySelector('[data-testid=stSkeleton]') === null
        && charts.every(chart => chart.querySelector('svg, canvas') !== null);
})()
"""
HEADING = "document.querySelector('[data-testid=stHeading]')?.innerText.trim()"
BROKEN = "document.querySelectorAll('[data-testid=stException], [data-testid=stAlertContentError]').length"
CARDS = """
Object.fromEntries([...document.querySelectorAll('[data-testid=stMetric]')].map(card => [
    card.querySelector('[data-testid=stMetricLabel]').innerText.trim(),
    [
        card.querySelector('[data-testid=stMetricValue]').innerText.trim(),
        (card.querySelector('[data-testid=stMetricDelta]')?.innerText ?? '').trim(),
    ],
]))
"""
TOO_WIDE = """
[...document.querySelectorAll('[data-testid=stMain] *')].filter(part =>
    part.getBoundingClientRect().right > window.innerWidth + 1
    && !part.closest('[data-testid=stDataFrame], svg, [data-testid=stTooltipContent]')
).map(part => part.outerHTML.slice(0, 200))
"""


@contextmanager
def serving(settings: Settings, *options: str) -> Iterator[str]:
    """The address of pages that are served as a user serves them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = [
        "--home",
        str(settings.home),
        "--lang",
        "zh",
        "serve",
        "pages",
        "--port",
        str(port),
        *options,
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", *arguments], stdout=subprocess.DEVNULL, cwd="/"
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert process.poll() is None, "the server ended"
            try:
                with urllib.request.urlopen(f"{address}_stcore/health", timeout=5):
                    break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(small_demo: Settings) -> Iterator[str]:
    with serving(small_demo) as address:
        yield address


@pytest.fixture(scope="module")
def strained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, str]]:
    """A home in which nothing is published at first, and its pages."""
    settings = load_settings(home=tmp_path_factory.mktemp("strained"))
    settings.create_folders()
    with serving(settings, "--name", "pages.example.com") as address:
        yield settings, address


def ask(settings: Settings, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(settings.published_db, read_only=True) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


def look(tab: Tab, address: str, size: tuple[int, int] = DESK) -> None:
    """Open an address and wait until all of it is drawn."""
    tab.size(*size)
    tab.open("about:blank")
    tab.open(address)
    tab.wait_for(READY)


def keep(tab: Tab, name: str, width: int) -> None:
    """A picture of the whole page, however long."""
    height = tab.ask("document.querySelector('[data-testid=stMain]').scrollHeight")
    tab.size(width, min(int(height) + 20, 6000))
    tab.wait_for(READY)
    tab.screenshot(SCREENSHOTS / f"{name}_{width}.png")


def go_to(tab: Tab, name: str, lang: str = "zh") -> None:
    """Choose a page as a reader does."""
    title = say(f"pages.{name}", lang)
    links = "[...document.querySelectorAll('[data-testid=stSidebarNavLink]')]"
    tab.wait_for(f"{links}.length >= {len(PAGES)}")
    tab.ask(f"{links}.find(link => link.innerText.trim() === '{title}').click()")
    tab.wait_for(f"{HEADING} === '{title}' && {READY}")


def expected_cards(settings: Settings, period_type: str, scope_type: str, scope_id: str) -> dict[str, Any]:
    """What the cards of the newest complete period have to say, asked and written independently."""
    rows = ask(
        settings,
        """
        select catalog.label_zh, catalog.unit, figures.value, figures.previous_change_rate
        from marts.mart_metric_value as figures
        inner join marts.metric_catalog as catalog
            on figures.metric_id = catalog.column_name and catalog.mart = 'mart_community_kpi'
        where figures.period_type = $1 and figures.scope_type = $2 and figures.scope_id = $3
            and figures.period_start = (
                select max(period_start) from core.dim_period where period_type = $1 and not is_partial
            )
        """,
        period_type,
        scope_type,
        scope_id,
    )

    def written(value: float, unit: str) -> str:
        if unit == "rate":
            return f"{100 * value:.1f}%"
        if unit == "yuan":
            return f"¥{value:,.2f}"
        return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"

    return {
        label: (written(value, unit), "–" if change is None else f"{100 * change:+.1f}%")
        for label, unit, value, change in rows
    }


def check_cards(tab: Tab, expected: dict[str, Any]) -> None:
    shown = tab.ask(CARDS)
    assert len(shown) == 10
    for label, (value, delta) in shown.items():
        told = expected.get(label)
        assert value == (told[0] if told else "–"), label
        assert delta.startswith(told[1] if told else "–"), label


def test_every_page_opens_and_nothing_complains(tab: Tab, pages: str, small_demo: Settings) -> None:
    tab.complaints.clear()
    tab.asked.clear()
    look(tab, pages)
    version = small_demo.current_link.readlink().name
    charts = 0
    for name in PAGES:
        tab.size(*DESK)
        go_to(tab, name)
        text = tab.ask("document.querySelector('[data-testid=stMain]').innerText")
        assert version in text and "2026-06-30" in text and "天前" in text, name
        assert "NaN" not in text and "None" not in text, name
        assert tab.ask(BROKEN) == 0, text
        charts += tab.ask("document.querySelectorAll('[data-testid=stVegaLiteChart]').length")
        keep(tab, name, DESK[0])
        tab.size(*PHONE)
        tab.wait_for("document.querySelector('[data-testid=stSidebar]').getBoundingClientRect().right <= 0")
        tab.wait_for(READY)
        assert tab.ask("document.documentElement.scrollWidth") <= PHONE[0], name
        assert tab.ask(TOO_WIDE) == [], name
        keep(tab, name, PHONE[0])
    assert charts >= 25
    assert tab.complaints == []
    foreign = [
        url for url in tab.asked if "//127.0.0.1:" not in url and not url.startswith(("data:", "blob:"))
    ]
    assert foreign == []
    assert tab.ask("document.body.innerText.includes('Deploy')") is False


def test_the_overview_tells_the_figures_of_the_marts(tab: Tab, pages: str, small_demo: Settings) -> None:
    look(tab, pages)
    check_cards(tab, expected_cards(small_demo, "week", "all", "all"))
    alerts = ask(small_demo, "select count(*) from marts.mart_alert where status = 'open'")[0][0]
    (first,) = ask(
        small_demo,
        """
        select message_zh from marts.mart_alert where status = 'open'
        order by severity <> 'critical', occurred_on desc, alert_id limit 1
        """,
    )[0]
    text = tab.ask("document.querySelector('[data-testid=stMain]').innerText")
    assert f"未关闭的预警（{alerts}）" in text and first in text
    # The first screen of a desk holds all cards and the head of the alerts.
    assert (
        tab.ask("document.querySelectorAll('[data-testid=stHeading]')[1].getBoundingClientRect().top") < 900
    )


def test_filters_change_figures_and_stand_in_the_address(tab: Tab, pages: str, small_demo: Settings) -> None:
    look(tab, pages)
    weekly = tab.ask(CARDS)
    where = "document.querySelector('.st-key-period input').getBoundingClientRect()"
    box = tab.ask(f"[{where}.x + {where}.width / 2, {where}.y + {where}.height / 2]")
    tab.click(*box)
    options = "[...document.querySelectorAll('[role=option]')]"
    tab.wait_for(f"{options}.length >= 5")
    tab.ask(f"{options}.find(option => option.innerText.trim() === '月').click()")
    tab.wait_for("location.search.includes('period=month')")
    tab.wait_for(READY)
    tab.wait_for(f"JSON.stringify({CARDS.strip()}) !== {_quoted(weekly)}")
    check_cards(tab, expected_cards(small_demo, "month", "all", "all"))
    # The choice holds on the next page and is named in its address.
    go_to(tab, "engagement")
    assert "period=month" in tab.ask("location.search")
    for scope, scope_id in (("owner", "st001"), ("group", "g0018"), ("department", "运营一部")):
        look(tab, f"{pages}?period=month&scope={scope}&{scope}={scope_id}")
        check_cards(tab, expected_cards(small_demo, "month", scope, scope_id))


def _quoted(value: Any) -> str:
    import json

    return json.dumps(json.dumps(value, ensure_ascii=False, separators=(",", ":")), ensure_ascii=False)


def test_a_metric_says_what_it_means_on_hover(tab: Tab, pages: str, small_demo: Settings) -> None:
    look(tab, pages)
    hint = "[data-testid=stMetric] [data-testid=stTooltipHoverTarget]"
    icon = f"document.querySelector('{hint}').getBoundingClientRect()"
    tab.hover(*tab.ask(f"[{icon}.x + {icon}.width / 2, {icon}.y + {icon}.height / 2]"))
    (formula,) = ask(
        small_demo, "select formula_zh from marts.metric_catalog where metric_id = 'members_end'"
    )[0]
    told = tab.wait_for("document.querySelector('[data-testid=stTooltipContent]')?.innerText")
    assert formula in told
    tab.hover(1, 1)


def test_a_chart_hands_out_its_data(tab: Tab, pages: str, small_demo: Settings, tmp_path: Path) -> None:
    look(tab, pages)
    button = "document.querySelector('.st-key-download_net_sales_week button')"
    path = tab.download(f"{button}.click()", tmp_path)
    assert path.name == "net_sales_week.csv"
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    assert header == ["周期首日", "周期末日", "是否未完周期", "销售额(净)"]
    expected = ask(
        small_demo,
        """
        select cast(period_start as varchar), cast(net_sales as double) from marts.mart_community_kpi
        where period_type = 'week' and scope_type = 'all' and not is_partial
        order by period_start desc limit 26
        """,
    )
    assert [(row[0], float(row[3])) for row in rows] == [(start, sales) for start, sales in expected[::-1]]


def test_in_english(tab: Tab, pages: str) -> None:
    look(tab, f"{pages}?lang=en")
    assert tab.ask(HEADING) == "Overview"
    assert "Members at period end" in tab.ask(CARDS)
    for name in ("retention", "scorecard"):
        go_to(tab, name, "en")
        keep(tab, f"{name}_en", DESK[0])
        assert tab.ask(BROKEN) == 0


def test_a_group_in_full(tab: Tab, pages: str, small_demo: Settings) -> None:
    look(tab, f"{pages}groups?group_id=g0018")
    check_cards(tab, expected_cards(small_demo, "week", "group", "g0018"))
    (name,) = ask(small_demo, "select group_name from core.dim_group where group_id = 'g0018'")[0]
    assert name in tab.ask(
        "[...document.querySelectorAll('[data-testid=stHeading]')].map(head => head.innerText).join(' ')"
    )
    found = ask(
        small_demo,
        "select count(*) from core.dim_group where group_name like '%水果%' and group_id in ("
        "select scope_id from marts.mart_community_kpi where scope_type = 'group' and period_type = 'week'"
        " and period_start = date '2026-06-22')",
    )[0][0]
    tab.ask("document.querySelector('.st-key-search input').focus()")
    tab.write("水果")
    tab.wait_for(f"document.body.innerText.includes('显示 {found} 个群中的 {found} 个')")


def test_nothing_published_and_nothing_landed(
    tab: Tab, strained: tuple[Settings, str], small_demo: Settings
) -> None:
    settings, address = strained
    tab.open(address)
    tab.wait_for("document.body?.innerText.includes('shequn refresh')")
    publish_changed(settings, small_demo, None)
    look(tab, address, PHONE)
    assert "订单 orders" in tab.ask("document.body.innerText")
    tab.complaints.clear()
    tab.size(*DESK)
    for name in PAGES:
        go_to(tab, name)
        text = tab.ask("document.querySelector('[data-testid=stMain]').innerText")
        assert tab.ask(BROKEN) == 0, (name, text)
        assert "尚" in text, name
    assert tab.complaints == []
    keep(tab, "nothing_landed", DESK[0])


def test_one_group_and_five_thousand(tab: Tab, strained: tuple[Settings, str], small_demo: Settings) -> None:
    settings, address = strained
    publish_changed(settings, small_demo, ONE_GROUP)
    look(tab, f"{address}groups")  # the same server sees the new version at once
    assert "显示 1 个群中的 1 个" in tab.ask("document.body.innerText")
    assert tab.ask(BROKEN) == 0
    publish_changed(settings, small_demo, MANY_GROUPS)
    look(tab, f"{address}groups?group_id=many4999", PHONE)
    text = tab.ask("document.body.innerText")
    (groups,) = ask(settings, "select count(*) from core.dim_group")[0]
    assert groups > GROUPS and f"显示 {groups:,} 个群中的 100 个" in text
    assert f"{LONG_NAME}4999群" in text
    assert tab.ask(TOO_WIDE) == []
    keep(tab, "many_groups", PHONE[0])
    hostile = ask(settings, "select group_id from core.dim_group where group_name = $1", HOSTILE_NAME)
    look(tab, f"{address}?scope=group&group={hostile[0][0]}")
    look(tab, f"{address}groups?group_id={hostile[0][0]}")
    assert HOSTILE_NAME in tab.ask("document.body.innerText").replace("\u2060", ""), "told as it is"
    assert tab.ask("document.querySelectorAll('[data-testid=stMain] a[href]').length") == 0
    began = time.monotonic()
    tab.ask("document.querySelector('.st-key-search input').focus()")
    tab.write("第4321群")
    tab.wait_for("document.body.innerText.includes('显示 1 个群中的 1 个')")
    assert time.monotonic() - began < 5


def answer_to(address: str, host: str, origin: str) -> int:
    """The status with which a view is opened that comes by a host's name, from a site."""
    reached = socket.create_connection(("127.0.0.1", int(address.removesuffix("/").rpartition(":")[2])))
    try:
        with connect(f"ws://{host}/_stcore/stream", sock=reached, origin=Origin(origin)):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def test_strangers_are_not_answered(pages: str, strained: tuple[Settings, str]) -> None:
    """Neither a foreign site in the reader's browser nor a name that was bent to this machine."""
    own, proxy = pages.removesuffix("/"), "https://pages.example.com"
    assert answer_to(pages, "127.0.0.1", own) == 101
    assert answer_to(pages, "127.0.0.1", "https://stranger.example") == 403
    assert answer_to(pages, "stranger.example", own) == 403
    assert answer_to(pages, "pages.example.com", proxy) == 403
    assert answer_to(strained[1], "pages.example.com", proxy) == 101


def test_what_cannot_be_served_is_said(small_demo: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(
            build_cli("en"), ["--home", str(small_demo.home), "serve", "pages", "--port", port]
        )
    assert done.exit_code == 2
    assert "--port" in done.stderr


def test_pages_have_their_words() -> None:
    """Each message of the pages is said somewhere, so that none outlives its use."""
    import re

    from orchestration.yaml_files import load_yaml

    folder = PROJECT_DIR / "orchestration"
    keys = load_yaml((folder / "messages" / "pages.yml").read_text("utf-8"))
    code = "".join(path.read_text("utf-8") for path in (folder / "pages").glob("*.py"))
    made = ("period.", "filter.", "question.", "interval.", "where.", "age_")
    unused = [
        key
        for key in (name.removeprefix("pages.") for name in keys)
        if key not in PAGES
        and not key.startswith(made)
        and not re.search(rf"[\"']{re.escape(key)}[\"']", code)
    ]
    assert unused == []
    assert Path(folder / "pages" / "app.py").exists()
