"""The invented community: complete, reproducible, lifelike, and with the blemishes it promises."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.demo import DemoReport, clear_demo, has_demo, write_demo
from orchestration.demo.plan import make_plan
from orchestration.demo.vendors import VENDORS
from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.landing import land_inbox
from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.progress import Progress
from orchestration.settings import load_settings

ENTITIES = {entity.name: entity for entity in load_catalogue().entities if entity.system == "canonical"}


@dataclass
class Demo:
    """A written small demo and a connection that reads its files, those sent later left out."""

    report: DemoReport
    connection: duckdb.DuckDBPyConnection
    seconds: float

    def value(self, sql: str) -> float:
        row = self.connection.execute(sql).fetchone()
        assert row is not None
        return row[0]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    out = tmp_path_factory.mktemp("demo") / "exports" / "canonical"
    began = time.monotonic()
    report = write_demo(out)
    seconds = time.monotonic() - began
    with duckdb.connect() as connection:
        for name in ENTITIES:
            path = out / f"{name}.demo.csv"
            connection.execute(f"create table {name} as from read_csv('{path}', all_varchar = true)")
        yield Demo(report, connection, seconds)


def test_every_entity_holds_rows_in_the_catalogues_columns(demo: Demo) -> None:
    assert set(demo.report.rows) == set(ENTITIES)
    for name, entity in ENTITIES.items():
        rows = demo.connection.execute(f"from {name}").fetchall()
        columns = [part[0] for part in demo.connection.description or ()]
        assert columns == [column.name for column in entity.columns], name
        assert len(rows) == demo.report.rows[name] > 0


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=ENTITIES)
def test_required_cells_are_filled_enums_hold_and_keys_are_unique(demo: Demo, entity: Entity) -> None:
    for column in entity.columns:
        if column.required:
            assert demo.value(f"select count(*) from {entity.name} where {column.name} is null") == 0, (
                column.name
            )
        if column.values:
            outside = f"{column.name} not in ({', '.join(repr(value) for value in column.values)})"
            assert demo.value(f"select count(*) from {entity.name} where {outside}") == 0, column.name
    repeated = f"select count(*) - count(distinct ({', '.join(entity.key)})) from {entity.name}"
    if entity.name != "page_views":
        assert demo.value(repeated) <= demo.report.rows[entity.name] // 500


@pytest.mark.parametrize(
    ("entity", "column", "parent", "key"),
    [
        ("order_items", "order_id", "orders", "order_id"),
        ("order_items", "product_id", "products", "product_id"),
        ("refunds", "order_id", "orders", "order_id"),
        ("orders", "live_id", "live_sessions", "live_id"),
        ("orders", "activity_id", "activities", "activity_id"),
        ("activity_participations", "activity_id", "activities", "activity_id"),
        ("groups", "owner_staff_id", "staff", "staff_id"),
        ("membership_events", "channel_id", "channels", "channel_id"),
        ("channel_spend", "channel_id", "channels", "channel_id"),
        ("message_actions", "message_id", "messages", "message_id"),
        ("messages", "reply_to_id", "messages", "message_id"),
        ("feedback", "staff_id", "staff", "staff_id"),
    ],
)
def test_references_lead_somewhere(demo: Demo, entity: str, column: str, parent: str, key: str) -> None:
    orphans = f"{column} is not null and {column} not in (select {key} from {parent})"
    assert demo.value(f"select count(*) from {entity} where {orphans}") == 0
    assert demo.value(f"select count({column}) from {entity}") > 0


def test_sizes_are_near_the_plan(demo: Demo) -> None:
    rows, plan = demo.report.rows, make_plan("small", 7)
    assert 60_000 <= rows["messages"] <= 80_000
    assert rows["groups"] == plan.groups == 30
    for entity, planned in (
        ("orders", plan.orders),
        ("touches", plan.touches),
        ("page_views", plan.page_views),
    ):
        assert rows[entity] == pytest.approx(planned, rel=0.15)
    assert rows["members"] == pytest.approx(plan.customers, rel=0.1)
    assert demo.seconds < 15


def test_everything_happens_within_the_days_of_the_demo(demo: Demo) -> None:
    report = demo.report
    assert (report.first_day, report.last_day) == (date(2026, 1, 2), date(2026, 6, 30))
    moments = [
        (entity.name, column.name)
        for entity in ENTITIES.values()
        for column in entity.columns
        if column.type == "timestamp" and (entity.name, column.name) != ("groups", "created_at")
    ]
    for entity, column in moments:
        low = demo.value(f"select min(cast({column} as timestamp)) from {entity}")
        high = demo.value(f"select max(cast({column} as timestamp)) from {entity}")
        if column != "ended_at":
            assert high < datetime(2026, 7, 1), (entity, column)
        assert low >= datetime(2026, 1, 2), (entity, column)
    assert demo.value("select max(cast(sent_at as date)) from messages") == date(2026, 6, 30)


def test_people_talk_in_the_evening_and_more_at_the_weekend(demo: Demo) -> None:
    spoken = "from messages where sender_id like 'w%'"
    evening = demo.value(f"select avg((hour(cast(sent_at as timestamp)) in (20, 21))::int) {spoken}")
    night = demo.value(f"select avg((hour(cast(sent_at as timestamp)) in (3, 4))::int) {spoken}")
    weekend = demo.value(f"select avg((isodow(cast(sent_at as timestamp)) >= 6)::int) {spoken}")
    assert evening > 0.15 > 0.01 > night
    assert weekend > 2 / 7


def test_a_tenth_of_the_speakers_say_most(demo: Demo) -> None:
    top = demo.value(
        """
        with speakers as (
            select count(*) as messages, percent_rank() over (order by count(*) desc) as place
            from messages where sender_id like 'w%' and group_id is not null group by sender_id
        )
        select sum(messages) filter (place < 0.1) / sum(messages) from speakers
        """
    )
    assert 0.45 < top < 0.8


def test_some_groups_have_gone_quiet_while_staff_post_on(demo: Demo) -> None:
    quiet = """
        select count(*)
        from (
            select
                max(sent_at) filter (sender_id like 'w%') as last_customer,
                max(sent_at) filter (sender_id not like 'w%') as last_other
            from messages where group_id is not null group by group_id
        )
        where last_customer < '2026-06-10' and last_other >= '2026-06-25'
    """
    assert demo.value(quiet) >= 1


def test_staff_bots_and_shills_chatter_in_groups(demo: Demo) -> None:
    for kind, low in (("staff", 2_000), ("bot", 1_000), ("shill", 2_000)):
        people = f"(select member_id from members where member_type = '{kind}')"
        assert demo.value(f"select count(*) from messages where sender_id in {people}") > low, kind


def test_messages_are_repeated_recalled_and_not_only_text(demo: Demo) -> None:
    assert demo.value("select count(recalled_at) from messages") > 200
    wordless = "message_type not in ('text', 'system')"
    assert demo.value(f"select count(content) from messages where {wordless}") == 0
    assert demo.value("select count(distinct message_type) from messages") == 13
    repeats = """
        select count(*) - count(distinct (sender_id, group_id, content, sent_at[:10]))
        from messages where content is not null
    """
    assert demo.value(repeats) > 300


def test_slow_staff_answer_slowly_and_some_turns_stay_open(demo: Demo) -> None:
    answers = """
        with chat as (
            select
                sender_id, receiver_id, cast(sent_at as timestamp) as sent_at,
                lead(sender_id) over in_order as next_sender,
                lead(cast(sent_at as timestamp)) over in_order as next_at
            from messages
            where group_id is null
            window in_order as (
                partition by least(sender_id, receiver_id), greatest(sender_id, receiver_id)
                order by sent_at, message_id
            )
        )
        select receiver_id, median(epoch(next_at - sent_at)) as seconds
        from chat where sender_id like 'w%' and next_sender like 'zg%' group by 1
    """
    assert demo.value(f"select max(seconds) / min(seconds) from ({answers})") > 4
    asked = demo.value("select count(*) from messages where group_id is null and sender_id like 'w%'")
    answered = demo.value("select count(*) from messages where group_id is null and sender_id like 'zg%'")
    assert 0.5 < answered / asked < 1.5


def test_channels_differ_in_quality_and_cost(demo: Demo) -> None:
    stays = """
        select count(*) filter (left_at is null or left_at > joined_at + interval 30 day) / count(*)
        from (
            select
                member_id, arg_min(channel_id, occurred_at) as channel_id,
                min(cast(occurred_at as timestamp)) as joined_at
            from membership_events where event_type = 'join' group by 1
        ) left join (
            select member_id, min(cast(occurred_at as timestamp)) as left_at
            from membership_events where event_type = 'leave' group by 1
        ) using (member_id)
        where joined_at < '2026-05-30' and channel_id = '{}'
    """
    cost = """
        select sum(cast(cost_amount as double))
            / (select count(*) from membership_events where channel_id = '{0}' and event_type = 'join')
        from channel_spend where channel_id = '{0}'
    """
    assert demo.value(stays.format("ch_parcel")) > demo.value(stays.format("ch_xhs")) + 0.3
    assert demo.value(cost.format("ch_xhs")) > 3 * demo.value(cost.format("ch_parcel"))


def test_orders_add_up(demo: Demo) -> None:
    demo.connection.execute(
        """
        create or replace view amounts as
        select
            order_id, paid_at is not null as is_paid,
            cast(goods_amount as decimal(14, 2)) as goods,
            cast(discount_amount as decimal(14, 2)) as discount,
            cast(freight_amount as decimal(14, 2)) as freight,
            cast(paid_amount as decimal(14, 2)) as paid
        from orders
        """
    )
    wrong = """
        select count(*)
        from amounts
        join (
            select order_id, sum(cast(line_amount as decimal(14, 2))) as lines from order_items group by 1
        ) using (order_id)
        where lines <> goods or paid <> if(is_paid, goods - discount + freight, 0)
    """
    assert demo.value(wrong) == 0
    refunded = """
        select count(*)
        from amounts
        join (
            select order_id, sum(cast(refund_amount as decimal(14, 2))) as refunded from refunds group by 1
        ) using (order_id)
        where refunded > paid
    """
    assert demo.value(refunded) == 0
    for case in (
        "member_id is null",
        "member_id in (select id_value from identities)",
        "paid_at is null",
        "order_status = 'closed' and paid_at is not null",
        "member_id in (select member_id from members where member_type in ('staff', 'shill'))",
        "member_id not in (select member_id from membership_events union select id_value from identities)",
    ):
        assert demo.value(f"select count(*) from orders where {case}") > 5, case


def test_people_rejoin_invite_and_appear_under_other_ids(demo: Demo) -> None:
    rejoins = """
        select count(*) - count(distinct (group_id, member_id))
        from membership_events where event_type = 'join'
    """
    assert demo.value(rejoins) > 30
    assert demo.value("select count(inviter_id) from membership_events") > 100
    assert demo.value("select count(*) from messages where sender_id like 'wxid-%'") > 100
    first_is_leave = """
        select count(*) filter (first_event = 'leave')
        from (
            select arg_min(event_type, occurred_at) as first_event
            from membership_events group by group_id, member_id
        )
    """
    assert demo.value(first_is_leave) > 30


def test_many_leave_one_group_on_the_reported_evening(demo: Demo) -> None:
    report = demo.report
    until = report.mass_exit_at + timedelta(hours=3)
    evening = f"""
        from membership_events
        where event_type = 'leave' and group_id = '{report.mass_exit_group}'
            and cast(occurred_at as timestamp) between '{report.mass_exit_at}' and '{until}'
    """
    leaves = demo.value(f"select count(*) {evening}")
    assert leaves >= report.mass_exit_members >= 12
    most_elsewhere = (
        "select max(leaves) from (select count(*) as leaves from membership_events where event_type = 'leave'"
        f" and group_id <> '{report.mass_exit_group}' group by group_id, cast(occurred_at as date))"
    )
    assert leaves > 2 * demo.value(most_elsewhere)


def test_people_are_recognisably_invented(demo: Demo) -> None:
    assert (
        demo.value("select count(*) from members where not regexp_full_match(phone, '1990000[0-9]{4}')") == 0
    )
    assert demo.value("select count(phone) - count(distinct phone) from members") == 0
    for entity in ENTITIES.values():
        ids = [column.name for column in entity.columns if column.type == "id"]
        for column in ids:
            phones = f"select count(*) from {entity.name} where regexp_matches({column}, '1[3-9][0-9]{{9}}')"
            assert demo.value(phones) == 0, (entity.name, column)


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    reports = [
        write_demo(tmp_path / name / "canonical", "small", seed, last_day=date(2025, 3, 9), days=40)
        for name, seed in (("one", 3), ("two", 3), ("three", 4))
    ]
    assert reports[0].sha256 == reports[1].sha256
    assert reports[0].files == reports[2].files
    assert not set(reports[0].sha256[:3]) & set(reports[2].sha256[:3])
    assert (reports[0].first_day, reports[0].last_day) == (date(2025, 1, 29), date(2025, 3, 9))


def test_parquet_demo_holds_the_same_entities_in_monthly_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.demo import plan

    small = make_plan("small", 0)
    large = plan.replace(small, scale="large", file_format="parquet", customers=400, groups=8, talk=3_000)
    monkeypatch.setitem(plan._SIZES, "large", large)
    report = write_demo(tmp_path / "canonical", "large", days=70)
    assert {file.split("/")[1].split(".")[0] for file in report.files} == set(ENTITIES)
    assert [file for file in report.files if "/messages/" in file] == [
        "canonical/messages/2026-04.demo.parquet",
        "canonical/messages/2026-05.demo.parquet",
        "canonical/messages/2026-06.demo.parquet",
        "canonical/messages/late.demo.csv",
    ]
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select count(*) from '{tmp_path}/canonical/messages/*.parquet'"
        ).fetchone()
    assert found == (report.rows["messages"],)


def test_demo_lands_with_exactly_the_planted_rejects(demo: Demo, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, exports=demo.report.out.parent)
    settings.create_folders()
    landing = land_inbox(settings, Progress())
    landed = landing.with_status("landed")
    assert {outcome.path for outcome in landed} == set(demo.report.files)
    assert sum(outcome.rejected for outcome in landed) == demo.report.planted_rejects == 12
    assert not landing.with_status("refused")
    assert (
        sum(outcome.accepted for outcome in landed)
        == sum(demo.report.rows.values()) + demo.report.resent_rows
    )
    assert [outcome.path for outcome in landed if ".late." in outcome.path] == [
        file for file in demo.report.files if ".late." in file
    ]


def test_later_files_sort_after_what_they_correct(demo: Demo) -> None:
    files = list(demo.report.files)
    assert files == sorted(files)
    for file in files:
        if ".late." in file:
            assert files.index(file) > files.index(file.replace(".late.", "."))


def test_clearing_takes_the_demo_out_and_nothing_else(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    assert not has_demo(exports)
    assert clear_demo(exports) == []
    report = write_demo(exports / "canonical", days=20)
    own = exports / "canonical" / "orders.csv"
    own.write_text("order_id,ordered_at,order_status,paid_amount\n", encoding="utf-8")
    changed = exports / report.files[0]
    changed.write_text("changed by hand\n", encoding="utf-8")
    assert has_demo(exports)
    assert set(clear_demo(exports)) == set(report.sha256[1:])
    assert sorted(path.name for path in (exports / "canonical").iterdir()) == sorted([own.name, changed.name])
    assert not has_demo(exports)


def test_a_second_demo_replaces_the_first(tmp_path: Path) -> None:
    out = tmp_path / "canonical"
    first = write_demo(out, days=20)
    second = write_demo(out, seed=8, days=20)
    assert set(second.replaced_sha256) == set(first.sha256)
    on_disk = {f"canonical/{path.name}" for path in out.iterdir()}
    assert on_disk == set(second.files)


def test_vendors_tell_the_same_community_in_files_of_their_own(tmp_path: Path) -> None:
    one, two = (
        write_demo(tmp_path / name / "canonical", days=40, systems=("all",)) for name in ("one", "two")
    )
    assert one.sha256 == two.sha256
    assert one.rows == write_demo(tmp_path / "plain" / "canonical", days=40).rows
    assert one.systems == tuple(VENDORS)
    exports = tmp_path / "one"
    assert {path.name for path in exports.iterdir() if path.is_dir()} == {"canonical", *VENDORS}
    assert not (exports / "canonical" / "orders.demo.csv").exists()
    settings = load_settings(home=tmp_path / "home", exports=exports)
    settings.create_folders()
    landing = land_inbox(settings, Progress())
    landed = landing.with_status("landed")
    assert {outcome.path.partition("#")[0] for outcome in landed} == set(one.files)
    assert sum(outcome.rejected for outcome in landing.files) == 0
    assert set(clear_demo(exports)) == set(one.sha256)
    assert list(exports.iterdir()) == []


@pytest.mark.parametrize(
    "systems",
    [
        ("kuaituantuan",),
        ("weixin_shop", "kuaituantuan"),
        ("scrm",),
        ("wecom", "scrm", "chat_export", "youzan"),
    ],
    ids="-".join,
)
def test_each_order_is_told_once_whoever_tells(tmp_path: Path, systems: tuple[str, ...]) -> None:
    report = write_demo(tmp_path / "inbox" / "canonical", days=20, systems=systems)
    settings = load_settings(home=tmp_path / "home", exports=tmp_path / "inbox")
    settings.create_folders()
    landing = land_inbox(settings, Progress())
    assert not landing.with_status("refused")
    assert sum(outcome.rejected for outcome in landing.files) == 0
    key = {
        "canonical__orders": "order_id",
        "youzan__order_sheet": "order_id",
        "weixin_shop__orders": "order_id",
        "kuaituantuan__orders": "activity_title || '#' || participate_no",
        "kuaituantuan__order_sheet": "activity_title || '#' || participate_no",
    }
    with duckdb.connect(settings.private_db, read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
        told = [f"select {key[name]} from raw.{name}" for (name,) in tables if name in key]
        orders = connection.execute(f"select count(*) from ({' union '.join(told)})").fetchone()
    assert orders == (report.rows["orders"],)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"seed": -1}, "demo.E_SEED"),
        ({"last_day": date.today() + timedelta(days=1)}, "demo.E_LAST_DAY"),
        ({"systems": ("wecom", "wecon")}, "demo.E_SYSTEM"),
    ],
)
def test_impossible_wishes_are_refused_in_a_sentence(
    tmp_path: Path, arguments: dict[str, object], key: str
) -> None:
    with pytest.raises(ShequnError) as caught:
        write_demo(tmp_path / "canonical", **arguments)  # type: ignore[arg-type]
    assert (caught.value.key, caught.value.exit_code) == (key, EXIT_USAGE)
    assert not (tmp_path / "canonical").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ShequnError) as caught:
        write_demo(tmp_path / "file" / "canonical")
    assert caught.value.key == "demo.E_OUT"
    assert str(tmp_path / "file" / "canonical") in caught.value.text("zh")
