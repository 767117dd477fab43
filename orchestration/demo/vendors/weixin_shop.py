"""The community's orders as the WeChat shop (微信小店) tells them: answers for single orders, money in 分.

A buyer is an openid, known elsewhere where a unionid is stated. An order asked for again stands there
twice, and of some that were returned as a whole the after-sale order was never fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from orchestration.demo.vendors.community import Community, File, Row, Vendor
from orchestration.demo.vendors.forms import fen, json_line, unix_seconds
from orchestration.demo.vendors.shops import LIVE_RENAMED, orders_of, product_renamed, taken_by

_FIRST_PRODUCT = 40_000
_STATUSES = {"created": 10, "paid": 20, "shipped": 30, "completed": 100}
_WHOLLY_RETURNED, _NEVER_PAID = 200, 250
_ORDERS = f"""
    select
        * exclude (shop_id, group_id, channel_id, activity_id, staff_id),
        case when has_known_unionid then person else 'weixin:oWXdemo' || buyer_number end as member_id,
        case when has_known_sharer then sharer else 'weixin:oWXdemo' || sharer_number end as sharer_id,
        order_status = 'closed' and paid_at is not null and right(order_id, 1) = '5' as is_untold
    from ({orders_of("weixin_shop")}) order by ordered_at, order_id
"""
_ITEMS = f"""
    select
        order_id, line_number, quantity, line_amount, product_name, list_price,
        'weixin:' || ({_FIRST_PRODUCT} + right(product_id, 3)::int) as product_id
    from order_items join weixin_shop_orders using (order_id) left join products using (product_id)
    order by order_id, line_number
"""
_PRODUCTS = """
    select distinct product_id, product_name, list_price from weixin_shop_order_items order by product_id
"""
_REFUNDS = """
    select refund_id, order_id, refunded_at, refund_amount, reason
    from refunds join weixin_shop_orders using (order_id) where not is_untold
    union all by name
    select
        order_id || '-refund' as refund_id, order_id, max(refunded_at) as refunded_at,
        sum(refund_amount) as refund_amount
    from refunds join weixin_shop_orders using (order_id) where is_untold group by order_id
    order by refund_id
"""
# Whom the shop alone knows.
_MEMBERS = """
    select member_id, unionid from weixin_shop_orders where member_id like 'weixin:%'
    union
    select sharer_id, sharer_unionid from weixin_shop_orders where sharer_id like 'weixin:%'
    order by member_id
"""
_SHOPPING = """
    select *, (
        select list(struct_pack(product_id, product_name, quantity, line_amount, list_price)
            order by line_number)
        from weixin_shop_order_items as items where items.order_id = bought.order_id
    ) as lines, (
        select max(refunded_at) from weixin_shop_refunds as refunds where refunds.order_id = bought.order_id
    ) as refunded_at
    from weixin_shop_orders as bought where month = ? order by ordered_at, order_id
"""
_RETURNS = """
    select refunds.*, paid_at
    from weixin_shop_refunds as refunds join weixin_shop_orders using (order_id)
    where month = ? and not is_untold order by refunded_at, refund_id
"""


def _files(community: Community) -> Iterator[File]:
    for month in community.months():
        yield f"orders_{month}.jsonl", _orders(community, month)
        yield f"after_sales_{month}.jsonl", _after_sales(community, month)


def _orders(community: Community, month: str) -> Iterator[str]:
    """One month's answers of order/get, an order a line; some were asked for before they changed."""
    for number, order in enumerate(community.rows(_SHOPPING, month)):
        answer = _order(order)
        if number % 9 == 0 and order["paid_at"]:
            early = {"status": _STATUSES["paid"], "update_time": unix_seconds(order["paid_at"])}
            yield json_line({"errcode": 0, "errmsg": "ok", "order": answer | early})
        yield json_line({"errcode": 0, "errmsg": "ok", "order": answer})


