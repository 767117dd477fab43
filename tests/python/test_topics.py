"""Words people use: sentences of group chats, what is no word, and one segmentation a text in real builds."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from inboxes import Inbox

from orchestration.building.basis import record_basis
from orchestration.building.dbt import common_arguments, run_dbt
from orchestration.fingerprint import current_origin
from orchestration.progress import Progress
from orchestration.settings import PROJECT_DIR
from orchestration.topics import Segmenter, activity_keywords, clean
from orchestration.topics.batches import segmented


def seed(name: str) -> list[str]:
    with (PROJECT_DIR / "seeds" / f"{name}.csv").open(encoding="utf-8") as stream:
        return [row["word"] for row in csv.DictReader(stream)]


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(seed("topic_user_words"), seed("topic_stop_words"))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("这个群的快团团接龙什么时候截单呀", "快团团 接龙 截单"),
        ("今天的到手价是多少 有优惠券吗", "优惠券 到手价"),
        ("团长，我想要两份丹东草莓", "丹东草莓 团长"),
        ("自提点几点关门？下班来得及吗", "下班 关门 自提点"),
        ("宝宝奶粉多少钱一罐", "奶粉 宝宝"),
        ("满减活动今晚8点开始秒杀", "活动 满减 秒杀"),
        ("这款面膜敏感肌能用吗", "敏感肌 面膜"),
        ("快递怎么还没到，都三天了", "快递"),
        ("坏了两个草莓，申请售后退款", "售后 申请 草莓 退款"),
        ("返图来啦，孩子很喜欢这个绘本", "孩子 绘本 返图"),
        ("包邮吗亲", "包邮"),
        ("上新了吗", "上新"),
        ("第3次回购海南芒果了，特别新鲜", "回购 新鲜 海南芒果"),
        ("周末带孩子去哪里玩", "周末 孩子"),
        ("谁家有螺丝刀借一下", "螺丝刀"),
        ("有没有人拼车去机场", "拼车 机场"),
        ("榴莲什么时候到货，上次的猫山王太香了", "到货 榴莲 猫山王"),
        ("明天降温，记得穿羽绒服", "羽绒服 降温"),
        ("幼儿园家长会几号", "家长会 幼儿园"),
        ("发错规格了，少发一份，漏了一瓶", "发错 少发 规格"),
        ("无糖酸奶可以空腹喝吗", "无糖 空腹 酸奶"),
        ("运费险怎么退，顺丰单号发我", "单号 运费险 顺丰"),
        ("iPhone15 Pro多少钱", "iphone15 pro"),
    ],
)
def test_sentences_give_the_words_a_person_would_expect(segmenter: Segmenter, text: str, terms: str) -> None:
    assert segmenter.terms(text) == sorted(terms.split())


@pytest.mark.parametrize(
    "text",
    [
        "收到，谢谢",
        "好的好的",
        "哈哈哈哈哈",
        "嗯嗯 辛苦了",
        "+1",
        "在吗",
        "真的吗？？？",
        "大家早上好[微笑][玫瑰]",
        "👍👍👍😂",
        "@小禾0001 在吗",
        "@豆豆妈 爱吃草莓\u2005你好",
        "＠所有人　收到",
        "13800138000",
        "138-0013-8000 或 ＋86 13800138001",
        "SF1234567890123",
        "https://u.jd.com/abc?d=1",
        "www.example.com/abc",
        "￥AbCd12345xyz￥",
        "[图片]",
        "wxid_ab12cd34ef",
        "一二三四五六七",
        "两份 三盒 五月 第二次",
        "500g 2.5kg 100ml",
        "买",
        "a b c",
        "someone@example.com",
    ],
)
def test_what_is_no_word_is_left_out(segmenter: Segmenter, text: str) -> None:
    assert segmenter.terms(text) == []


def test_what_stands_beside_noise_is_kept(segmenter: Segmenter) -> None:
    assert segmenter.terms("https://u.jd.com/abc123这个洗衣液不错") == ["洗衣液"]
    assert segmenter.terms("@小禾 爱购物\u2005发货了吗😂") == ["发货"]
    assert segmenter.terms("#小程序://快团团/AbC1 点这里下单") == ["下单"]
    assert segmenter.terms("订单号SF1234567890123退款") == ["订单号", "退款"]


def test_width_and_case_are_folded_and_a_term_counts_once(segmenter: Segmenter) -> None:
    assert segmenter.terms("ＮＦＣ果汁 nfc果汁 Nfc果汁") == ["nfc", "果汁"]


def test_no_long_number_survives_cleaning() -> None:
    for text in ("tel13800138000", "13800138000", "１３８００１３８０００", "abc_12345-x", "No.20260101"):
        assert clean(text).strip() in {"", "tel"}, text


def test_words_and_stop_words_decide_on_terms_and_version() -> None:
    plain = Segmenter([], [])
    assert plain.terms("我爱魔芋爽") != ["魔芋爽"]
    taught = Segmenter(["魔芋爽", "爽"], [])
    assert taught.terms("我爱魔芋爽") == ["魔芋爽"]
    assert Segmenter(["魔芋爽"], ["魔芋爽"]).terms("我爱魔芋爽") == []
    versions = {plain.version, taught.version, Segmenter([], ["魔芋爽"]).version}
    assert len(versions) == 3
    assert (
        Segmenter(["Ｂ超", "魔芋爽"], []).version == Segmenter(["魔芋爽", "b超", "7", "魔芋爽"], []).version
    )


def test_the_seeds_do_not_contradict_each_other() -> None:
    assert set(seed("topic_user_words")) & set(seed("topic_stop_words")) == set()
    assert len(seed("topic_user_words")) > 400 and len(seed("topic_stop_words")) > 500


def test_keywords_are_split_trimmed_and_folded() -> None:
    activities = pd.DataFrame(
        {"activity_id": ["a", "b", "c"], "topic_keywords": ["拼团| ＡＢＣ |拼团||", None, "|"]}
    )
    found = activity_keywords(activities)
    assert list(found.itertuples(index=False, name=None)) == [("a", "abc"), ("a", "拼团")]
    assert activity_keywords(activities.iloc[:0]).empty


def test_batches_are_made_as_they_are_asked_for(segmenter: Segmenter) -> None:
    taken = []
    schema = pa.schema([("text_key", pa.string()), ("content", pa.string())])

    def texts():  # type: ignore[no-untyped-def]
        for number in range(3):
            taken.append(number)
            yield pa.RecordBatch.from_pydict({"text_key": [f"k{number}"], "content": ["包邮吗"]}, schema)

    reader = segmented(pa.RecordBatchReader.from_batches(schema, texts()), segmenter)
    assert reader.read_next_batch().to_pylist() == [
        {"text_key": "k0", "dictionary_version": segmenter.version, "terms": ["包邮"]}
    ]
    assert taken == [0]
    assert len(reader.read_all()) == 2
    empty = pa.RecordBatchReader.from_batches(schema, [])
    assert segmented(empty, segmenter).read_all().num_rows == 0


MESSAGES = """message_id,group_id,sender_id,sent_at,message_type,content
m1,g1,anna,2026-03-02 09:00:00,text,草莓包邮吗
m2,g1,bo,2026-03-02 10:00:00,text,草莓包邮吗
m3,g1,bo,2026-03-03 10:00:00,text,榴莲到货了
m4,g1,bo,2026-03-03 11:00:00,image,
"""
CORRECTED = MESSAGES.splitlines()[0] + "\nm3,g1,bo,2026-03-03 10:00:00,text,草莓到货了\n"
ACTIVITIES = (
    "activity_id,activity_name,started_at,topic_keywords\na1,草莓节,2026-03-01 00:00:00,草莓|包邮吗\n"
)


class Warehouse:
    """A home and a copy of the project, whose topics are built again and again."""

    def __init__(self, place: Path) -> None:
        self.inbox = Inbox(place)
        self.project = place / "project"
        for name in ("models", "macros", "seeds"):
            shutil.copytree(PROJECT_DIR / name, self.project / name)
        for name in ("dbt_project.yml", "profiles.yml"):
            shutil.copy(PROJECT_DIR / name, self.project / name)

    def build(self, *options: str) -> None:
        settings = self.inbox.settings
        selection = ["--select", "+mart_topic", "--resource-type", "model", "--resource-type", "seed"]
        arguments = ["build", *selection, *common_arguments(settings, settings.target_dir, self.project)]
        run = run_dbt(settings, Progress(), [*arguments, *options])
        assert run.return_code == 0, run.cause
        record_basis(settings, current_origin(settings, self.project))

    def terms(self) -> dict[str, list[str]]:
        """Terms by key of the text."""
        return dict(self.inbox.sql("select text_key, terms from intermediate.int_text_terms"))

    def mark(self, term: str) -> None:
        """Give every text one term, so that what is segmented anew shows."""
        with duckdb.connect(self.inbox.settings.private_db) as connection:
            connection.execute("update intermediate.int_text_terms set terms = [?]", [term])

    def forget_terms(self) -> None:
        """A full refresh keeps them: they follow from text and dictionary alone."""
        with duckdb.connect(self.inbox.settings.private_db) as connection:
            connection.execute("drop table intermediate.int_text_terms")

    def topics(self) -> set[tuple[str, int, int, float, bool]]:
        with duckdb.connect(self.inbox.settings.warehouse_db, read_only=True) as connection:
            return set(
                connection.execute(
                    "select term, messages, speakers, round(message_share, 4), is_activity_keyword"
                    " from marts.mart_topic where period_type = 'week' and scope_type = 'all'"
                ).fetchall()
            )


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("topics"))
    warehouse.inbox.land_one("canonical/messages.csv", MESSAGES)
    warehouse.inbox.land_one("canonical/activities.csv", ACTIVITIES)
    warehouse.build()
    return warehouse


def test_a_build_counts_messages_people_and_keywords(warehouse: Warehouse) -> None:
    assert sorted(warehouse.terms().values()) == [["到货", "榴莲"], ["包邮吗", "草莓"]]
    assert warehouse.topics() == {
        ("草莓", 2, 2, 0.6667, True),
        ("包邮吗", 2, 2, 0.6667, True),
        ("榴莲", 1, 1, 0.3333, False),
        ("到货", 1, 1, 0.3333, False),
    }


def test_a_second_build_segments_what_was_corrected_and_nothing_else(warehouse: Warehouse) -> None:
    warehouse.mark("marked")
    warehouse.inbox.land_one("canonical/messages.2.csv", CORRECTED)
    warehouse.build()
    assert sorted(warehouse.terms().values()) == [["marked"], ["到货", "草莓"]]
    assert warehouse.topics() == {
        ("marked", 2, 2, 0.6667, False),
        ("草莓", 1, 1, 0.3333, True),
        ("到货", 1, 1, 0.3333, False),
    }


def test_a_changed_dictionary_segments_all_anew(warehouse: Warehouse) -> None:
    with (warehouse.project / "seeds" / "topic_user_words.csv").open("a", encoding="utf-8") as stream:
        stream.write("草莓到货,goods\n")
    warehouse.build("--full-refresh")  # as a refresh does where a seed has changed
    kept = warehouse.terms(), warehouse.topics()
    assert sorted(kept[0].values()) == [["包邮吗", "草莓"], ["草莓到货"]]
    warehouse.forget_terms()
    warehouse.build("--full-refresh")
    assert (warehouse.terms(), warehouse.topics()) == kept
