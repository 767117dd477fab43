"""JSON and XML: where rows and columns stand, and that every one is accounted for."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from inboxes import Inbox, assert_accounted_for
from invented import invented_inbox

from orchestration.landing import documents, shapes
from orchestration.landing.catalogue import load_catalogue
from orchestration.landing.paths import find, find_rows, steps_of, unread
from orchestration.reports import FileOutcome


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    yield invented_inbox(tmp_path, monkeypatch)
    load_catalogue.cache_clear()


def trade(tid: str, **more: Any) -> dict[str, Any]:
    items = [{"title": "茶", "price": 1}, {"title": "杯"}]
    pay = {"payment": "12.50", "fee": "0.10"}
    return {"full": {"info": {"tid": tid, "created": 1767225600}, "pay": pay, "items": items, **more}}


def land(inbox: Inbox, name: str, content: Any) -> list[FileOutcome]:
    text = content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False)
    inbox.write(f"shop/{name}", text)
    outcomes = [outcome for outcome in inbox.land().files if outcome.path.startswith(f"shop/{name}")]
    for outcome in outcomes:
        assert_accounted_for(outcome)
    return outcomes


def counts(outcomes: list[FileOutcome]) -> list[tuple[str | None, int, int, int]]:
    return [(one.entity, one.accepted, one.rejected, one.blank) for one in outcomes]


def test_lists_within_lists_are_parts_of_a_file(inbox: Inbox) -> None:
    page = {"page": "p1", "data": {"list": [trade("t1"), trade("t2")]}}
    outcomes = land(inbox, "any name.json", page)
    assert counts(outcomes) == [("trades", 2, 0, 0), ("lines", 4, 0, 0)]
    assert [one.path for one in outcomes] == ["shop/any name.json#trades", "shop/any name.json#lines"]
    assert inbox.sql("select tid, page, payment, created_at, extra, line from raw.shop__trades") == [
        ("t1", "p1", "12.50", "2026-01-01 08:00:00", '{"pay": {"fee": "0.10"}}', 1),
        ("t2", "p1", "12.50", "2026-01-01 08:00:00", '{"pay": {"fee": "0.10"}}', 2),
    ]
    assert inbox.sql(
        "select tid, line_1, title, cursor, extra from raw.shop__lines".replace("line_1", '"line"')
    )
    assert inbox.sql("select tid, item_number, title, cursor, extra from raw.shop__lines order by line") == [
        ("t1", "1", "茶", "p1", '{"price": "1"}'),
        ("t1", "2", "杯", "p1", None),
        ("t2", "1", "茶", "p1", '{"price": "1"}'),
        ("t2", "2", "杯", "p1", None),
    ]
    assert {outcome.status for outcome in inbox.land().files} == {"unchanged"}


def test_one_object_is_a_document_too(inbox: Inbox) -> None:
    assert counts(land(inbox, "one.json", trade("t1")["full"])) == [("trades", 1, 0, 0), ("lines", 2, 0, 0)]
    assert counts(land(inbox, "list.json", [trade("t2")["full"]])) == [
        ("trades", 1, 0, 0),
        ("lines", 2, 0, 0),
    ]


def test_lines_keep_their_numbers_where_each_is_a_row(inbox: Inbox) -> None:
    rows = [{"info": {"tid": f"t{n}"}, "pay": {"total": n}} for n in range(3)]
    text = "\n".join(
        [json.dumps(rows[0]), "", '{"info": ', json.dumps(rows[1]), '{"other": 1}', json.dumps(rows[2])]
    )
    (outcome,) = land(inbox, "log.txt", text)
    assert (outcome.lines, outcome.accepted, outcome.rejected, outcome.blank) == (6, 3, 2, 1)
    assert inbox.column("select line from raw.shop__trades order by line") == [1, 4, 6]
    assert inbox.sql("select line, code from raw.rejected_rows order by line") == [
        (3, "E_JSON"),
        (5, "E_UNKNOWN_ROW"),
    ]


def test_an_object_that_no_export_takes_shows_its_keys_alone(inbox: Inbox) -> None:
    sound = {"Event": "change", "ChatId": "g1", "CreateTime": 1767225600, "Members": ["m1"]}
    strange = {"Event": "moved", "Mobile13800000001": {"receiver": "张三"}, "receiver": "张三"}
    wrong = {"errcode": 7, "errmsg": "13800000001 is nobody", "receiver": "张三"}
    outcome, _ = land(inbox, "log.jsonl", "\n".join(map(json.dumps, [sound, strange, wrong])))
    assert outcome.rejected == 2
    assert inbox.sql("select code, original, params from raw.rejected_rows order by line") == [
        ("E_UNKNOWN_ROW", '{"Event": "moved", "Mobile138****0001": "…", "receiver": "…"}', "{}"),
        (
            "E_API_ERROR",
            '{"errcode": "…", "errmsg": "…", "receiver": "…"}',
            '{"errcode": "7", "errmsg": "138****0001 is nobody"}',
        ),
    ]


@pytest.mark.parametrize(
    ("spelled", "problem"),
    [
        ('{"info": {"tid": "t2", "tid": "t3"}, "pay": {"total": 1}}', "the key tid stands twice"),
        ('{"info": {"tid": "a\\u0000"}, "pay": {"total": 1}}', "it holds a NUL character"),
        ('{"info": {"tid": "\\ud800"}, "pay": {"total": 1}}', "it holds half of a surrogate pair"),
        ('{"info": {"tid": NaN}, "pay": {"total": 1}}', "NaN is no JSON value"),
        ("[1]", "it is no object {…}"),
        ('{"info": {"tid": ["t"]}, "pay": {"total": 1}}', "tid holds a list or an object"),
    ],
)
def test_a_line_that_is_ambiguous_is_rejected(inbox: Inbox, spelled: str, problem: str) -> None:
    (outcome,) = land(inbox, "x.jsonl", '{"info": {"tid": "t1"}, "pay": {"total": 1}}\n' + spelled + "\n")
    assert (outcome.accepted, outcome.rejected) == (1, 1)
    assert inbox.column("select params from raw.rejected_rows") == [
        json.dumps({"problem": problem}, ensure_ascii=False)
    ]


def test_numbers_stay_what_they_are(inbox: Inbox) -> None:
    text = '{"info": {"tid": 12345678901234567890123}, "pay": {"payment": 0.10}}'
    land(inbox, "x.json", text)
    assert inbox.sql("select tid, payment from raw.shop__trades") == [("12345678901234567890123", "0.10")]


def test_what_is_personal_is_keyed_or_kept_nowhere(inbox: Inbox) -> None:
    buyer = {"id": "b1", "phone": "13800000001"}
    row = trade("t1", buyer=buyer, receiver="王小明", memo="13900000002 打电话")["full"]
    bad = trade("", buyer=buyer, receiver="王小明")["full"]
    land(inbox, "x.json", [row, bad])
    ((key, buyer_id, extra),) = inbox.sql("select phone_key, buyer_id, extra from raw.shop__trades")
    assert len(key) == 64
    assert buyer_id == "b1"
    assert json.loads(extra) == {"pay": {"fee": "0.10"}, "memo": "139****0002 打电话"}
    (original,) = inbox.column("select original from raw.rejected_rows where entity = 'trades'")
    assert "王小明" not in original and "13800000001" not in original
    with duckdb.connect(inbox.settings.vault_dir / "contacts.duckdb", read_only=True) as contacts:
        assert contacts.execute("select member_id, phone, others from contacts").fetchall() == [
            ("b1", "13800000001", None)
        ]


def test_a_line_that_is_no_object_shows_nothing_personal(inbox: Inbox) -> None:
    sound = '{"info": {"tid": "t1"}, "pay": {"total": 1}}'
    land(
        inbox, "x.jsonl", f'{sound}\n{{"info": {{"tid": "t2"}}, "receiver": "王小明", "tel": "13800000001"\n'
    )
    assert inbox.sql("select line, code, original from raw.rejected_rows") == [(2, "E_JSON", "")]


FIGURES = {"figures": [{"visit_uv": 3}]}
CHANGE = {"Event": "change", "ChatId": "g1", "CreateTime": 1767225600}
LINES = [
    *(json.dumps(trade(f"t{number}", memo="13800000001")["full"]) for number in range(2)),
    *(json.dumps({"info": {"tid": f"t{number}"}, "pay": {"total": number}}) for number in range(2, 4)),
    *(json.dumps(CHANGE | {"Members": members}) for members in (["m1"], [])),
    json.dumps(CHANGE),
    json.dumps({"Event": "moved", "ChatId": "g2", "CreateTime": 1767225600}),
    json.dumps({"errcode": 7, "errmsg": "nobody"}),
    json.dumps(FIGURES),
    '{"Event": "change", "ChatId": "g1", "ChatId": "g2", "CreateTime": 1767225600}',
    '{"other": 1}',
    '{"info": ',
    "",
]


def all_of(inbox: Inbox) -> str:
    """The outcomes of a landing, and what is in raw after it."""
    outcomes = [replace(outcome, seconds=0) for outcome in inbox.land().files]
    tables = (*(f"shop__{name}" for name in ("trades", "lines", "joins", "changes", "figures")), "files")
    rows = [inbox.sql(f"select * from raw.{name} order by all") for name in (*tables, "rejected_rows")]
    return repr((outcomes, rows)).replace(str(inbox.settings.exports), "")


@pytest.mark.parametrize("seed", range(6))
def test_the_head_of_a_file_does_not_decide_over_its_other_lines(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    draw = random.Random(seed)
    text = "\n".join([draw.choice(LINES[:10]), *draw.choices(LINES, k=draw.randrange(2, 9))])
    name = draw.choice(["shop/x.jsonl", "market/x.jsonl", "shop/li_figures_2026-01-02.jsonl"])
    inbox.write(name, text)
    other = Inbox(tmp_path / "other")
    other.write(name, text)
    looked_at_whole = all_of(inbox)
    monkeypatch.setattr(shapes, "HEAD_DOCUMENTS", 1)
    monkeypatch.setattr(documents, "LINES_AT_ONCE", 1)
    assert all_of(other) == looked_at_whole


CALLBACK = """<xml><Event><![CDATA[change]]></Event><ChatId>g1</ChatId><CreateTime>1767225600</CreateTime>
<Members>{members}</Members></xml>"""


@pytest.mark.parametrize(
    "members", ["<Item>m1</Item><Item>m2</Item>", "m1,m2", "<Item><![CDATA[m1]]></Item><Item> m2 </Item>"]
)
def test_callbacks_in_a_log(inbox: Inbox, members: str) -> None:
    text = f"2026-01-01 08:00 {CALLBACK.format(members=members)}\n\n{CALLBACK.format(members='')}"
    outcomes = land(inbox, "callbacks.log", text)
    assert counts(outcomes) == [("joins", 2, 0, 0), ("changes", 2, 0, 0)]
    assert inbox.sql('select group_id, member_id, "at" from raw.shop__joins order by line') == [
        ("g1", "m1", "2026-01-01 08:00:00"),
        ("g1", "m2", "2026-01-01 08:00:00"),
    ]


def test_callbacks_in_json_say_the_same(inbox: Inbox) -> None:
    callback = {"Event": "change", "ChatId": "g1", "CreateTime": 1767225600, "Members": ["m1", "m2"]}
    assert counts(land(inbox, "callbacks.jsonl", callback)) == [("joins", 2, 0, 0), ("changes", 1, 0, 0)]


def test_xml_that_defines_entities_is_refused(inbox: Inbox) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><xml><Event>&a;</Event></xml>'
    assert land(inbox, "x.xml", bomb)[0].code == "E_XML_ENTITY"


def test_a_cut_off_callback_is_rejected(inbox: Inbox) -> None:
    (outcome,) = land(inbox, "x.xml", CALLBACK.format(members="") + "<xml><Event>change</Ev")
    assert (outcome.entity, outcome.accepted, outcome.rejected) == ("changes", 1, 1)


def test_an_error_answer_is_refused_with_its_message(inbox: Inbox) -> None:
    (outcome,) = land(inbox, "x.json", {"errcode": 40001, "errmsg": "invalid credential"})
    assert (outcome.code, outcome.params) == (
        "E_API_ERROR",
        {"errcode": "40001", "errmsg": "invalid credential"},
    )
    good = {"errcode": 0, "errmsg": "ok", "data": {"list": []}}
    (outcome,) = land(inbox, "pages.jsonl", "\n".join(map(json.dumps, [good, {"errcode": 1, "errmsg": "x"}])))
    assert (outcome.accepted, outcome.rejected) == (0, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"data": {"list": [', "E_NOT_JSON"),
        ('[{"info": {"tid": "t1"}}, 3', "E_NOT_JSON"),
        ("[" * 100_000, "E_NOT_JSON"),
        ("[]", "E_EMPTY"),
        ("[1, 2]", "E_NOT_JSON"),
    ],
)
def test_what_is_no_document_is_refused(inbox: Inbox, text: str, code: str) -> None:
    assert land(inbox, "x.json", text)[0].code == code


def test_a_document_too_large_to_be_read_whole(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "SIZE_LIMIT_BYTES", 10)
    assert land(inbox, "x.json", [trade("t1")["full"]])[0].code == "E_JSON_SIZE"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_documents_in_other_encodings(inbox: Inbox, encoding: str) -> None:
    text = json.dumps(trade("订单一")["full"], ensure_ascii=False)
    assert land(inbox, "x.json", text.encode(encoding))[0].accepted == 1
    assert inbox.column("select tid from raw.shop__trades") == ["订单一"]


def test_paths() -> None:
    document = {
        "a": {"b": [{"c": "1"}, {"c": "2"}, {}]},
        "one": {"c": "3"},
        "text": "x, y，z",
        "json": '{"k": [1]}',
    }
    assert find(document, steps_of("a.b[].c")) == ["1", "2"]
    assert find(document, steps_of("a.b[1].c")) == "2"
    assert find(document, steps_of("one[].c")) == ["3"]
    assert find(document, steps_of("text[]")) == ["x", "y", "z"]
    assert find(document, steps_of("json.k[0]")) == "1"
    assert find(document, steps_of("a.x.y")) is None
    assert find_rows(document, steps_of("a.b[]")) == [
        (row, (document,)) for row in ({"c": "1"}, {"c": "2"}, {})
    ]
    assert find_rows(document, steps_of("a.none[]")) is None
    assert find_rows({"a": None}, steps_of("a[]")) == []
    assert find_rows(document, steps_of("one")) == [({"c": "3"}, (document,))]
    assert unread(document, {"a": {"b": {"c": True}}, "one": True}, frozenset({"json"})) == {
        "text": "x, y，z"
    }
    with pytest.raises(ValueError, match="is no path"):
        steps_of("a..b")
