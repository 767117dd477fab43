"""The community's group buying as 快团团 tells it: a 团 for each, and a shop for what is bought in none.

The API tells costs, and of a buyer an open_id alone, so whose that is somebody notes by hand. Some 团 have
sheets: of some orders of one piece of goods these alone, without a buyer; the others count once all the same.
跟团号 begins anew in each 团.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any

from orchestration.demo.vendors.community import Community, File, Row, Vendor
from orchestration.demo.vendors.forms import csv_line, fen, json_line, pages, unix_millis, write_workbook
from orchestration.demo.vendors.shops import orders_of, product_renamed, taken_by

_PAGE = 50
_SHEETS = 36
"""Of so many of the first 团 two in three have a sheet, and half of these some orders there alone."""
_FIRST_PRODUCT = 50_000
_ORDERS = f"""
    with bought as ({orders_of("kuaituantuan")}),
    rounds as (
        select
            coalesce(bought.activity_id, 'shop' || month) as round, bought.activity_id is null as is_shop,
            case
                when bought.activity_id is null then '90' || replace(month, '-', '')
                else '7' || right(bought.activity_id, 6)
            end as activity_no,
            case
                when bought.activity_id is null then '团团好物小店 ' || month
                else activity_name || ' 第' || right(bought.activity_id, 6)::int || '团'
            end as title,
            min(paid_at) as opened_at
        from bought left join activities using (activity_id)
        group by all
    ),
    ranked as (
        select
            * exclude (opened_at), row_number() over (order by is_shop, opened_at, round) - 1 as place
        from rounds
    ),
    placed as (
        select
            *, not is_shop and place < {_SHEETS} and place % 3 > 0 as has_sheet,
            has_sheet and place % 3 = 1 and order_id in (
                select order_id from order_items group by order_id having count(distinct product_id) = 1
            ) as is_sheet_only,
            place % 2 = 0 as has_supplies, 'oKTTdemo' || buyer_number as open_id,
            'oKTTdemo' || sharer_number as sharer_open_id,
            row_number() over (partition by round order by paid_at, order_id) as participate_no
        from bought join ranked on round = coalesce(activity_id, 'shop' || month)
    )
    select
        * exclude (
            order_id, ordered_at, goods_amount, discount_amount, freight_amount, activity_id, shop_id,
            group_id, channel_id, live_id, staff_id
        ),
        order_id as order_sn, activity_id as community_activity_id, discount_amount as discount,
        freight_amount as freight, paid_at as ordered_at,
        case when is_sheet_only then title || '#' || participate_no else order_id end as order_id,
        case when not is_sheet_only then 'kuaituantuan:' || open_id end as member_id,
        case when not is_sheet_only then 'kuaituantuan:' || sharer_open_id end as sharer_id,
        case when not is_sheet_only then goods_amount end as goods_amount,
        case when not is_sheet_only then discount_amount end as discount_amount,
        case when not is_sheet_only then freight_amount end as freight_amount,
        'kuaituantuan:' || case
            when bool_and(is_sheet_only) over (partition by round) then title else activity_no
        end as activity_id
    from placed order by paid_at, order_sn
"""
# In a sheet goods are known by their name, and one that the API sells has its number there too.
_ITEMS = f"""
    with lines as (
        select
            bought.order_id, items.line_number, product_name, quantity, line_amount, list_price, category,
            products.unit_cost, is_sheet_only, has_supplies, paid_amount,
            'kuaituantuan:' || ({_FIRST_PRODUCT} + right(product_id, 3)::int) as product_id
        from order_items as items
        join kuaituantuan_orders as bought on items.order_id = bought.order_sn
        left join products using (product_id)
    ),
    packed as (
        select
            order_id, product_name, product_id, has_supplies, any_value(paid_amount) as line_amount,
            sum(quantity)::bigint as quantity, any_value(unit_cost) as unit_cost
        from lines where is_sheet_only group by all
    )
    select * exclude (paid_amount) from lines where not is_sheet_only
    union all by name
    select
        order_id, 1 as line_number, product_name, quantity, line_amount, true as is_sheet_only,
        case when has_supplies then unit_cost end as unit_cost,
        case
            when product_id in (select product_id from lines where not is_sheet_only) then product_id
            else 'kuaituantuan:' || product_name
        end as product_id
    from packed
    order by order_id, line_number
