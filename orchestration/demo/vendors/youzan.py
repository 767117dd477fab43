"""The community's orders as the shop system Youzan (有赞) tells them.

There are order sheets of all months and the API's trades, without the first month's orders of one item, which
the sheet alone tells in full. A buyer is known there by a
buyer_id and, where he gave them, a phone and a unionid: by these he is recognised.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from orchestration.demo.vendors.community import Community, File, Row, Vendor
from orchestration.demo.vendors.forms import csv_line, json_line, pages
from orchestration.demo.vendors.shops import orders_of, product_renamed, taken_by

_PAGE = 100
_NOTHING = "——"
_SHOP = "团团好物"
_STATUSES = {
    "created": ("WAIT_BUYER_PAY", "待付款"),
    "paid": ("WAIT_SELLER_SEND_GOODS", "待发货"),
    "shipped": ("WAIT_BUYER_CONFIRM_GOODS", "已发货"),
    "completed": ("TRADE_SUCCESS", "交易完成"),
    "closed": ("TRADE_CLOSED", "交易关闭"),
}
_HEADER = [
    "订单号",
    "销售渠道",
    "归属店铺",
    "订单类型",
    "订单状态",
    "推广方式",
    "订单来源",
    "订单创建时间",
    "买家付款时间",
    "交易成功时间",
    "付款方式",
    "支付流水号",
    "商品金额合计",
    "运费",
    "店铺优惠合计",
    "应收订单金额",
    "订单实付金额",
    "支付优惠合计",
    "订单实收金额",
    "订单抵用积分数",
    "店铺优惠方式",
    "支付优惠方式",
    "全部商品名称",
    "商品种类数",
    "订单配送方式",
    "同城送达时间/提货时间",
    "收货人省份",
    "收货人城市",
    "收货人地区",
    "详细收货地址/提货地址",
    "收货人/提货人",
    "收货人手机号/提货人手机号",
    "买家备注",
    "订单星级",
    "买家昵称",
    "买家是否会员",
    "买家手机号",
    "下单网点",
    "收银员",
    "分销员",
    "销售导购",
    "专属导购",
    "订单退款状态",
    "订单已退款金额",
    "商家订单备注",
    "桌号",
    "挂账主体",
    "挂账手机号",
    "团长订单",
    "订单风险标签",
    "分销员",
    "分销员手机号",
    "订单佣金类型",
    "订单佣金金额",
    "订单下级卖货提成类型",
]

# Only what both a shop account and somebody known state joins them; sheets hide the phones of all others.
_TRADES = f"""
    with bought as ({orders_of("youzan")})
    select
        *, has_known_unionid or has_known_phone as is_known,
        month = (select min(month) from bought)
        and order_id not in (select order_id from order_items where line_number = 2) as is_sheet_only
    from bought
"""
_ORDERS = f"""
    select
        * exclude (shop_id, group_id, channel_id, activity_id, live_id, staff_id),
        '{_SHOP}' as shop_id,
        case
            when is_sheet_only then case when has_known_phone then person end
            when is_known then person
            else 'youzan:' || buyer_number
        end as member_id
    from ({_TRADES}) order by ordered_at, order_id
"""
# A sheet packs names alone: a name leads to the item that the API has sold.
_ITEMS = """
    with sold as (
        select
            items.*, product_name, is_sheet_only, goods_amount - discount_amount as order_amount
        from order_items as items
        join youzan_orders using (order_id)
        left join products using (product_id)
    )
    select
        order_id, line_number, quantity, product_name, line_amount as true_amount, product_id as item_id,
        case when is_sheet_only then order_amount else line_amount end as line_amount,
        case
            when product_id in (select product_id from sold where not is_sheet_only) then product_id
            else 'youzan:' || product_name
        end as product_id
    from sold order by order_id, line_number
"""
# What the sheet alone has sold; of all else the API says the list price that is kept by hand too.
_PRODUCTS = """
    select distinct product_id, product_name, null::decimal(14, 2) as list_price
    from youzan_order_items where product_id <> item_id order by product_id
"""
_REFUNDS = """
    select
        order_id || '-refund' as refund_id, order_id, sum(refund_amount) as refund_amount,
        case when is_sheet_only then paid_at else max(refunded_at) end as refunded_at
    from refunds join youzan_orders using (order_id)
    group by order_id, is_sheet_only, paid_at order by order_id
"""
# Buyers of whom the shop alone knows, and what it adds to those who are known elsewhere.
_MEMBERS = """
    select distinct member_id, 'customer' as member_type, unionid, phone
    from youzan_orders where not is_sheet_only and member_id is not null order by member_id
"""
_SHOPPING = """
    select *, (
        select list(struct_pack(line_number, item_id, items.product_name, quantity, true_amount, list_price)
            order by line_number)
        from youzan_order_items as items left join products on items.item_id = products.product_id
        where items.order_id = bought.order_id
    ) as lines, refund_amount, refunded_at
    from youzan_orders as bought left join youzan_refunds using (order_id)
    where month = ?
    order by ordered_at, order_id
