"""Targets that name what nobody knows are refused with the nearest names; the others land."""

from __future__ import annotations

from pathlib import Path

import pytest
from inboxes import Inbox, outcome_of

from orchestration.landing.known_names import known_metrics

TARGETS = "canonical/kpi_targets.csv"
HEAD = "scorecard,period_type,period_start,scope_type,scope_id,metric_id,target,weight,direction\n"
GROUPS = "group_id,group_name,owner_staff_id\ng001,春日拼团1群,st1\ng002,夏日拼团2群,st2\n"
STAFF = "staff_id,staff_name,department\nst1,林小满,华东\n"
MESSAGES = "message_id,group_id,sender_id,sent_at,message_type\nm1,zz9,u1,2026-06-01 10:00:00,text\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    inbox = Inbox(tmp_path)
    inbox.write("canonical/groups.csv", GROUPS)
    inbox.write("canonical/staff.csv", STAFF)
    inbox.write("canonical/messages.csv", MESSAGES)  # after kpi_targets by name
    return inbox


def target(scope_type: str, scope_id: str, metric: str) -> str:
    return f"ops,month,2026-06-01,{scope_type},{scope_id},{metric},1,1,up\n"


@pytest.mark.parametrize(
    ("scope_type", "scope_id", "metric"),
    [
        ("all", "whatever", "leave_rate"),
        ("all", "", "gross_profit"),
        ("group", "g001", "orders"),
        ("group", "zz9", "orders"),
        ("owner", "st2", "orders"),
        ("owner", "unknown", "orders"),
        ("department", "华东", "return_on_ad_spend"),
        ("group_type", "service", "orders"),
    ],
)
def test_known_names_land(inbox: Inbox, scope_type: str, scope_id: str, metric: str) -> None:
    inbox.write(TARGETS, HEAD + target(scope_type, scope_id, metric))
    outcome = outcome_of(inbox.land(), TARGETS)
    assert (outcome.status, outcome.accepted, outcome.rejected) == ("landed", 1, 0)


@pytest.mark.parametrize(
    ("scope_type", "scope_id", "metric", "code", "column", "nearest"),
    [
        ("all", "all", "leave_rat", "E_UNKNOWN_METRIC", "metric_id", "leave_rate (退群率)"),
        ("all", "all", "退群率", "E_UNKNOWN_METRIC", "metric_id", "leave_rate (退群率)"),
        ("group", "g003", "orders", "E_UNKNOWN_SCOPE", "scope_id", "g001 (春日拼团1群)"),
        ("group", "夏日拼团", "orders", "E_UNKNOWN_SCOPE", "scope_id", "g002 (夏日拼团2群)"),
        ("group", "", "orders", "E_UNKNOWN_SCOPE", "scope_id", "g001"),
        ("owner", "g001", "orders", "E_UNKNOWN_SCOPE", "scope_id", "st1 (林小满)"),
        ("department", "华北", "no_such", "E_UNKNOWN_SCOPE", "scope_id", "华东"),
        ("group_type", "sales", "orders", "E_UNKNOWN_SCOPE", "scope_id", "content"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(
    inbox: Inbox, scope_type: str, scope_id: str, metric: str, code: str, column: str, nearest: str
) -> None:
    inbox.write(TARGETS, HEAD + target("all", "all", "orders") + target(scope_type, scope_id, metric))
    outcome = outcome_of(inbox.land(), TARGETS)
    assert (outcome.accepted, outcome.rejected) == (1, 1)
    ((line, found_code, found_column, reason, original),) = inbox.sql(
        "select line, code, column_name, reason, original from raw.rejected_rows"
    )
    assert (line, found_code, found_column) == (3, code, column)
    assert nearest in reason
    assert original == target(scope_type, scope_id, metric).strip()


@pytest.mark.parametrize(
    ("kind", "first", "other"),
    [
        ("week", "2026-06-01", "2026-06-07"),
        ("month", "2026-06-01", "2026-06-02"),
        ("quarter", "2026-04-01", "2026-05-01"),
        ("year", "2026-01-01", "2026-02-01"),
    ],
)
def test_a_target_of_no_period_is_refused(inbox: Inbox, kind: str, first: str, other: str) -> None:
    rows = [f"ops,{kind},{day},all,,orders,1,1,up\n" for day in (first, other)]
    inbox.write(TARGETS, HEAD + "".join(rows) + "ops,day,2026-06-03,all,,orders,1,1,up\n")
    outcome = outcome_of(inbox.land(), TARGETS)
    assert (outcome.accepted, outcome.rejected) == (2, 1)
    ((line, code, column, reason),) = inbox.sql(
        "select line, code, column_name, reason from raw.rejected_rows"
    )
    assert (line, code, column) == (3, "E_FIRST_DAY", "period_start")
    assert f"is {other}" in reason


def test_without_a_scope_column_a_target_of_a_group_names_nothing(inbox: Inbox) -> None:
    head = "scorecard,period_type,period_start,scope_type,metric_id,weight,direction\n"
    rows = "ops,month,2026-06-01,all,orders,1,up\nops,month,2026-06-01,group,orders,1,up\n"
    outcome = outcome_of(inbox.land(), TARGETS) if inbox.write(TARGETS, head + rows) else None
    assert outcome is not None and (outcome.accepted, outcome.rejected) == (1, 1)


def test_every_metric_of_the_catalogue_and_of_the_long_form_is_known() -> None:
    names = dict(known_metrics())
    assert names["leave_rate"] == "退群率"
    assert {"gross_profit", "memberships_start", "retention_rate"} <= set(names)
    assert not {"period_start", "scope_id", "is_partial"} & set(names)
