"""`shequn map`: files that no export is known for, and what people say about them."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
import yaml
from click.testing import CliRunner, Result
from inboxes import Inbox, assert_accounted_for, outcome_of

from orchestration.cli import build_cli
from orchestration.errors import ShequnError
from orchestration.landing.catalogue import load_catalogue
from orchestration.landing.vault import PHONE_ID
from orchestration.mapping import words

SIGN_INS = (
    "群昵称,签到日期,签到内容,手机号\n阿果,2026-06-01,早睡,13800000001\n小满,2026/6/2,早睡,138****0002\n"
)
SAYING = (
    "--entity", "activity_participations", "--constant", "activity_id=早睡打卡",
    "--set", "participated_at=签到日期", "--set", "action=签到内容",
)  # fmt: skip


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def shequn_map(inbox: Inbox, *arguments: str | Path, lang: str = "en") -> Result:
    home = inbox.settings.home
    return CliRunner().invoke(
        build_cli(lang), ["map", "--home", str(home), "--lang", lang, *map(str, arguments)]
    )


def mapped(inbox: Inbox, *arguments: str | Path) -> dict[str, object]:
    """What a run says as JSON."""
    done = shequn_map(inbox, *arguments, "--json")
    assert done.exit_code == 0, done.output
    document: dict[str, object] = json.loads(done.stdout)
    return document


def test_a_file_of_no_known_shape_lands_once_it_is_mapped(inbox: Inbox) -> None:
    path = inbox.write("group_tools/六月/签到.csv", SIGN_INS)
    assert outcome_of(inbox.land(), "group_tools/六月/签到.csv").code == "E_UNKNOWN_SHAPE"
    mapped(inbox, path, *SAYING, "--save")
    outcome = outcome_of(inbox.land(), "group_tools/六月/签到.csv")
    assert (outcome.status, outcome.system, outcome.entity) == (
        "landed", "group_tools", "activity_participations",
    )  # fmt: skip
    assert (outcome.accepted, outcome.rejected) == (1, 1)
    assert_accounted_for(outcome)
    rows = inbox.sql(
        "select activity_id, participated_at, action, system, extra"
        " from raw.canonical__activity_participations"
    )
    assert rows == [("早睡打卡", "2026-06-01 00:00:00", "早睡", "group_tools", '{"群昵称": "阿果"}')]
    assert inbox.column("select code from raw.rejected_rows") == ["E_PHONE"]


def test_what_the_gate_knows_or_never_reads_is_said_before_anybody_maps_it(inbox: Inbox) -> None:
    answer = inbox.write(
        "wecom/list.json", '{"errcode": 0, "group_chat_list": [{"chat_id": "wr1", "status": 0}]}'
    )
    assert "wecom.group_list" in shequn_map(inbox, answer).stderr
    assert "wecom" not in shequn_map(inbox, inbox.write("wecom/own.csv", SIGN_INS)).stderr
    refused = {
        "wecom/error.json": ('{"errcode": 42001, "errmsg": "access_token expired"}', "errcode 42001"),
        "scrm/dump.sql": ("insert into t values (1);", ".sql"),
        "kuaituantuan/a.et": ("x", ".xlsx"),
        "group_tools/strange.csv": ("a,b\n1,2\n", "--entity"),
    }
    for path, (content, said) in refused.items():
        done = shequn_map(inbox, inbox.write(path, content))
        assert done.exit_code == 2 and said in done.stderr


def test_a_phone_stands_for_a_person_by_its_key_alone(inbox: Inbox) -> None:
    path = inbox.write("group_tools/签到.csv", SIGN_INS)
    mapped(inbox, path, *SAYING, "--save")
    inbox.write("canonical/members.csv", "member_id,phone\nm1,+86 138 0000 0001\n")
    inbox.land()
    members = inbox.column("select member_id from raw.canonical__activity_participations")
    assert members == [PHONE_ID + key for key in inbox.column("select phone_key from raw.canonical__members")]


def test_a_mapping_that_changes_is_applied_to_what_has_landed(inbox: Inbox) -> None:
    path = inbox.write("group_tools/签到.csv", SIGN_INS)
    mapped(inbox, path, *SAYING, "--save")
    inbox.land()
    assert outcome_of(inbox.land(), "group_tools/签到.csv").status == "unchanged"
    mapped(inbox, path, *SAYING, "--constant", "group_id=g1", "--save")
    assert outcome_of(inbox.land(), "group_tools/签到.csv").status == "landed"
    assert inbox.column("select group_id from raw.canonical__activity_participations") == ["g1"]
    assert inbox.column("select count(*) from raw.files") == [1]


def test_a_later_file_with_the_same_header_lands_another_one_does_not(inbox: Inbox) -> None:
    mapped(inbox, inbox.write("group_tools/签到.csv", SIGN_INS), *SAYING, "--save")
    later = "手机号,群昵称,签到内容,签到日期,备注\n13800000003,小雪,早起,20260603,x\n"
    inbox.write("我的表/签到0603.csv", later)
    inbox.write("group_tools/别的.csv", "手机号,签到日期,签到内容\n13800000003,2026-06-03,早起\n")
    report = inbox.land()
    outcome = outcome_of(report, "我的表/签到0603.csv")
    assert (outcome.status, outcome.system, outcome.accepted) == ("landed", "我的表", 1)
    assert outcome_of(report, "group_tools/别的.csv").code == "E_UNKNOWN_SHAPE"


def test_what_a_column_is_shows_in_its_name_and_in_its_values(inbox: Inbox) -> None:
    path = inbox.write(
        "ads/投放.csv",
        "投放日期,渠道编号,花费(分),曝光,备注\n2026/6/1,xhs,12345,4.5万,无\n2026年6月2日,xhs,5,1.2万,\n",
    )
    found = mapped(inbox, path)
    assert found["entity"] == "channel_spend"
    assert found["columns"] == {
        "spend_date": "投放日期", "channel_id": "渠道编号", "cost_amount": "花费(分)", "impressions": "曝光",
    }  # fmt: skip
    assert found["types"] == {
        "spend_date": "day", "channel_id": "id", "cost_amount": "fen", "impressions": "count",
    }  # fmt: skip
    rows = found["rows"]
    assert isinstance(rows, list)
    assert [(row["spend_date"], row["cost_amount"], row["impressions"]) for row in rows] == [
        ("2026-06-01", "123.45", "45000"), ("2026-06-02", "0.05", "12000"),
    ]  # fmt: skip
    assert found["saved"] is None
    assert not inbox.settings.mappings_dir.exists()


ORDERS = (
    "单号,客户ID,下单时间,支付时间,实付,状态\n"
    "o1,wm1,2026/6/1 9:00,2026/6/1 9:05,12.5,已付款\n"
    "o2,wm2,2026/6/1 9:10,,8,待付款\no3,wm3,2026/6/2 9:10,,8,待定\n"
)


def test_words_are_told_by_what_people_write_and_asked_for_where_nobody_knows(inbox: Inbox) -> None:
    path = inbox.write("shop/订单.csv", ORDERS)
    found = mapped(inbox, path, "--set", "order_id=单号")
    assert (found["entity"], found["accepted"], found["rejected"]) == ("orders", 2, 1)
    columns, values = found["columns"], found["values"]
    assert isinstance(columns, dict) and isinstance(values, dict)
    assert columns["order_status"] == "状态"
    assert values["order_status"]["待付款"] == "created"
    assert values["order_status"]["已发货"] == "shipped", "later rows may say so"
    assert found["unknown_words"] == {"order_status": ["待定"]}
    shown = shequn_map(inbox, path, "--set", "order_id=单号").output
    assert "order_status: 已付款 → paid, 待付款 → created" in shown
    assert "--value order_status:待定=created" in shown
    said = ("--set", "order_id=单号", "--value", "order_status:待定=closed", "--save")
    assert mapped(inbox, path, *said)["rejected"] == 0
    outcome = outcome_of(inbox.land(), "shop/订单.csv")
    assert (outcome.accepted, outcome.rejected) == (3, 0)
    assert inbox.sql("select order_id, order_status from raw.canonical__orders order by 1") == [
        ("o1", "paid"), ("o2", "created"), ("o3", "closed"),
    ]  # fmt: skip
    later = ORDERS.replace("o1,", "o4,").replace("已付款", "已发货").replace("待定", "谁知道")
    outcome = inbox.land_one("shop/订单2.csv", later)
    assert (outcome.accepted, outcome.rejected) == (2, 1)


@pytest.mark.parametrize(
    ("name", "text", "entity"),
    [
        ("进退群.csv", "群ID,用户,动作,时间\ng1,a,进群,2026/6/1\ng1,a,退群,2026/6/2\n", "membership_events"),
        ("签到.csv", SIGN_INS, "activity_participations"),
        ("名单.csv", "客户编号,性别,生日\nwm1,男,1990-01-02\nwm2,女,1991-01-02\n", "members"),
        ("花费.csv", "日期,渠道,类别,金额\n2026/6/1,xhs,广告,12\n2026/6/1,xhs,红包,8\n", "channel_spend"),
    ],
)
def test_values_and_file_names_tell_what_a_file_is(inbox: Inbox, name: str, text: str, entity: str) -> None:
    assert mapped(inbox, inbox.write(f"own/{name}", text))["entity"] == entity


def test_every_listed_word_is_of_a_column_and_means_one_thing() -> None:
    columns = [column for one in load_catalogue().systems["canonical"].values() for column in one.columns]
    listed = yaml.safe_load(Path(words.__file__).with_name("words.yml").read_text(encoding="utf-8"))
    for name, meant in listed["values"].items():
        known = {value for column in columns if column.name == name for value in column.values}
        assert set(meant) <= known, name
        for column in (column for column in columns if column.name == name and column.values):
            said = [words.plain_word(word) for value in column.values for word in meant.get(value, ())]
            assert len(said) == len(set(said)), (name, said)
    assert {column.name for column in columns if column.values} == set(listed["values"])
    assert set(listed["files"]) <= set(load_catalogue().systems["canonical"])


def test_sheets_and_documents_are_mapped_too(inbox: Inbox, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["六月登记"], ["编号", "员工姓名", "部门"], ["s1", "小周", "一部"], ["合计", None, None]):
        sheet.append(row)
    path = tmp_path / "名单.xlsx"
    book.save(path)
    arguments = ("--entity", "staff", "--set", "staff_id=编号")
    found = mapped(inbox, path, *arguments, "--save")
    assert (found["accepted"], found["blank"]) == (1, 1)
    document = {"data": {"rows": [{"no": "s2", "who": {"name": "小吴"}}, {"no": "s3", "who": {}}]}}
    other = tmp_path / "staff.json"
    other.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    mapped(
        inbox, other, "--entity", "staff", "--set", "staff_id=no", "--set", "staff_name=who.name", "--save"
    )
    inbox.write("hr/名单.xlsx", path.read_bytes())
    inbox.write("hr/staff.json", other.read_bytes())
    assert [outcome.status for outcome in inbox.land().files] == ["landed", "landed"]
    rows = inbox.sql("select staff_id, staff_name, department, system from raw.canonical__staff order by all")
    assert rows == [("s1", "小周", "一部", "hr"), ("s2", "小吴", None, "hr"), ("s3", None, None, "hr")]


def test_what_is_not_said_is_asked_for(inbox: Inbox) -> None:
    path = inbox.write("group_tools/签到.csv", SIGN_INS)
    shown = shequn_map(inbox, path, "--entity", "activity_participations", lang="zh")
    assert shown.exit_code == 0
    assert "activity_participations 还需要 activity_id" in shown.output
    assert "138****0001" in shown.output
    refused = shequn_map(inbox, path, "--entity", "activity_participations", "--save")
    assert refused.exit_code == 2
    assert "also needs activity_id" in refused.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["没有.csv"], "There is no file"),
        (["--entity", "friends"], "There is no entity friends"),
        (["--set", "group_id=群名"], "The file has no 群名"),
        (["--constant", "colour=red"], "No entity has all of colour"),
        (["--set", "group_id"], "--set takes column=value"),
        (["--value", "gender=male"], "--value takes column:word=value"),
        (["--value", "gender:男=man"], "gender cannot be man"),
        ([*SAYING, "--save", "--name", "a/b"], "is no name for a file"),
    ],
)
def test_errors_say_what_there_is(inbox: Inbox, arguments: list[str], sentence: str) -> None:
    path = inbox.write("group_tools/签到.csv", SIGN_INS)
    done = shequn_map(inbox, *([] if "没有.csv" in arguments else [path]), *arguments)
    assert done.exit_code == 2, done.output
    assert sentence in done.output


def test_a_name_belongs_to_files_of_one_header(inbox: Inbox) -> None:
    mapped(inbox, inbox.write("group_tools/签到.csv", SIGN_INS), *SAYING, "--save")
    other = inbox.write("group_tools/名单.csv", "编号,姓名\ns1,小周\n")
    done = shequn_map(inbox, other, "--entity", "staff", "--set", "staff_id=编号", "--name", "签到", "--save")
    assert done.exit_code == 2
    assert "other headers" in done.output


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "- 1\n",
        "entity: members\ncolumns: {member_id: 编号, gender: 性别}\nvalues: {gender: {男: man}}\n",
        "entity: members\ncolumns: {member_id: 编号}\nvalues: {gender: 男}\n",
        "entity: members\ncolumns: {member_id: 编号, city: 城市}\nvalues: {city: {京: 北京}}\n",
        "entity: friends\ncolumns: {a: b}\n",
        "entity: staff\ncolumns: {staff_id: 编号, colour: 色}\n",
        "entity: staff\ncolumns: {staff_name: 姓名}\n",
        "entity: staff\ncolumns: {staff_id: 编号}\nfrom_path: '('\n",
        "entity: staff\ncolumns: {staff_id: 编号}\ntypes: {staff_id: colour}\n",
    ],
)
def test_a_broken_mapping_is_named(inbox: Inbox, text: str) -> None:
    inbox.settings.mappings_dir.mkdir()
    (inbox.settings.mappings_dir / "坏.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ShequnError) as raised:
        inbox.land()
    assert raised.value.key == "mapping.E_BROKEN"
    assert "坏.yml" in raised.value.text("zh")


def test_the_path_may_say_a_column(inbox: Inbox) -> None:
    inbox.settings.mappings_dir.mkdir()
    (inbox.settings.mappings_dir / "接龙.yml").write_text(
        "entity: activity_participations\n"
        "columns: {member_id: 客户}\n"
        "constants: {activity_id: 接龙}\n"
        "from_path: '(?P<participated_at>{moment})'\n"
        "header: [客户, 份数]\n",
        encoding="utf-8",
    )
    inbox.write("group_tools/接龙 2026-06-05.csv", "客户,份数\nwm1,2\n")
    inbox.write("group_tools/接龙.csv", "客户,份数\nwm2,1\n")
    report = inbox.land()
    assert outcome_of(report, "group_tools/接龙.csv").code == "E_PATH"
    assert inbox.sql("select member_id, participated_at from raw.canonical__activity_participations") == [
        ("wm1", "2026-06-05 00:00:00")
    ]


def test_mappings_are_listed(inbox: Inbox) -> None:
    assert "No mapping is kept" in shequn_map(inbox, "--list").output
    mapped(inbox, inbox.write("group_tools/签到0601.csv", SIGN_INS), *SAYING, "--save")
    listed = shequn_map(inbox, "--list").output
    assert "签到" in listed
    assert "activity_participations" in listed
