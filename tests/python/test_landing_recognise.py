"""Files that content tells: whatever they are called, and wherever they lie."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from inboxes import Inbox, outcome_of
from invented import invented_inbox
from sources import use_sources

from orchestration.landing.catalogue import load_catalogue
from orchestration.landing.path_groups import corrected_path, path_groups
from orchestration.landing.shapes import table_shape
from orchestration.messages import say

ORDERS = "订单编号,付款时间,实付金额,备注\n{0},2026-01-02 09:05,¥1\n".replace("¥1", "¥1,急").replace(
    "¥1,", "12.5,"
)
SALES = "成交号,货品\ns1,茶\n"


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    yield invented_inbox(tmp_path, monkeypatch)
    load_catalogue.cache_clear()


@pytest.mark.parametrize(
    "path", ["shop/x.csv", "shop/2026/一月/订单.CSV", "shop/export.txt", "shop/noending"]
)
def test_any_name_at_any_depth(inbox: Inbox, path: str) -> None:
    outcome = inbox.land_one(path, ORDERS.format("o1"))
    assert (outcome.status, outcome.entity, outcome.path) == ("landed", "order_sheet", path)
    assert inbox.land().files[0].status == "unchanged"


def test_of_several_exports_the_one_that_names_the_most_columns(inbox: Inbox) -> None:
    assert inbox.land_one("shop/a.csv", ORDERS.format("o1")).entity == "order_sheet"
    assert inbox.land_one("shop/b.csv", "订单编号,备注\no1,急\n").entity == "short_sheet"


def test_the_folder_decides_between_systems(inbox: Inbox) -> None:
    assert inbox.land_one("market/a.csv", ORDERS.format("o1")).system == "market"
    assert inbox.land_one("shop/a.csv", ORDERS.format("o2")).system == "shop"


@pytest.mark.parametrize("path", ["shop/sales.csv", "sales.csv", "elsewhere/sales.csv"])
def test_a_wrong_folder_lands_where_only_one_system_fits(inbox: Inbox, path: str) -> None:
    outcome = inbox.land_one(path, SALES)
    assert (outcome.status, outcome.system, outcome.belongs_in) == ("landed", "market", "market")


@pytest.mark.parametrize("name", ["成交表.csv", "market/a.csv", "成交表.txt", "sales"])
def test_a_systems_file_among_neutral_ones_is_that_systems(inbox: Inbox, name: str) -> None:
    outcome = inbox.land_one(f"canonical/{name}", SALES)
    assert (outcome.status, outcome.system, outcome.belongs_in) == ("landed", "market", "market")


def test_a_systems_file_under_a_neutral_name_is_told_its_folder(inbox: Inbox) -> None:
    trades = json.dumps({"info": {"tid": "1"}, "pay": {"total": "1"}})
    outcome = inbox.land_one("canonical/orders.csv", SALES)
    assert (outcome.code, outcome.params["folders"]) == ("E_WRONG_FOLDER", "market/")
    outcome = inbox.land_one("canonical/orders.jsonl", trades)
    assert (outcome.code, outcome.params["folders"]) == ("E_WRONG_FOLDER", "shop/")
    assert inbox.land_one("canonical/orders.json", trades).entity == "trades"
    assert inbox.land_one("canonical/staff.csv", "a,b\n1,2\n").code == "E_HEADER"
    assert inbox.land_one("canonical/notes.csv", "a,b\n1,2\n").code == "E_UNKNOWN_ENTITY"


def test_a_systems_sheet_among_neutral_ones_is_that_systems(inbox: Inbox) -> None:
    workbook = openpyxl.Workbook()
    first: Any = workbook.active
    first.title = "退款"
    first.append(["退款单号", "订单号", "退款时间", "退款金额"])
    for title, row in {"一月": ["订单编号", "备注"], "随笔": ["随便", "写写"]}.items():
        workbook.create_sheet(title).append(row)
    path = inbox.settings.exports / "canonical" / "登记.xlsx"
    path.parent.mkdir()
    workbook.save(path)
    inbox.age(path)
    found = {one.path.partition("#")[2]: (one.entity, one.code) for one in inbox.land().files}
    assert found == {
        "退款": ("refunds", None),
        "一月": ("short_sheet", None),
        "随笔": (None, "E_UNKNOWN_SHEET"),
    }


@pytest.mark.parametrize("path", ["orders2026.csv", "elsewhere/a.csv"])
def test_a_wrong_folder_is_refused_where_several_fit(inbox: Inbox, path: str) -> None:
    outcome = inbox.land_one(path, ORDERS.format("o1"))
    assert (outcome.code, sorted(outcome.params["folders"].split(", "))) == (
        "E_WRONG_FOLDER",
        ["market/", "shop/"],
    )


def test_a_neutral_file_in_a_systems_folder_names_the_right_one(inbox: Inbox) -> None:
    outcome = inbox.land_one("shop/refunds.csv", "refund_id,order_id,refunded_at,refund_amount\n")
    assert (outcome.code, outcome.params["folders"]) == ("E_WRONG_FOLDER", "canonical/")


SHEET = """
system: market
label: {en: Market, zh: 集市}
entities:
  order_sheet:
    label: {en: orders, zh: 订单}
    forms: [csv]
    key: [order_id]
    columns: {order_id: id!, paid_amount: yuan!}
    headers: {order_id: [订单号], paid_amount: [实付金额]}