"""
_PRODUCTS = """
    select
        product_id, product_name, max(category) as category, max(list_price) as list_price,
        max(unit_cost) as unit_cost
    from kuaituantuan_order_items group by all order by product_id
"""
# A sheet never says when money went back.
_REFUNDS = """
    select
        bought.order_id || '-refund' as refund_id, bought.order_id, sum(refund_amount) as refund_amount,
        case when is_sheet_only then paid_at else max(refunded_at) end as refunded_at
    from refunds join kuaituantuan_orders as bought on refunds.order_id = bought.order_sn
    group by bought.order_id, is_sheet_only, paid_at order by refund_id
"""
_ACTIVITIES = """
    select activity_id, title as activity_name, '团购' as activity_type, min(paid_at) as started_at
    from kuaituantuan_orders group by all order by activity_id
"""
_PARTICIPATIONS = """
    select activity_id, member_id, paid_at as participated_at, '跟团' as action
    from kuaituantuan_orders where member_id is not null order by participated_at, member_id
"""
_MEMBERS = """
    select member_id from kuaituantuan_orders where member_id is not null
    union select sharer_id from kuaituantuan_orders where sharer_id is not null order by member_id
"""
# Of every third buyer somebody has found out who it is.
_NOTES = """
    select distinct 'kuaituantuan_open_id' as id_type, member_id as id_value, person as member_id
    from kuaituantuan_orders where member_id is not null and buyer_number % 3 = 0 order by id_value
"""
_BUYING = """
    select *, (
        select list(
            struct_pack(product_id, product_name, category, quantity, line_amount, list_price, unit_cost)
            order by line_number
        )
        from kuaituantuan_order_items as items where items.order_id = bought.order_id
    ) as lines
    from kuaituantuan_orders as bought left join kuaituantuan_refunds using (order_id)
    where {} order by title, participate_no
"""
_SHEET = [
    "跟团号",
    "下单人",
    "团员备注",
    "支付时间",
    "团长备注",
    "商品",
    "分类",
    "数量",
    "订单金额",
    "退款金额",
    "订单状态",
    "自提点",
    "收货人",
    "联系电话",
    "详细地址",
    "楼号（如10）",
    "房号（如606）",
]
_SUPPLY_SHEET = [
    "跟团号",
    "商品",
    "规格",
    "数量",
    "商品成本价",
    "收货人",
    "联系电话",
    "省",
    "市",
    "区",
    "详细地址",
    "快递公司",
    "快递单号",
]
_WORDS = {"paid": "已支付", "shipped": "已发货", "completed": "已送达", "closed": "已退款"}
_SHIPPING = {"paid": 0, "shipped": 1, "completed": 3, "closed": 0}


def _files(community: Community) -> Iterator[File]:
    for month in community.months():
        yield f"orders_{month}.jsonl", _api_orders(community, month)
    for title, found in groupby(
        community.rows(_BUYING.format("has_sheet")), key=lambda order: str(order["title"])
    ):
        orders = list(found)
        if orders[0]["has_supplies"]:
            yield f"{title}/订单.csv", map(csv_line, _sheet(orders))
            yield f"{title}/供货.csv", map(csv_line, _supplies(orders))
        else:
            yield f"{title}.xlsx", partial(write_workbook, rows=_sheet(orders))


def _api_orders(community: Community, month: str) -> Iterator[str]:
    """One month's answers of pdd.ktt.order.list, a page a line; money in 分, times in milliseconds."""
    orders = community.rows(_BUYING.format("not is_sheet_only and month = ?"), month)
    for page in pages(orders, _PAGE):
        found = [_api_order(order) for order in page]
        yield json_line({"ktt_order_list_response": {"order_list": found, "total_count": len(found)}})


