"""Personal data stay out of the private file."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from inboxes import Inbox

from orchestration.landing.vault import keyed_notices, name_keys

MEMBERS = """member_id,display_name,phone,member_type
visible_member_1,小禾不可见一号,19900000017,customer
visible_member_2,小禾不可见二号,+86 199 0000 0017,customer
visible_member_3,,199****0017,customer
visible_member_4,,,customer
visible_member_5,小禾不可见三号,19900000025,shopkeeper
"""


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def contacts(inbox: Inbox) -> list[tuple[Any, ...]]:
    with duckdb.connect(inbox.settings.vault_dir / "contacts.duckdb", read_only=True) as connection:
        return connection.execute(
            "select member_id, display_name, phone, line, load_seq from contacts order by load_seq, line"
        ).fetchall()


def test_contacts_go_to_the_vault_alone(inbox: Inbox) -> None:
    assert inbox.land_one("canonical/members.csv", MEMBERS).accepted == 4
    assert contacts(inbox) == [
        ("visible_member_1", "小禾不可见一号", "19900000017", 2, 1),
        ("visible_member_2", "小禾不可见二号", "+86 199 0000 0017", 3, 1),
        ("visible_member_3", None, "199****0017", 4, 1),
    ]
    columns = inbox.column("select column_name from duckdb_columns() where table_name = 'canonical__members'")
    assert "phone_key" in columns and not {"phone", "display_name"} & set(columns)
    stored = inbox.settings.private_db.read_bytes()
    assert b"visible_member_1" in stored, "the search must be able to find text"
    for secret in ("19900000017", "0000 0017", "小禾不可见一号", "小禾不可见二号"):
        assert secret.encode() not in stored
    assert [path.name for path in inbox.settings.build_dir.iterdir()] == [inbox.settings.private_db.name]


def test_phone_keys_are_keyed(inbox: Inbox) -> None:
    inbox.land_one("canonical/members.csv", MEMBERS)
    keys = inbox.column("select phone_key from raw.canonical__members order by line")
    key = (inbox.settings.vault_dir / "hmac.key").read_bytes()
    assert len(key) == 32
    expected = hmac.digest(key, b"phone\x0019900000017", "sha256").hex()
    assert keys == [expected, expected, None, None]


def test_the_vault_is_closed_to_others(inbox: Inbox) -> None:
    inbox.land_one("canonical/members.csv", MEMBERS)
    vault = inbox.settings.vault_dir
    assert vault.stat().st_mode & 0o777 == 0o700
    assert (vault / "hmac.key").stat().st_mode & 0o777 == 0o400
    assert (vault / "contacts.duckdb").stat().st_mode & 0o777 == 0o600


def test_the_key_stays(inbox: Inbox) -> None:
    inbox.land_one("canonical/members.a.csv", MEMBERS)
    inbox.land_one("canonical/members.b.csv", MEMBERS + "\n")
    keys = inbox.sql(
        "select distinct phone_key from raw.canonical__members where member_id = 'visible_member_1'"
    )
    assert len(keys) == 1


def test_a_refused_file_leaves_no_contacts(inbox: Inbox) -> None:
    text = "member_id,phone\n" + "".join(f"m{n},19900000{n:03}\n" for n in range(50)) + 'm,"1\n'
    assert inbox.land_one("canonical/members.csv", text).code == "E_QUOTE"
    assert contacts(inbox) == []


def test_members_without_contact_columns(inbox: Inbox) -> None:
    assert inbox.land_one("canonical/members.csv", "member_id,city\nm1,杭州\n").accepted == 1
    assert contacts(inbox) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"甲"邀请"乙、丙"加入了群聊', '"{甲}"邀请"{乙}、{丙}"加入了群聊'),
        ('你邀请"乙"加入了群聊', '你邀请"{乙}"加入了群聊'),
        ('"乙"通过扫描"甲"分享的二维码加入群聊', '"{乙}"通过扫描"{甲}"分享的二维码加入群聊'),
        ("你将“乙”移出了群聊", "你将“{乙}”移出了群聊"),
        ('"甲"邀请你加入了群聊，群聊参与人还有：乙、丙', '"{甲}"邀请你加入了群聊'),
        ('{"msg":"\\"甲\\"邀请\\"乙\\"加入了群聊"}', '{"msg":"\\"{甲}\\"邀请\\"{乙}\\"加入了群聊"}'),
        ('他说"甲"很好，加入了群聊', '他说"甲"很好，加入了群聊'),
        (None, None),
    ],
)
def test_the_names_in_a_notice_are_keyed(text: str | None, expected: str | None) -> None:
    key = b"k" * 32
    keys = {name: name_keys(pa.array([name]), key)[0].as_py() for name in "甲乙丙"}
    for name, of_name in keys.items():
        expected = expected and expected.replace(f"{{{name}}}", of_name)
    assert keyed_notices(pa.array([text], pa.string()), key).to_pylist() == [expected]


def test_a_name_has_one_key_however_it_is_written() -> None:
    names = pa.array(["Ａ甲", " A甲 ", "A乙", " ", None])
    first, second, other, *unknown = name_keys(names, b"k" * 32).to_pylist()
    assert first == second != other
    assert unknown == [None, None]


def test_where_somebody_lives_or_whom_he_recommends_is_kept_nowhere(inbox: Inbox) -> None:
    """In archived messages, and in a table of an entity with private names of its own."""
    said = '{{"msgid":"{0}","action":"send","from":"wm1","tolist":["li"],"msgtime":1767229900000,{1}}}\n'
    inbox.write(
        "wecom/archive.jsonl",
        said.format("m1", '"msgtype":"location","location":{"address":"不可见路1号","zoom":15}')
        + said.format("m2", '"msgtype":"card","card":{"corpname":"微信联系人","userid":"不可见"}'),
    )
    inbox.write(
        "scrm/we_product_order.csv",
        "order_no,total_fee,pay_time,external_userid,remark\nO1,100,2026-01-01 10:00:00,wm1,不可见三楼\n",
    )
    inbox.land()
    assert inbox.column("select extra from raw.wecom__messages") == ['{"tolist": ["li"]}'] * 2
    assert inbox.sql("select order_no, extra from raw.scrm__linkwechat_orders") in [
        [("O1", "{}")],
        [("O1", None)],
    ]
