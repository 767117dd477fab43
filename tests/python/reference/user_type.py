"""mart_user_type: how a customer buys, and how much it talks, as docs/scores.md gives it."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta

from .orders import Order
from .tables import Table, columns
from .world import World


def user_type(world: World) -> Table:
    """One row per customer who ever was in a group."""
    table = Table(
        "marts", "mart_user_type", ("member_id",), columns("text: member_id user_type reason message_role")
    )
    first_paid = world.as_of - timedelta(days=world.parameters.rfm_window_days - 1)
    orders: dict[str, list[Order]] = defaultdict(list)
    for order in world.orders:
        if order.is_paid and order.member_id is not None and order.paid_date >= first_paid:
            orders[order.member_id].append(order)
    roles = _roles(world)
    for member_id in world.spans_of_member:
        kind, reason = _type(orders.get(member_id, []))
        table.rows.append(
            {
                "member_id": member_id,
                "user_type": kind,
                "reason": reason,
                "message_role": roles[member_id],
            }
        )
    return table


def _type(orders: list[Order]) -> tuple[str, str]:
    """User type and the rule that decided."""
    discounted = sum(_is_deeply_discounted(order) for order in orders)
    if len(orders) >= 2 and 10 * discounted >= 6 * len(orders):
        return "bargain", "mostly_discounted"
    if len({order.paid_date for order in orders}) >= 3:
        return "loyal", "repeat_purchases"
    return ("need", "has_bought") if orders else ("low_need", "no_purchase")


def _is_deeply_discounted(order: Order) -> bool:
    """At least a fifth of the goods' amount; an unknown amount is none."""
    goods, discount = order.goods_amount, order.discount_amount
    return goods is not None and discount is not None and goods > 0 and 5 * discount >= goods


def _roles(world: World) -> dict[str, str]:
    """By rank of valid messages in 90 days: the top hundredth, the top tenth, the rest."""
    first = world.as_of - timedelta(days=89)
    spoken = Counter(
        message.member_id for message in world.messages if message.is_valid and message.sent_date >= first
    )
    members = len(world.spans_of_member)
    counts = Counter(spoken.values())
    rank, rank_of_count = 1, {}
    for count in sorted(counts, reverse=True):
        rank_of_count[count] = rank
        rank += counts[count]
    roles = {}
    for member_id in world.spans_of_member:
        own_rank = rank_of_count.get(spoken[member_id])
        if own_rank is None or own_rank > -(-members // 10):
            roles[member_id] = "lurker"
        else:
            roles[member_id] = "heavy" if own_rank <= -(-members // 100) else "contributor"
    return roles