def _api_order(order: Row) -> Row:
    """An order that was cancelled does not say how much went back: all of it."""
    is_cancelled = order["order_status"] == "closed"
    left = Decimal(0) if is_cancelled else order["refund_amount"] or Decimal(0)
    lines = []
    for number, line in enumerate(order["lines"], 1):
        part = min(left, line["line_amount"])
        left -= part
        lines.append(_api_line(f"{order['order_sn']}-{number}", line, part))
    return {
        "activity_no": order["activity_no"],
        "activity_title": order["title"],
        "mall_activity_type": 1 if order["is_shop"] else 0,
        "participate_no": order["participate_no"],
        "order_sn": order["order_sn"],
        "inner_transaction_id": f"XP{order['order_sn']}",
        "open_id": order["open_id"] or "",
        "nick_name": order["display_name"] or "",
        "help_sell_open_id": order["sharer_open_id"] or "",
        "is_supplier": False,
        "cancel_status": 1 if is_cancelled else 0,
        "verification_status": 0,
        "shipping_status": _SHIPPING[order["order_status"]],
        "order_amount": fen(order["paid_amount"]),
        "discount_amount": fen(order["discount"]),
        "platform_discount_amount": 0,
        "shipping_amount": fen(order["freight"]),
        "refund_shipping_amount": fen(left),
        "theoretical_refund_amount": fen(order["refund_amount"] or Decimal(0)),
        "confirm_at": unix_millis(order["paid_at"]),
        "updated_at": unix_millis(order["refunded_at"] or order["paid_at"]),
        "custom_item_list": [{"name": "楼号", "value": str(order["participate_no"] % 20 + 1)}],
        "sub_order_list": lines,
    }


def _api_line(number: str, line: Row, refunded: Decimal) -> Row:
    found = {
        "sub_order_sn": number,
        "goods_id": int(line["product_id"].removeprefix("kuaituantuan:")),
        "goods_name": line["product_name"],
        "goods_specification": "",
        "category_name": line["category"] or "",
        "goods_number": line["quantity"],
        "goods_price": fen(line["list_price"]),
        "goods_amount": fen(line["line_amount"]),
        "real_goods_amount": fen(line["line_amount"]),
        "refund_goods_amount": fen(refunded),
    }
    return found if line["unit_cost"] is None else found | {"goods_purchase_price": fen(line["unit_cost"])}


def _sheet(orders: list[Row]) -> Iterator[list[Any]]:
    """A 团's orders: the header again where the next page was pasted below, and a row of totals."""
    for number, order in enumerate(orders):
        if number % 40 == 0:
            yield _SHEET
        cells = _sheet_cells(order)
        yield [cells.get(header, "") for header in _SHEET]
    total = sum(order["paid_amount"] for order in orders)
    yield ["合计", *[""] * 7, float(total), *[""] * 8]


def _sheet_cells(order: Row) -> Row:
    """Several goods stand in one cell, a line each; the nickname is cut as in the mini program."""
    lines = order["lines"]
    return {
        "跟团号": order["participate_no"],
        "下单人": order["display_name"] or "微信用户",
        "支付时间": _text(order["paid_at"]),
        "商品": "\n".join(f"{line['product_name']} x{line['quantity']}" for line in lines),
        "数量": sum(line["quantity"] for line in lines),
        "订单金额": float(order["paid_amount"]),
        "退款金额": float(order["refund_amount"]) if order["refund_amount"] else "—",
        "订单状态": _WORDS[order["order_status"]],
        "自提点": "小区门口",
        "收货人": "收货测试",
        "联系电话": "13900000009",
        "详细地址": "测试路 1 号",
        "楼号（如10）": order["participate_no"] % 20 + 1,
        "房号（如606）": 101,
    }


def _supplies(orders: list[Row]) -> Iterator[list[Any]]:
    """The sheet for the supplier: a row a piece of goods, with its cost."""
    yield _SUPPLY_SHEET
    for order in orders:
        for line in order["lines"]:
            cost = "" if line["unit_cost"] is None else line["unit_cost"]
            goods = [order["participate_no"], line["product_name"], "", line["quantity"], cost]
            yield [*goods, "收货测试", "13900000009", "浙江省", "杭州市", "西湖区", "测试路 1 号", "", ""]


def _text(moment: datetime) -> str:
    return f"{moment:%Y/%m/%d %H:%M:%S}"


_TAKEN = (
    "activity_id in (select community_activity_id from kuaituantuan_orders"
    " where community_activity_id is not null)"
)
VENDOR = Vendor(
    says={
        "orders": _ORDERS,
        "order_items": _ITEMS,
        "products": _PRODUCTS,
        "refunds": _REFUNDS,
        "activities": _ACTIVITIES,
        "activity_participations": _PARTICIPATIONS,
        "members": _MEMBERS,
    },
    files=_files,
    takes=taken_by("kuaituantuan") | dict.fromkeys(("activities", "activity_participations"), _TAKEN),
    renames={"product_id": product_renamed("kuaituantuan", _FIRST_PRODUCT)},
    notes={"identities": _NOTES},
)