"""


def _files(community: Community) -> Iterator[File]:
    for month in community.months():
        yield f"有赞订单_{month}.csv", _sheet(community, month)
        yield f"trades_{month}.jsonl", _trades(community, month)


def _text(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def _sheet(community: Community, month: str) -> Iterator[str]:
    """One month's order export: a byte order mark, packed goods, hidden phones, rows that stop early."""
    yield "\ufeff"
    yield csv_line(_HEADER)
    for number, order in enumerate(community.rows(_SHOPPING, month)):
        cells = _sheet_cells(order)
        row = [cells.get(header, _NOTHING) for header in _HEADER]
        yield csv_line(row[:-4] if number % 5 == 0 else row)


def _sheet_cells(order: Row) -> dict[str, Any]:
    due = order["goods_amount"] - order["discount_amount"] + order["freight_amount"]
    refunded = order["refund_amount"]
    return {
        "订单号": order["order_id"],
        "销售渠道": "网店",
        "归属店铺": _SHOP,
        "订单类型": "普通订单",
        "订单状态": _STATUSES[order["order_status"]][1],
        "订单来源": "小程序",
        "订单创建时间": _text(order["ordered_at"]),
        "买家付款时间": _text(order["paid_at"]) or _NOTHING,
        "付款方式": "微信支付" if order["paid_at"] else _NOTHING,
        "商品金额合计": order["goods_amount"],
        "运费": order["freight_amount"],
        "店铺优惠合计": order["discount_amount"],
        "应收订单金额": due,
        "订单实付金额": due if order["paid_at"] else "0.00",
        "支付优惠合计": "0.00",
        "订单实收金额": due if order["paid_at"] else "0.00",
        "全部商品名称": "".join(f"{line['product_name']}({line['quantity']}件);" for line in order["lines"]),
        "商品种类数": len(order["lines"]),
        "订单配送方式": "快递发货",
        "收货人手机号/提货人手机号": "199******00",
        "买家昵称": order["display_name"] or _NOTHING,
        "买家是否会员": "是" if order["is_known"] else "否",
        "买家手机号": _sheet_phone(order),
        "订单退款状态": "退款成功" if refunded else _NOTHING,
        "订单已退款金额": refunded or _NOTHING,
        "商家订单备注": "",
    }


def _sheet_phone(order: Row) -> str:
    phone = order["phone"]
    if not phone:
        return _NOTHING
    return (
        str(phone)
        if order["is_sheet_only"] and order["has_known_phone"]
        else f"{phone[:3]}******{phone[-2:]}"
    )


def _trades(community: Community, month: str) -> Iterator[str]:
    """One month's answers of trades.sold.get, a page a line."""
    orders = (order for order in community.rows(_SHOPPING, month) if not order["is_sheet_only"])
    for page in pages(orders, _PAGE):
        found = [{"full_order_info": _trade(order)} for order in page]
        yield json_line({"data": {"total_results": len(found), "full_order_info_list": found}})


def _trade(order: Row) -> Row:
    code, word = _STATUSES[order["order_status"]]
    due = order["goods_amount"] - order["discount_amount"] + order["freight_amount"]
    refunded = order["refund_amount"]
    info = {
        "tid": order["order_id"],
        "status": code,
        "status_str": word,
        "type": 0,
        "created": _text(order["ordered_at"]),
        "update_time": _text(order["refunded_at"] or order["paid_at"] or order["ordered_at"]),
        "pay_time": _text(order["paid_at"]),
        "refund_state": 0 if not refunded else 12 if refunded == order["paid_amount"] else 2,
        "order_tags": {"is_member": order["is_known"], "is_payed": order["paid_at"] is not None},
    }
    buyer = {
        "buyer_id": order["buyer_number"],
        "buyer_phone": order["phone"] or "",
        "unionid": order["unionid"] or "",
    }
    return {
        "order_info": info,
        "source_info": {"source": {"platform": "wx", "wx_entrance": "wx_gzh"}},
        "buyer_info": buyer if order["buyer_number"] else {"buyer_phone": ""},
        "pay_info": {
            "total_fee": str(order["goods_amount"]),
            "post_fee": str(order["freight_amount"]),
            "payment": str(due),
        },
        "remark_info": {"buyer_message": "", "star": 0, "trade_memo": ""},
        "orders": [_line(order["order_id"], line) for line in order["lines"]],
    }


def _line(order_id: str, line: Row) -> Row:
    return {
        "oid": f"{order_id}{line['line_number']:02d}",
        "title": line["product_name"],
        "num": line["quantity"],
        "price": str(line["list_price"]),
        "total_fee": str(line["true_amount"]),
        "payment": str(line["true_amount"]),
        "item_id": int(line["item_id"].removeprefix("youzan:")),
        "sku_id": 0,
        "sku_properties_name": "",
    }


VENDOR = Vendor(
    says={
        "orders": _ORDERS,
        "order_items": _ITEMS,
        "products": _PRODUCTS,
        "refunds": _REFUNDS,
        "members": _MEMBERS,
    },
    files=_files,
    takes=taken_by("youzan"),
    renames={"product_id": product_renamed("youzan", 30_000)},
)