"""


@pytest.mark.parametrize("name", ["orders", "六月订单"])
def test_the_neutral_names_are_no_sign_of_a_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    use_sources(monkeypatch, tmp_path / "systems", SHEET)
    inbox = Inbox(tmp_path)
    required = load_catalogue().systems["canonical"]["orders"].required_names
    outcome = inbox.land_one(f"market/{name}.csv", ",".join((*required, "备注")) + "\n")
    assert (outcome.code, outcome.params["folders"]) == ("E_WRONG_FOLDER", "canonical/")
    outcome = inbox.land_one(f"market/{name}.jsonl", json.dumps(dict.fromkeys(required, "1")))
    assert (outcome.code, outcome.params["folders"]) == ("E_WRONG_FOLDER", "canonical/")
    load_catalogue.cache_clear()


def test_a_systems_own_file_may_be_called_as_a_neutral_one(inbox: Inbox) -> None:
    assert inbox.land_one("shop/orders.csv", ORDERS.format("o1")).entity == "order_sheet"
    outcome = inbox.land_one("shop/orders/a.csv", "付款时间,实付金额\n2026-01-02,1\n")
    assert outcome.code == "E_UNKNOWN_SHAPE"


def test_no_neutral_header_tells_a_system_that_there_is() -> None:
    entities = [one for one in load_catalogue().entities if {"csv", "sheet"} & set(one.forms)]
    for neutral in load_catalogue().systems["canonical"].values():
        for names in (neutral.column_names, neutral.required_names):
            shape = table_shape(None, "csv", [names], entities)
            assert (shape.fits, shape.is_neutral) == ((), True), neutral.name


def test_an_unknown_shape_tells_what_comes_near(inbox: Inbox) -> None:
    outcome = inbox.land_one("shop/y.csv", "付款时间,实付金额\n2026-01-02,1\n")
    assert outcome.code == "E_UNKNOWN_SHAPE"
    for lang, label in (
        ("en", "order sheet (shop/order_sheet) lacks 订单编号"),
        ("zh", "订单导出（shop/order_sheet）缺少 订单编号"),
    ):
        sentence = say("landing.E_UNKNOWN_SHAPE", lang, **outcome.params)
        assert label in sentence and f"shequn map '{inbox.settings.exports}/shop/y.csv'" in sentence
    outcome = inbox.land_one("shop/z.json", json.dumps({"info": {"tid": "1"}}))
    assert "trades (shop/trades) lacks pay.payment" in outcome.params["near_en"]
    assert inbox.land_one("shop/none.csv", "a,b\n1,2\n").params["near_en"] == "none comes near"


def test_a_refusal_goes_when_the_shape_becomes_known(inbox: Inbox) -> None:
    path = inbox.write("shop/x_figures.json", '{"figures": [{"visit_uv": 3}]}')
    assert [one.code for one in inbox.land().files] == ["E_PATH"]
    path.rename(path.with_name("li_figures_20260102.json"))
    assert [one.status for one in inbox.land().files] == ["landed"]
    assert inbox.sql("select status, path from raw.files") == [("landed", "shop/li_figures_20260102.json")]


def test_the_path_says_what_the_file_cannot(inbox: Inbox) -> None:
    same = '{"figures": [{"visit_uv": "1,200"}]}'
    for name in (
        "li_figures_2026-01-02.json",
        "wang_figures_20260102.json",
        "wang_figures_20260103T0630.json",
    ):
        assert inbox.land_one(f"shop/{name}", same).accepted == 1
    inbox.land_one("shop/chen_figures_2026-01-02.csv", "访问人数\n5\n6\n")
    assert inbox.sql("select staff, day, visits from raw.shop__figures order by load_seq, line") == [
        ("li", "2026-01-02 00:00:00", "1200"),
        ("wang", "2026-01-02 00:00:00", "1200"),
        ("wang", "2026-01-03 06:30:00", "1200"),
        ("chen", "2026-01-02 00:00:00", "5"),
        ("chen", "2026-01-02 00:00:00", "6"),
    ]


def test_a_path_that_says_nothing_shows_how_to_name_the_file(inbox: Inbox) -> None:
    outcome = inbox.land_one("shop/x.json", '{"figures": [{"visit_uv": 3}]}')
    assert (outcome.code, outcome.params) == (
        "E_PATH",
        {
            "path": "shop/x.json",
            "missing_en": "whose they are",
            "missing_zh": "所属员工",
            "example": "shop/<staff>_figures_2026-11-01.json",
        },
    )


@pytest.mark.parametrize(
    ("system", "entity", "path", "example"),
    [
        ("wecom", "groups", "wecom/2026/get.json", "wecom/2026/get_2026-11-01.json"),
        ("wecom", "staff_statistics", "a.b.json", "zhangsan_behavior.json"),
        ("kuaituantuan", "supply_sheet", "kuaituantuan/供货.csv", "kuaituantuan/周五水果团/供货.csv"),
        ("chat_export", "weflow", "chat.csv", "chat_export/wxid_yunying01/20000000001@chatroom/chat.csv"),
    ],
)
def test_a_corrected_path(system: str, entity: str, path: str, example: str) -> None:
    assert corrected_path(load_catalogue().systems[system][entity], path) == example


def test_every_corrected_path_says_what_the_file_lacks() -> None:
    entities = [entity for entity in load_catalogue().entities if entity.from_path]
    for entity in entities:
        ending = ".json" if "json" in entity.forms else ".csv"
        groups = path_groups(entity, corrected_path(entity, f"{entity.system}/x{ending}"))
        assert all(groups.values()), entity.name
        assert set(groups) == set(entity.path_says) & set(groups), entity.name
    assert entities


def test_moments_as_people_write_them(inbox: Inbox) -> None:
    entity = load_catalogue().systems["shop"]["figures"]
    for text, moment in {
        "2026-11-01": "2026-11-01",
        "20261101": "2026-11-01",
        "2026-11-01_0630": "2026-11-01 06:30:00",
        "20261101T063015": "2026-11-01 06:30:15",
    }.items():
        assert path_groups(entity, f"shop/li_figures_{text}.json") == {"staff": "li", "day": moment}
    assert path_groups(entity, "shop/li_figures_20261301.json") == {"staff": None, "day": None}


def test_sheets_are_told_one_by_one(inbox: Inbox) -> None:
    workbook = openpyxl.Workbook()
    first: Any = workbook.active
    first.title = "一月"
    for row in (["一月订单汇总"], ["订单编号", "付款时间", "实付金额"], ["o1", "2026/1/2 9:05", "1,234.50"]):
        first.append(row)
    workbook.create_sheet("说明页").append(["随便", "写写"])
    path = inbox.settings.exports / "shop" / "book.xlsx"
    path.parent.mkdir()
    workbook.save(path)
    inbox.age(path)
    outcomes = {one.path: one for one in inbox.land().files}
    assert outcomes["shop/book.xlsx#一月"].accepted == 1
    assert outcomes["shop/book.xlsx#说明页"].code == "E_UNKNOWN_SHAPE"
    assert outcomes["shop/book.xlsx#说明页"].params["file"] == f"{path}#说明页"
    assert inbox.sql("select order_id, paid_at, amount from raw.shop__order_sheet") == [
        ("o1", "2026-01-02 09:05:00", "1234.50")
    ]


def test_tables_of_a_database(inbox: Inbox) -> None:
    path = inbox.settings.exports / "shop" / "dump.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table shop_order (order_id text, paid_at text, amount text)")
        database.execute("insert into shop_order values ('o1', '2026-01-02', '1.00')")
        database.execute("create table users (name text)")
        database.commit()
    inbox.age(path)
    found = {one.path: (one.status, one.part) for one in inbox.land().files}
    assert found == {
        "shop/dump.db#shop_order": ("landed", "table"),
        "shop/dump.db#users": ("ignored", "table"),
    }


def test_a_pass_over_some_tables_leaves_other_files_alone(inbox: Inbox) -> None:
    inbox.write("shop/a.csv", ORDERS.format("o1"))
    inbox.write("market/b.csv", SALES)
    assert [one.path for one in inbox.land(tables=["market__sales"]).files] == ["market/b.csv"]


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n", b"\0\1\2", b"%PDF-1.7", b"\xff\xfe", b"PK\x03\x04", b"<html>"]
)
def test_what_is_no_export_is_refused(inbox: Inbox, content: bytes) -> None:
    for name in ("shop/x.csv", "shop/x.json", "shop/x.xlsx", "shop/x.db", "x"):
        assert inbox.land_one(name, content).status == "refused"


def test_a_wrongly_placed_part_is_told_by_outcome(inbox: Inbox) -> None:
    inbox.write("market/trades.json", json.dumps({"info": {"tid": "1"}, "pay": {"total": "1"}}))
    assert outcome_of(inbox.land(), "market/trades.json").belongs_in == "shop"
    assert "shop/" in say("cli.belongs_in", "zh", path="market/trades.json", folder="shop/")
