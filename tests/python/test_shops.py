"""What shops tell twice counts once, and whom they know by a phone alone."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from inboxes import Inbox

from orchestration.building.dbt import common_arguments, run_dbt
from orchestration.landing.vault import phone_keys, vault_key
from orchestration.progress import Progress

pytestmark = pytest.mark.usefixtures("parsed_once")

NOW = datetime(2026, 12, 1, 12)
STRANGER, BUYER = "13800000011", "13800000012"
HEADER = (
    "订单号,归属店铺,订单状态,订单创建时间,买家付款时间,商品金额合计,运费,店铺优惠合计,订单实付金额,"
    "全部商品名称,买家手机号,订单已退款金额"
)


def sheet(order_id: str, phone: str, status: str = "已完成", refunded: str = "") -> str:
    """One row of Youzan's order export."""
    return (
        f"{order_id},小店,{status},2026-11-01 10:00:00,2026-11-01 10:01:00,100.00,0.00,0.00,100.00,"
        f"茶叶(1件);面膜(2件);,{phone},{refunded}"
    )


def trade(order_id: str, status: str = "WAIT_SELLER_SEND_GOODS") -> dict[str, Any]:
    """The same order by Youzan's API."""
    return {
        "full_order_info": {
            "order_info": {
                "tid": order_id,
                "status": status,
                "created": "2026-11-01 10:00:00",
                "pay_time": "2026-11-01 10:01:00",
                "update_time": "2026-11-02 10:00:00",
                "refund_state": 0,
            },
            "buyer_info": {"buyer_id": 7, "buyer_phone": BUYER},
            "pay_info": {"total_fee": "100.00", "post_fee": "0.00", "payment": "100.00"},
            "orders": [
                {"oid": f"{order_id}1", "title": "茶叶", "num": 1, "payment": "60.00", "item_id": 31},
                {"oid": f"{order_id}2", "title": "面膜", "num": 2, "payment": "40.00", "item_id": 32},
            ],
        }
    }


def answer(*trades: dict[str, Any]) -> str:
    return json.dumps({"code": 200, "data": {"full_order_info_list": trades}}, ensure_ascii=False)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """A shop whose API told order E1 before the export, E2 after it; E3 to E5 stand in the export alone."""
    inbox = Inbox(tmp_path_factory.mktemp("shops"))
    inbox.write("youzan/1.json", answer(trade("E1")))
    rows = [
        sheet("E1", "138******12", refunded="40.00"),
        sheet("E2", "138******12", status="待发货"),
        sheet("E3", BUYER),
        sheet("E4", STRANGER),
        sheet("E5", "138******11"),
    ]
    inbox.write("youzan/2.csv", "\n".join([HEADER, *rows]) + "\n")
    inbox.write("youzan/3.json", answer(trade("E2", status="TRADE_SUCCESS")))
    inbox.write("canonical/members.csv", f"member_id,phone\nknown,{STRANGER}\n")
    inbox.land(now=NOW)
    models = ["+int_all_orders", "+int_all_order_items", "+int_all_refunds", "+int_identities"]
    run = run_dbt(
        inbox.settings,
        Progress(),
        [
            *("build", "--exclude-resource-type", "unit_test", "--select", *models),
            *common_arguments(inbox.settings, inbox.settings.target_dir),
        ],
    )
    assert run.return_code == 0, run.cause
    return inbox


def test_an_order_in_the_export_and_the_api_counts_once(inbox: Inbox) -> None:
    """The state is what landed last; the buyer is the API's, the shop the export's, whatever came first."""
    assert inbox.sql(
        "select order_id, member_id, shop_id, order_status, cast(paid_amount as varchar)"
        " from intermediate.int_all_orders where order_id in ('E1', 'E2') order by order_id"
    ) == [
        ("E1", "youzan:7", "小店", "completed", "100.00"),
        ("E2", "youzan:7", "小店", "completed", "100.00"),
    ]


def test_its_lines_are_those_of_the_api(inbox: Inbox) -> None:
    assert inbox.sql(
        "select order_id, line_number, product_id, quantity, cast(line_amount as varchar)"
        " from intermediate.int_all_order_items where order_id in ('E1', 'E2') order by all"
    ) == [
        (order_id, *line)
        for order_id in ("E1", "E2")
        for line in ((1, "youzan:31", 1, "60.00"), (2, "youzan:32", 2, "40.00"))
    ]


def test_lines_of_the_export_lead_to_the_items_of_the_api(inbox: Inbox) -> None:
    assert inbox.sql(
        "select line_number, product_id, quantity, line_amount"
        " from intermediate.int_all_order_items where order_id = 'E3' order by all"
    ) == [(1, "youzan:31", 1, None), (2, "youzan:32", 2, None)]


def test_a_refund_that_one_of_the_two_tells_is_one_row(inbox: Inbox) -> None:
    assert inbox.sql(
        "select refund_id, order_id, cast(refund_amount as varchar) from intermediate.int_all_refunds"
    ) == [("E1-refund", "E1", "40.00")]


def test_a_buyer_is_found_by_the_phone_alone(inbox: Inbox) -> None:
    """A phone that the API knows is that buyer; another is an account of its own; a masked one is nobody."""
    key = phone_keys(pa.array([STRANGER]), vault_key(inbox.settings))[0].as_py()
    assert inbox.sql(
        "select order_id, member_id from intermediate.int_all_orders"
        " where order_id in ('E3', 'E4', 'E5') order by order_id"
    ) == [("E3", "youzan:7"), ("E4", f"youzan-phone:{key[:16]}"), ("E5", None)]


def test_a_buyer_known_by_a_phone_is_the_member_who_states_it(inbox: Inbox) -> None:
    assert inbox.sql(
        "select member_id from intermediate.int_identities where id_value like 'youzan-phone:%'"
    ) == [("known",)]