def _order(order: Row) -> Row:
    paid_at = order["paid_at"]
    due = order["goods_amount"] - order["discount_amount"] + order["freight_amount"]
    detail: Row = {
        "product_infos": [_line(line) for line in order["lines"]],
        "pay_info": {
            "prepay_id": "",
            "prepay_time": unix_seconds(order["ordered_at"]),
            "pay_time": unix_seconds(paid_at) if paid_at else 0,
            "transaction_id": f"42000{order['order_id'][1:]}" if paid_at else "",
        },
        "price_info": {
            "product_price": fen(order["goods_amount"]),
            "order_price": fen(due),
            "freight": fen(order["freight_amount"]),
            "discounted_price": fen(order["discount_amount"]),
            "merchant_receieve_price": fen(due),
        },
        "ext_info": {
            "customer_notes": "",
            "merchant_notes": "",
            "live_id": order["live_id"] or "0",
            "order_scene": 2 if order["live_id"] else 1,
        },
        "commission_infos": [],
        "source_info": {"account_type": 1, "account_id": "sphdemo", "sale_channel": 0},
    }
    if order["sharer_number"]:
        sharer = {"sharer_openid": f"oWXdemo{order['sharer_number']}", "sharer_type": 0, "share_scene": 1}
        detail["sharer_info"] = sharer | {"sharer_unionid": order["sharer_unionid"] or ""}
    changed_at = order["refunded_at"] or paid_at or order["ordered_at"]
    return {
        "order_id": order["order_id"],
        "status": _status(order),
        "openid": f"oWXdemo{order['buyer_number']}" if order["buyer_number"] else "",
        "unionid": order["unionid"] or "",
        "create_time": unix_seconds(order["ordered_at"]),
        "update_time": unix_seconds(changed_at),
        "order_detail": detail,
    }


def _status(order: Row) -> int:
    if order["order_status"] == "closed":
        return _WHOLLY_RETURNED if order["paid_at"] else _NEVER_PAID
    return _STATUSES[order["order_status"]]


def _line(line: Row) -> Row:
    number = line["product_id"].removeprefix("weixin:")
    return {
        "product_id": number,
        "sku_id": f"{number}1",
        "sku_cnt": line["quantity"],
        "title": line["product_name"],
        "sale_price": fen(line["list_price"]),
        "real_price": fen(line["line_amount"]),
        "sku_code": "",
        "out_product_id": "",
        "is_free_gift": False,
    }


def _after_sales(community: Community, month: str) -> Iterator[str]:
    """After-sale orders of one month's orders; some had one before that was withdrawn."""
    for number, refund in enumerate(community.rows(_RETURNS, month)):
        done = unix_seconds(refund["refunded_at"])
        asked = unix_seconds(max(refund["paid_at"], refund["refunded_at"] - timedelta(days=1)))
        head = {"order_id": refund["order_id"], "create_time": asked, "reason_text": refund["reason"]}
        amount = {"refund_info": {"amount": fen(refund["refund_amount"])}}
        state = {"after_sale_order_id": refund["refund_id"], "status": "MERCHANT_REFUND_SUCCESS"}
        times = {"type": "REFUND", "update_time": done, "complete_time": done}
        if number % 3 == 0:
            state["status"], times["type"] = "MERCHANT_RETURN_SUCCESS", "RETURN"
        if number % 4 == 0:
            withdrawn = {"after_sale_order_id": f"{refund['refund_id']}0", "status": "USER_CANCELD"}
            yield _answer({**withdrawn, **head, **amount, "type": "REFUND", "update_time": asked})
        yield _answer({**state, **head, **amount, **times})


def _answer(after_sale: Row) -> str:
    return json_line({"errcode": 0, "errmsg": "ok", "after_sale_order": after_sale})


VENDOR = Vendor(
    says={
        "orders": _ORDERS,
        "order_items": _ITEMS,
        "products": _PRODUCTS,
        "refunds": _REFUNDS,
        "members": _MEMBERS,
    },
    files=_files,
    takes=taken_by("weixin_shop"),
    renames={"product_id": product_renamed("weixin", _FIRST_PRODUCT), "live_id": LIVE_RENAMED},
)
