"""What the shop systems have in common: which of them sells what to whom, and who is known elsewhere."""

from __future__ import annotations

from collections.abc import Collection

LIVE_RENAMED = "case when {0} like 'live%' then '206' || lpad({0}[5:], 7, '0') else {0} end"
"""An expression that calls a live by the number that orders name; its dashboard's file bears it too."""


def order_tellers(chosen: Collection[str]) -> str:
    """A query for the one of the `chosen` systems that tells an order: `order_id`, `system`, NULL for none.

    What was bought in a 团 is 快团团's, what was sold in a live and every third of the rest the WeChat
    shop's, all else the first one's. 快团团 does not say when an order was placed: unpaid ones are others'.
    """
    shops = (
        ("activity_id is not null and paid_at is not null", "kuaituantuan"),
        ("live_id is not null or right(order_id, 1) in ('2', '5', '8')", "weixin_shop"),
        ("true", "youzan"),
        ("true", "weixin_shop"),
        ("paid_at is not null", "kuaituantuan"),
    )
    cases = [f"when {part} then '{name}'" for part, name in shops if name in chosen]
    teller = f"case {' '.join(cases)} end" if cases else "null"
    return f"select order_id, {teller}::varchar as system from orders"


def taken_by(system: str) -> dict[str, str]:
    """What the system tells in the place of canonical rows: its orders, and nothing that others know too."""
    told = f"order_id in (select order_id from order_tellers where system = '{system}')"
    return {"orders": told, "order_items": told, "refunds": told, "products": "false", "members": "false"}


def account_number(person: str) -> str:
    """An expression for the number under which shops know the person of a member id."""
    return f"""
        case regexp_extract({person}, '^[a-z]+')
            when 'wm' then 10000000 when 'st' then 20000000 when 'zg' then 20000000 else 30000000
        end + regexp_extract({person}, '[0-9]+$')::int
    """


def product_renamed(system: str, first: int) -> str:
    """An expression that calls a product of the community by the number that the shop gave it."""
    return f"case when {{0}} like 'p%' then '{system}:' || ({first} + {{0}}[2:]::int) else {{0}} end"


def orders_of(system: str) -> str:
    """A query for the orders that `system` tells, with buyer and sharer as persons.

    Both have an `…_number`, what the shop knows of them, and whether somebody else states the same of them.
    """
    return f"""
    with known_people as (
        select member_id, max(unionid) as unionid, max(phone) as phone
        from (
            select member_id, unionid, phone from wecom_members
            union all
            select member_id, unionid, phone from scrm_members
            union all
            select member_id, unionid, phone from members
            where member_id not in (select member_id from wecom_members)
                and member_id not in (select member_id from scrm_members)
        )
        group by member_id
    ),
    told as (
        select
            orders.* exclude (member_id, sharer_id), sharer_id as sharer,
            coalesce(identities.member_id, orders.member_id) as person, strftime(ordered_at, '%Y-%m') as month
        from orders
        join order_tellers using (order_id)
        left join identities on identities.id_value = orders.member_id
        where order_tellers.system = '{system}'
    )
    select
        told.*, people.unionid, people.phone, people.display_name, sharers.unionid as sharer_unionid,
        {account_number("person")} as buyer_number, {account_number("sharer")} as sharer_number,
        coalesce(known.unionid = people.unionid, false) as has_known_unionid,
        coalesce(known.phone = people.phone, false) as has_known_phone,
        coalesce(known_sharers.unionid = sharers.unionid, false) as has_known_sharer
    from told
    left join members as people on people.member_id = person
    left join known_people as known on known.member_id = person
    left join members as sharers on sharers.member_id = sharer
    left join known_people as known_sharers on known_sharers.member_id = sharer
    """
