"""Which files the gate takes, and that it takes each once."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from inboxes import NOW, OLD_SECONDS, Inbox, outcome_of

import orchestration.landing.inbox as inbox_module
from orchestration.errors import ShequnError
from orchestration.inbox import inbox_files
from orchestration.landing import gate, ledger
from orchestration.landing.catalogue import load_catalogue
from orchestration.messages import say
from orchestration.progress import Progress
from orchestration.settings import load_settings

REFUND = "refund_id,order_id,refunded_at,refund_amount\n{0},o1,2026-03-01 10:00:00,1.00\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def test_empty_inbox_makes_all_tables(inbox: Inbox) -> None:
    assert inbox.land().files == ()
    tables = set(inbox.column("select table_name from duckdb_tables() where schema_name = 'raw'"))
    assert {entity.table for entity in load_catalogue().entities} | {"files", "rejected_rows"} <= tables
    assert len(load_catalogue().systems["canonical"]) >= 23


def test_missing_inbox_is_named(inbox: Inbox) -> None:
    inbox.settings.exports.rmdir()
    with pytest.raises(ShequnError) as caught:
        inbox.land()
    assert caught.value.exit_code == 2
    assert str(inbox.settings.exports) in str(caught.value)


def test_places_that_are_recognised(inbox: Inbox) -> None:
    names = [
        "refunds.csv",
        "refunds.2026.07.csv",
        "refunds/七月 [1].csv",
        "refunds/2026/07.CSV",
        "refunds.'; drop.csv",
    ]
    for number, name in enumerate(names):
        inbox.write(f"canonical/{name}", REFUND.format(number))
    report = inbox.land()
    assert [outcome.status for outcome in report.files] == ["landed"] * len(names)
    assert [outcome.path for outcome in report.files] == sorted(f"canonical/{name}" for name in names)
    assert inbox.column("select path from raw.files order by load_seq") == [o.path for o in report.files]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("refunds.csv", "E_UNKNOWN_FILE"),
        ("refund_export/refunds.csv", "E_UNKNOWN_SYSTEM"),
        ("canonical/refund.csv", "E_UNKNOWN_ENTITY"),
        ("canonical/notes/refunds.csv", "E_UNKNOWN_ENTITY"),
        ("canonical/refunds.txt", "E_UNKNOWN_FORMAT"),
        ("canonical/refunds", "E_UNKNOWN_FORMAT"),
        ("canonical/refunds.et", "E_SPREADSHEET"),
        ("canonical/refunds.csv.gz", "E_ARCHIVE"),
        ("canonical/all.zip", "E_ARCHIVE"),
        ("youzan/dump.SQL", "E_UNKNOWN_FORMAT"),
        ("youzan/photo.png", "E_UNKNOWN_FORMAT"),
    ],
)
def test_names_that_are_refused(inbox: Inbox, path: str, code: str) -> None:
    inbox.write("canonical/refunds.good.csv", REFUND.format("good"))
    inbox.write(path, REFUND.format("r1"))
    for _ in range(2):
        outcome = outcome_of(inbox.land(), path)
        assert (outcome.status, outcome.code, outcome.params["path"]) == ("refused", code, path)
    assert inbox.column("select refund_id from raw.canonical__refunds") == ["good"]


def test_a_better_name_lands_the_same_content(inbox: Inbox) -> None:
    first = inbox.write("canonical/refund.csv", REFUND.format("r1"))
    inbox.land()
    first.rename(first.with_name("orders.csv"))
    assert inbox.land().files[0].code == "E_HEADER"
    first.with_name("orders.csv").rename(first.with_name("refunds.csv"))
    assert inbox.land().files[0].status == "landed"
    assert inbox.sql("select status, path from raw.files") == [("landed", "canonical/refunds.csv")]


def test_encrypted_workbook_says_so(inbox: Inbox) -> None:
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert inbox.land_one("canonical/refunds.xlsx", encrypted).code == "E_ENCRYPTED"
    assert outcome_of(inbox.land(), "canonical/refunds.xlsx").code == "E_ENCRYPTED"


def test_hidden_and_temporary_files_are_left_alone(inbox: Inbox) -> None:
    names = [
        ".demo.json",
        ".DS_Store",
        "canonical/~$refunds.xlsx",
        "canonical/refunds.csv.part",
        "canonical/Thumbs.db",
    ]
    names += ["canonical/.git/refunds.csv", "canonical/refunds.csv.crdownload", "canonical/.refunds.csv.swp"]
    for name in names:
        inbox.write(name, REFUND.format("r1"))
    assert {outcome.status for outcome in inbox.land().files} == {"ignored"}
    assert inbox.column("select count(*) from raw.files") == [0]


def test_what_is_no_file_is_refused_unread(inbox: Inbox) -> None:
    folder = inbox.settings.exports / "canonical"
    folder.mkdir()
    os.mkfifo(folder / "refunds.csv")
    (folder / "orders.csv").symlink_to(folder / "nowhere.csv")
    assert [outcome.code for outcome in inbox.land().files] == ["E_UNREADABLE"] * 2


def test_names_that_are_not_unicode(inbox: Inbox) -> None:
    folder = inbox.settings.exports / "canonical"
    folder.mkdir()
    path = os.fsencode(folder) + b"/refunds.\xcb\xcb.csv"
    Path(os.fsdecode(path)).write_text(REFUND.format("r1"))
    inbox.age(Path(os.fsdecode(path)))
    assert [outcome.status for outcome in inbox.land().files] == ["landed"]
    assert [outcome.status for outcome in inbox.land().files] == ["unchanged"]


def test_the_same_content_lands_once(inbox: Inbox) -> None:
    inbox.write("canonical/refunds.a.csv", REFUND.format("r1"))
    inbox.write("canonical/refunds.b.csv", REFUND.format("r1"))
    assert [outcome.status for outcome in inbox.land().files] == ["landed", "unchanged"]
    before = inbox.sql("select * from raw.canonical__refunds")
    (inbox.settings.exports / "canonical/refunds.a.csv").rename(
        inbox.settings.exports / "canonical/refunds.c.csv"
    )
    assert [outcome.status for outcome in inbox.land(now=NOW + timedelta(days=1)).files] == ["unchanged"] * 2
    assert inbox.sql("select * from raw.canonical__refunds") == before


# Channels and products at once: sound under either name.
BOTH = "channel_id,product_id,phone\nx1,y1,\n"


def rename(inbox: Inbox, before: str, after: str) -> None:
    (inbox.settings.exports / before).rename(inbox.settings.exports / after)


def test_content_that_is_renamed_lands_under_its_new_name(inbox: Inbox) -> None:
    inbox.write("canonical/orders.csv", "order_id,ordered_at,order_status,paid_amount\n")
    inbox.land_one("canonical/channels.csv", BOTH)
    rename(inbox, "canonical/channels.csv", "canonical/products.csv")
    outcome = outcome_of(inbox.land(), "canonical/products.csv")
    assert (outcome.status, outcome.entity, outcome.accepted) == ("landed", "products", 1)
    assert inbox.column("select channel_id from raw.canonical__channels") == []
    assert inbox.sql("select product_id, load_seq from raw.canonical__products") == [("y1", 3)]
    assert inbox.sql("select path, entity from raw.files where accepted > 0") == [
        ("canonical/products.csv", "products")
    ]
    assert {outcome.status for outcome in inbox.land().files} == {"unchanged"}


def test_renamed_members_leave_no_contacts(inbox: Inbox) -> None:
    inbox.land_one("canonical/members.csv", "member_id,phone,channel_id\nm1,19900000001,c1\n")
    rename(inbox, "canonical/members.csv", "canonical/channels.csv")
    assert inbox.land().files[0].status == "landed"
    with duckdb.connect(inbox.settings.vault_dir / "contacts.duckdb", read_only=True) as contacts:
        assert contacts.execute("select count(*) from contacts").fetchall() == [(0,)]
    assert inbox.column("select extra from raw.canonical__channels") == [
        '{"member_id": "m1", "phone": "199****0001"}'
    ]


def test_a_copy_under_another_entity_names_the_first(inbox: Inbox) -> None:
    inbox.write("canonical/channels.csv", BOTH)
    inbox.write("canonical/products.csv", BOTH)
    for status in ("landed", "unchanged"):
        first, second = inbox.land().files
        assert (first.status, second.status, second.code) == (status, "refused", "E_LANDED_ELSEWHERE")
        assert second.params == {"entity": "channels", "path": "canonical/channels.csv"}
    sentence = say("landing.E_LANDED_ELSEWHERE", "zh", **second.params)
    assert "canonical/channels.csv" in sentence and "channels" in sentence
    assert inbox.sql("select path, status from raw.files") == [("canonical/channels.csv", "landed")]
    inbox.write("canonical/channels.csv", BOTH.replace("x1", "x2"))
    assert [outcome.status for outcome in inbox.land().files] == ["landed", "landed"]
    assert inbox.column("select channel_id from raw.canonical__channels") == ["x2"]
    assert inbox.column("select product_id from raw.canonical__products") == ["y1"]


def test_a_landing_without_a_sound_row_gives_way(inbox: Inbox) -> None:
    text = "channel_id,product_id\n,y1\n"
    assert inbox.land_one("canonical/channels.csv", text).accepted == 0
    assert inbox.land_one("canonical/products.csv", text).accepted == 1
    assert inbox.column("select count(*) from raw.rejected_rows") == [0]
    outcomes = inbox.land().files
    assert [outcome.status for outcome in outcomes] == ["refused", "unchanged"]
    assert outcomes[0].params == {"entity": "products", "path": "canonical/products.csv"}


def test_two_landings_without_a_sound_row_do_not_alternate(inbox: Inbox) -> None:
    for name in ("channels", "products"):
        inbox.write(f"canonical/{name}.csv", "channel_id,product_id\n,\n")
    inbox.land()
    before = [inbox.sql(f"select * from raw.{table}") for table in ("files", "rejected_rows")]
    assert [outcome.code for outcome in inbox.land().files] == [None, "E_LANDED_ELSEWHERE"]
    assert [inbox.sql(f"select * from raw.{table}") for table in ("files", "rejected_rows")] == before


@pytest.mark.parametrize(("name", "code"), [("refunds.csv", "E_HEADER"), ("product.csv", "E_UNKNOWN_ENTITY")])
def test_a_new_name_that_is_refused_keeps_the_landing(inbox: Inbox, name: str, code: str) -> None:
    inbox.land_one("canonical/channels.csv", BOTH)
    rename(inbox, "canonical/channels.csv", f"canonical/{name}")
    for _ in range(2):
        assert inbox.land().files[0].code == code
    assert inbox.sql("select path, status from raw.files") == [("canonical/channels.csv", "landed")]
    assert inbox.column("select channel_id from raw.canonical__channels") == ["x1"]
    rename(inbox, f"canonical/{name}", "canonical/channels.b.csv")
    assert inbox.land().files[0].status == "unchanged"


def test_an_unchanged_inbox_is_not_read_again(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    path = inbox.write("canonical/refunds.csv", REFUND.format("r1"))
    inbox.write("canonical/orders.csv", REFUND.format("r1") + "\n")
    inbox.land()

    def no_reading(self: Path, *args: Any, **kwargs: Any) -> Any:
        assert not self.is_relative_to(inbox.settings.exports), f"{self} was opened"
        return open(self, *args, **kwargs)  # noqa: PTH123 the patched method would call itself

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", no_reading)
        assert [outcome.status for outcome in inbox.land().files] == ["refused", "unchanged"]
    path.write_text(REFUND.format("r2"))
    inbox.age(path)
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1))
    assert outcome_of(inbox.land(), "canonical/refunds.csv").status == "landed"


def test_refused_files_are_looked_at_again_by_another_gate(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.write("canonical/refunds.csv", "refund_id\n")
    inbox.land()
    inbox.write("canonical/refunds.b.csv", REFUND.format("r1"))
    inbox.land()
    monkeypatch.setattr(ledger, "GATE_VERSION", "next")
    assert [outcome.status for outcome in inbox.land().files] == ["unchanged", "refused"]
    versions = dict(inbox.sql("select status, gate_version from raw.files"))
    assert versions["refused"].startswith("next-") and not versions["landed"].startswith("next-")


def test_young_files_are_waited_for_once(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    growing = inbox.write("canonical/refunds.a.csv", REFUND.format("r1"), is_old=False)
    inbox.write("canonical/refunds.b.csv", REFUND.format("r2"), is_old=False)
    inbox.write("canonical/refunds.c.csv", REFUND.format("r3"))
    waits = []

    def write_on(seconds: float) -> None:
        waits.append(seconds)
        with growing.open("a") as file:
            file.write("r4,o1,2026-03-01,2\n")

    monkeypatch.setattr(inbox_module.time, "sleep", write_on)
    assert [outcome.status for outcome in inbox.land().files] == ["waiting", "landed", "landed"]
    assert waits == [inbox_module.WAIT_SECONDS]
    monkeypatch.setattr(inbox_module.time, "sleep", waits.append)
    outcome = inbox.land().files[0]
    assert (outcome.status, outcome.accepted) == ("landed", 2)


def test_a_file_that_changes_while_it_is_read_waits(inbox: Inbox) -> None:
    path = inbox.write("canonical/refunds.csv", REFUND.format("r1"))

    class Writer(Progress):
        def note(self, detail: str) -> None:
            with path.open("a") as file:
                file.write("r2,o1,2026-03-01,2\n")

    assert inbox.land(Writer()).files[0].status == "waiting"
    assert inbox.column("select count(*) from raw.canonical__refunds") == [0]
    inbox.age(path)
    assert inbox.land().files[0].accepted == 2


def test_entities_limit_the_pass(inbox: Inbox) -> None:
    inbox.write("canonical/refunds.csv", REFUND.format("r1"))
    inbox.write("canonical/channels.csv", "channel_id\nc1\n")
    inbox.write("notes.txt", "x")
    assert [outcome.entity for outcome in inbox.land(tables=["canonical__channels"]).files] == ["channels"]
    assert [outcome.status for outcome in inbox.land().files] == ["unchanged", "landed", "refused"]


def test_another_time_zone_is_not_mixed_in(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.land()
    monkeypatch.setenv("SHEQUN_TIMEZONE", "Europe/Berlin")
    inbox.settings = load_settings(home=inbox.settings.home)
    inbox.write("canonical/refunds.csv", REFUND.format("r1"))
    inbox.land()
    monkeypatch.setenv("SHEQUN_TIMEZONE", "Asia/Shanghai")
    inbox.settings = load_settings(home=inbox.settings.home)
    with pytest.raises(ShequnError) as caught:
        inbox.land()
    assert (caught.value.key, caught.value.exit_code) == ("landing.timezone_changed", 2)
    inbox.settings = replace(inbox.settings, business_timezone="Mars/Olympus")
    with pytest.raises(ShequnError) as caught:
        inbox.land()
    assert (caught.value.key, caught.value.exit_code) == ("landing.unknown_timezone", 2)


def test_future_events_are_rejected(inbox: Inbox) -> None:
    head = "order_id,ordered_at,paid_at,order_status,paid_amount\n"
    limit = NOW + timedelta(days=1)
    rows = [
        f"a,2026-01-01,{limit},paid,1",
        f"b,2026-01-01,{limit + timedelta(microseconds=1)},paid,1",
        f"c,2026-01-01,{limit + timedelta(days=9)},created,1",
        f"d,{limit + timedelta(days=9)},,created,1",
    ]
    outcome = inbox.land_one("canonical/orders.csv", head + "\n".join(rows))
    assert (outcome.accepted, outcome.rejected) == (3, 1)
    assert inbox.sql("select line, column_name, code from raw.rejected_rows") == [(3, "paid_at", "E_FUTURE")]


def test_late_rows_are_those_before_the_published_day(inbox: Inbox) -> None:
    text = "order_id,ordered_at,paid_at,order_status,paid_amount\n"
    rows = [
        "a,2026-01-01,2026-03-02,paid,1",
        "b,2026-03-01,,created,1",
        "c,2026-01-01,2026-03-01 23:59:59,paid,1",
    ]
    first = inbox.land_one("canonical/orders.a.csv", text + "\n".join(rows))
    assert first.rows_late == 0
    version = inbox.settings.published_dir / "v1"
    version.mkdir()
    (version / "manifest.json").write_text('{"as_of_date": "2026-03-02"}')
    inbox.settings.current_link.symlink_to(version)
    second = inbox.land_one("canonical/orders.b.csv", text + "\n".join(rows) + "\n")
    assert second.rows_late == 2
    assert inbox.column("select built_through_date from raw.files order by load_seq") == [
        None,
        date(2026, 3, 2),
    ]


def test_a_first_line_of_thousands_of_columns_is_no_header(inbox: Inbox) -> None:
    outcome = inbox.land_one("canonical/refunds.csv", "a," * 5000 + "\n")
    assert (outcome.status, outcome.code) == ("refused", "E_TOO_WIDE")


def test_read_helpers_and_forgetting(inbox: Inbox) -> None:
    inbox.write("canonical/members.csv", "member_id,phone\nm1,19900000001\n,1\n")
    inbox.write("canonical/refunds.csv", REFUND.format("r1"))
    report = inbox.land()
    assert [row["path"] for row in ledger.ledger(inbox.settings)] == [
        "canonical/members.csv",
        "canonical/refunds.csv",
    ]
    [reject] = ledger.rejected_rows(inbox.settings, 10)
    assert (reject["line"], reject["code"], reject["params"]) == (3, "E_REQUIRED", {"column": "member_id"})
    assert ledger.rejected_rows(inbox.settings, 0) == []
    ledger.forget_files(inbox.settings, [str(report.files[0].sha256)])
    assert [row["entity"] for row in ledger.ledger(inbox.settings)] == ["refunds"]
    assert ledger.rejected_rows(inbox.settings) == []
    assert inbox.column("select count(*) from raw.canonical__members") == [0]
    assert inbox.column("select count(*) from raw.canonical__refunds") == [1]
    assert [outcome.status for outcome in inbox.land().files] == ["landed", "unchanged"]


def test_helpers_before_the_first_landing(inbox: Inbox) -> None:
    with ledger.open_private(inbox.settings):
        pass
    assert ledger.ledger(inbox.settings) == []
    assert ledger.rejected_rows(inbox.settings) == []


def test_the_landing_is_stamped_in_business_time(inbox: Inbox) -> None:
    inbox.write("canonical/refunds.csv", REFUND.format("r1"))
    inbox.land(now=datetime.fromisoformat("2026-06-30T20:00:00+00:00"))
    assert inbox.column("select landed_at from raw.canonical__refunds") == [datetime(2026, 7, 1, 4)]
    assert OLD_SECONDS > inbox_module.YOUNG_SECONDS


def test_a_home_of_earlier_code_gets_the_columns_that_came_since(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.land_one("canonical/staff.csv", "staff_id,department\nS1,华东\n")
    with duckdb.connect(inbox.settings.private_db) as connection:
        connection.execute("alter table raw.canonical__staff drop column department")
    inbox.land_one("canonical/staff.more.csv", "staff_id,department\nS2,华南\n")
    rows = inbox.sql("select staff_id, department, system from raw.canonical__staff order by staff_id")
    assert rows == [("S1", None, "canonical"), ("S2", "华南", "canonical")]


@pytest.mark.parametrize("home", ["", "data"])
def test_a_home_in_its_own_inbox_is_no_part_of_it(tmp_path: Path, home: str) -> None:
    inbox = Inbox(tmp_path)
    inbox.settings = replace(inbox.settings, home=tmp_path / "inbox" / home, exports=tmp_path / "inbox")
    inbox.settings.create_folders()
    inbox.write("canonical/groups.csv", "group_id\ng1\n")
    for _ in range(2):
        assert [outcome.path for outcome in inbox.land().files] == ["canonical/groups.csv"]
    assert [path.name for path in inbox_files(inbox.settings)] == ["groups.csv"]


def test_a_long_log_is_put_in_its_place_with_the_memory_of_a_build(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    wal = Path(f"{inbox.settings.private_db}.wal")
    inbox.write("canonical/refunds.csv", REFUND.format(1))
    with gate.open_landing(inbox.settings, Progress()) as landing:
        limit = "select current_setting('memory_limit')"
        held = landing.connection.execute(limit).fetchall()
        gate.land_files(landing)
        long = wal.stat().st_size
        monkeypatch.setattr(gate, "_MOST_WAL_BYTES", long)
        inbox.write("canonical/refunds.2.csv", REFUND.format(2))
        assert [outcome.status for outcome in gate.land_files(landing)] == ["landed", "unchanged"]
        assert not wal.exists() or wal.stat().st_size < long / 2
        assert landing.connection.execute(limit).fetchall() == held
    assert not wal.exists()
    assert inbox.column("select refund_id from raw.canonical__refunds order by 1") == ["1", "2"]
