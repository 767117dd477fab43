"""Rejected rows that a later landing has brought right."""

from __future__ import annotations

from pathlib import Path

import pytest
from inboxes import Inbox

from orchestration.landing.ledger import rejected_rows

REFUNDS = "refund_id,order_id,refunded_at,refund_amount\n"
SOUND = "{0},o1,2026-03-01,1\n"
WRONG = "{0},o1,2026-03-01,x\n"
TAGS = "member_id,tag,tagged_at\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def open_rows(inbox: Inbox) -> list[tuple[str, int]]:
    return sorted((row["path"], row["line"]) for row in rejected_rows(inbox.settings))


def all_rows(inbox: Inbox) -> list[tuple[str, int]]:
    return sorted((row["path"], row["line"]) for row in rejected_rows(inbox.settings, with_mended=True))


def test_a_sound_row_of_the_key_brings_it_right_under_any_name(inbox: Inbox) -> None:
    inbox.land_one("canonical/refunds.a.csv", REFUNDS + WRONG.format("r1") + WRONG.format("r2") + "r3,o1\n")
    assert open_rows(inbox) == [("canonical/refunds.a.csv", line) for line in (2, 3, 4)]
    inbox.land_one("canonical/refunds.b.csv", REFUNDS + SOUND.format("r1") + SOUND.format("r3"))
    assert open_rows(inbox) == [("canonical/refunds.a.csv", 3), ("canonical/refunds.a.csv", 4)]
    assert len(all_rows(inbox)) == 3


def test_within_a_file_a_later_row_does_and_an_earlier_one_does_not(inbox: Inbox) -> None:
    rows = WRONG.format("r1") + SOUND.format("r1") + SOUND.format("r2") + WRONG.format("r2")
    inbox.land_one("canonical/refunds.csv", REFUNDS + rows)
    assert open_rows(inbox) == [("canonical/refunds.csv", 5)]


def test_another_content_of_its_path_replaces_the_whole_file(inbox: Inbox) -> None:
    inbox.land_one("canonical/refunds.csv", REFUNDS + "r1,o1\n" + WRONG.format("r2"))
    inbox.land_one("canonical/refunds.other.csv", REFUNDS + "r1,o1\n")
    inbox.land_one("canonical/refunds.csv", REFUNDS + WRONG.format("r3"))
    assert open_rows(inbox) == [("canonical/refunds.csv", 2), ("canonical/refunds.other.csv", 2)]
    assert len(all_rows(inbox)) == 4


def test_a_key_at_fault_is_no_key(inbox: Inbox) -> None:
    inbox.land_one("canonical/member_tags.a.csv", TAGS + "m1,茶,gestern\nm2,茶,\n,茶,\n")
    inbox.land_one("canonical/member_tags.b.csv", TAGS + "m1,茶,\nm2,茶,\n")
    assert open_rows(inbox) == [("canonical/member_tags.a.csv", 2), ("canonical/member_tags.a.csv", 4)]


def test_what_a_forgotten_landing_brought_right_is_open_again(inbox: Inbox) -> None:
    inbox.land_one("canonical/refunds.a.csv", REFUNDS + WRONG.format("r1"))
    both = "refund_id,order_id,refunded_at,refund_amount,member_id,tag\nr1,o1,2026-03-01,1,m1,茶\n"
    path = inbox.write("canonical/refunds.b.csv", both)
    inbox.land()
    assert open_rows(inbox) == []
    path.rename(path.with_name("member_tags.csv"))
    inbox.land()
    assert open_rows(inbox) == [("canonical/refunds.a.csv", 2)]


def test_a_ledger_of_earlier_code_is_read_and_goes_on(inbox: Inbox) -> None:
    import duckdb

    inbox.land_one("canonical/refunds.csv", REFUNDS + WRONG.format("r1"))
    with duckdb.connect(inbox.settings.private_db) as connection:
        connection.execute("alter table raw.rejected_rows drop column mended_by")
        connection.execute("alter table raw.rejected_rows drop column row_key")
    assert open_rows(inbox) == [("canonical/refunds.csv", 2)]
    inbox.land_one("canonical/refunds.csv", REFUNDS + SOUND.format("r1"))
    assert open_rows(inbox) == []
