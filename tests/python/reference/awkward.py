"""Random exports that are awkward on purpose: few ids, few clock times, much that collides.

The same seed writes the same files. All people in them are invented.
"""

from __future__ import annotations

import csv
import json
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .calendar import period_start
from .contract import ENTITIES, SYSTEM

Record = dict[str, str]

# Midnight, the last microsecond of a day, and a few times that many events share.
CLOCK = (
    time(0),
    time(0, 0, 0, 1),
    time(8, 30),
    time(12),
    time(12, 0, 1),
    time(20, 15, 30),
    time(23, 59, 59, 999999),
)
# Repeats, texts that differ only by white space or case, texts without letter or digit, odd scripts.
TEXTS = (
    "好", " 好", "好\u3000", "早上好", "Yes", "yes", "3", "３", "٣", "👍", "!!!", "……", "Ⅷ", "½", "",
    "a,b", 'say "hi"', "第一行\n第二行", "é", "ー", "_",
    # What people write: shortened links, mentions, emoji codes, full width, prices, telephone numbers.
    "团长，今天的拼团几点截单？", "@小满 到手价多少呀 https://t.cn/A6b?x=团购", "[微笑]谢谢团长，已下单了🎉",
    "ＶＩＰ优惠券满减怎么用", "vip优惠券还能用吗", "包邮吗？我要2份，13800000001联系", "收到收到，明天自提",
    "这次的打卡活动真好，打卡打卡", "@所有人 春日上新，秒杀价39.9元！", "www.example.cn 看看",
    "哈哈哈哈", "好的好的",
    "快团团接龙\n1. 小雨 两份草莓\n2. 阿青 一份草莓", "草莓很甜，孩子喜欢吃草莓", "OK", "20240301",
)  # fmt: skip
TYPES = ("text",) * 8 + ("image", "voice", "red_packet", "emotion", "check_in", "system", "other")
CHANNELS = ("c1", "c2", "c3", "")
STAGES = ("launch", "growth", "mature", "")
# Metrics that a target may name and one that it may not.
TARGETED = (
    "orders",
    "leave_rate",
    "messages",
    "buyers",
    "net_sales",
    "repurchase_rate",
    "churn_risk",
    "nonsense",
)
LIVES = ("l1", "l2", "l3", "l4")
# The group that people leave in masses, and how many days that goes on.
RESTLESS_GROUP, RESTLESS_DAYS, MASS_EXIT_DAYS = "g-restless", 55, (20, 45)
RESTLESS_PEOPLE = tuple(f"q{number:02}" for number in range(30))


@dataclass(frozen=True)
class Size:
    """How much is written: the days of the history, and events per entity."""

    days: int = 90
    events: int = 280
    groups: int = 6
    members: int = 25


class Awkward:
    """Writes one awkward export.

    Args:
        seed: Same seed, same files.
        size: How much.
        first_day: First day of the history.
    """

    def __init__(self, seed: int, size: Size, first_day: date) -> None:
        self.random = random.Random(seed)
        self.size = size
        self.first_day = first_day
        self.groups = [f"g{number}" for number in range(1, size.groups + 1)]
        self.members = [f"m{number:02}" for number in range(1, size.members + 1)]
        # a01 and a02 are other ids of m01 and m02, a03 leads to a01 and no further, a04 leads to staff.
        self.aliases = {"a01": "m01", "a02": "m02", "a03": "a01", "a04": "m-staff1", "m25": "m05"}
        # A trainee is staff by member_type alone.
        self.staff_people = ["m-staff1", "m-staff2", "m-bot", "m-shill", "m-trainee"]
        self.people = self.members + list(self.aliases) + self.staff_people
        self.activities = {f"act{number}": self.pick(("", *self.groups)) for number in range(1, 7)}
        self.message_ids = ["p0001", "nowhere", ""]

    def pick(self, choices: tuple[str, ...] | list[str]) -> str:
        return self.random.choice(choices)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def moment(self, first: int = 0) -> datetime:
        """A random moment from day `first` of the history on; weekdays repeat, clock times collide."""
        day = self.first_day + timedelta(days=self.random.randrange(first, self.size.days))
        return datetime.combine(day, self.random.choice(CLOCK))

    def written(self, moment: datetime) -> str:
        """The moment (business time, UTC+8) in one of the spellings an export may use."""
        style = self.random.randrange(5)
        if style == 0:
            return (moment - timedelta(hours=8)).isoformat() + "Z"
        if style == 1:
            return (moment - timedelta(hours=13)).isoformat() + "-05:00"
        if style == 2:
            return moment.isoformat() + "+08:00"
        if style == 3 and moment.time() == time(0):
            return moment.date().isoformat()
        return moment.isoformat(sep=" ")

    def stable(self, choices: tuple[str, ...], *of: object) -> str:
        """A choice that depends on nothing but `of`, so that two rows of one event agree."""
        return choices[zlib.crc32(repr(of).encode()) % len(choices)]

    def person(self, member_id: str) -> str:
        return self.aliases.get(member_id, member_id)

    def repeated(self, count: int, make: Callable[[int], Record]) -> list[Record]:
        return [make(number) for number in range(count)]

    # The entities.

    def group_rows(self) -> list[Record]:
        rows = []
        for number, group_id in enumerate(self.groups[:-1]):
            created = self.moment() if self.chance(0.6) else None
            dissolved = self.moment(self.size.days // 2) if number % 3 == 1 else None
            if dissolved and created and created >= dissolved:
                created = None
            rows.append(
                {
                    "group_id": group_id,
                    "group_name": f"春日{number}群" if number != 2 else "",
                    "stage": self.pick(STAGES),
                    "group_type": self.pick(("conversion", "content", "service", "")),
                    "owner_staff_id": self.pick(("s1", "s2", "s3", "s9", "")),
                    "created_at": self.written(created) if created else "",
                    "dissolved_at": self.written(dissolved) if dissolved else "",
                }
            )
        return [{**rows[0], "group_type": "other", "dissolved_at": ""}, *rows]

    def member_rows(self) -> list[Record]:
        rows = [
            self.profile() | {"member_id": member_id, "member_type": self.pick(("customer", "customer", ""))}
            for member_id in self.members
            if self.chance(0.85)
        ]
        kinds = {
            "m-staff1": "staff",
            "m-staff2": "customer",
            "m-bot": "bot",
            "m-shill": "shill",
            "m-trainee": "staff",
            "a02": "bot",
        }
        rows += [self.profile() | {"member_id": name, "member_type": kind} for name, kind in kinds.items()]
        self.random.shuffle(rows)
        return [*rows, self.profile() | {"member_id": "m03", "member_type": "agent"}]

    def profile(self) -> Record:
        """What is known of a person, which is often nothing."""
        return {
            "unionid": self.pick(("", f"u{self.random.randrange(99)}")),
            "phone": self.pick(("", "13800000001")),
            "gender": self.pick(("", "unknown", "female", "male")),
            "city": self.pick(("", "杭州")),
            "birthday": self.pick(("", "1990-05-01")),
        }

    def identity_rows(self) -> list[Record]:
        rows = [
            {"id_type": "wecom", "id_value": alias, "member_id": person}
            for alias, person in self.aliases.items()
        ]
        return [{"id_type": "phone", "id_value": "a01", "member_id": "m09"}, *rows]

    def staff_rows(self) -> list[Record]:
        return [
            {"staff_id": "s1", "staff_name": "甲", "department": "华东", "member_id": "a04"},
            {"staff_id": "s2", "staff_name": "乙", "department": "", "member_id": "m-staff2"},
            {"staff_id": "s3", "staff_name": "丙", "department": "华东", "member_id": ""},
            {"staff_id": "s4", "staff_name": "丁", "department": "华南", "member_id": "m-staff2"},
        ]

    def membership_event(self, number: int) -> Record:
        group_id, member_id, moment = self.pick(self.groups), self.pick(self.people), self.moment()
        kind, channel_id = self.pick(("join", "join", "leave")), self.pick(CHANNELS)
        pair = (group_id, self.person(member_id), moment)
        is_join = kind == "join"
        return {
            "group_id": group_id,
            "member_id": member_id,
            "event_type": kind,
            "occurred_at": self.written(moment),
            "channel_id": channel_id if is_join else "",
            "scene": self.stable(("scan", "invite", ""), *pair, channel_id) if is_join else "",
            "script_id": self.stable(("w1", ""), *pair, channel_id, "script") if is_join else "",
            "inviter_id": self.stable(self.inviters(member_id), *pair, channel_id) if is_join else "",
            "leave_reason": "" if is_join else self.stable(("removed", "left", ""), *pair),
        }

    def inviters(self, member_id: str) -> tuple[str, ...]:
        """Customers, an alias, staff, an unknown id, and the member itself."""
        return "m01", "a02", "m03", "m-staff1", "u-unknown", self.person(member_id), ""

    def restless_events(self) -> list[Record]:
        """Comings and goings of one group: quiet weeks, then a few each day, and twice a mass exit."""
        rows = []

        def add(kind: str, day: int, count: int) -> None:
            at = self.first_day + timedelta(days=day)
            for member_id in self.random.sample(RESTLESS_PEOPLE, count):
                moment = datetime.combine(at, self.random.choice(CLOCK))
                rows.append(
                    {
                        "group_id": RESTLESS_GROUP,
                        "member_id": member_id,
                        "event_type": kind,
                        "occurred_at": self.written(moment),
                        "channel_id": "",
                        "scene": self.stable(("qr", "link", "drift", ""), member_id, moment),
                    }
                )

        add("join", 1, 30)
        for day in range(2, RESTLESS_DAYS):
            # Nobody leaves before the first mass exit, so that nothing is known of what is usual.
            usual = (0,) if day < MASS_EXIT_DAYS[0] else (0, 0, 0, 1) if day < 30 else (1, 3, 5)
            is_mass_exit = day in MASS_EXIT_DAYS
            add("leave", day, 14 if is_mass_exit else self.random.choice(usual))
            add("join", day, 25 if is_mass_exit else self.random.choice((0, 2, 6)))
        return rows

    def group_message(self, number: int) -> Record:
        group_id, moment = self.pick((*self.groups, "g1", "g1", "g1")), self.moment()
        if self.is_quiet(group_id, moment):
            group_id, moment = "g1", self.moment()
        recalled = moment + timedelta(minutes=self.random.randrange(3)) if self.chance(0.08) else None
        return {
            "message_id": f"x{self.random.randrange(10**6):06}-{number}",
            "group_id": group_id,
            "sender_id": self.pick((*self.people, "m01", "m01", "m01", "m04", "m04")),
            "receiver_id": "",
            "sent_at": self.written(moment),
            "message_type": self.pick(TYPES),
            "content": self.pick(TEXTS),
            "recalled_at": self.written(recalled) if recalled else "",
        }

    def is_quiet(self, group_id: str, moment: datetime) -> bool:
        """Two weeks in which nearly nobody writes, and five weeks in which the third group sleeps."""
        share = (moment.date() - self.first_day).days / self.size.days
        return (0.6 < share < 0.78 and self.chance(0.9)) or (group_id == "g3" and 0.2 < share < 0.58)

    def private_message(self, number: int) -> Record:
        # Two dense stretches, so that turns, silences and ties come up often.
        day = self.random.choice((self.size.days // 2, self.size.days - 8)) + self.random.randrange(8)
        moment = datetime.combine(self.first_day + timedelta(days=day), self.random.choice(CLOCK))
        moment += timedelta(seconds=self.random.choice((0, 0, 299, 300, 301)))
        ends = [
            self.pick(["m01", "a01", "m02", "m03", "m-bot"]),
            self.pick([*self.staff_people, "a04", "m-staff1", "m-staff2"]),
        ]
        self.random.shuffle(ends)
        row = self.group_message(number)
        return row | {
            "group_id": "",
            "message_id": f"p{number:04}",
            "sender_id": ends[0],
            "receiver_id": ends[1],
            "sent_at": self.written(moment),
        }

    def message_rows(self) -> list[Record]:
        rows = self.repeated(self.size.events, self.group_message) + self.repeated(240, self.private_message)
        self.message_ids += [row["message_id"] for row in self.random.sample(rows, 30)]
        again = [
            {**row, "content": "改过的话", "message_type": "text"} for row in self.random.sample(rows, 12)
        ]
        return [*rows, *again, {**rows[0], "message_id": "bad", "sent_at": "昨天"}]

    def action(self, number: int) -> Record:
        return {
            "message_id": self.pick(self.message_ids),
            "group_id": self.pick(("", "", *self.groups)),
            "actor_id": self.pick(self.people),
            "action": self.pick(("like", "forward", "click")),
            "occurred_at": self.written(self.moment()),
        }

    def activity_rows(self) -> list[Record]:
        rows = []
        for activity_id, group_id in self.activities.items():
            start = self.moment()
            # Some last beyond the last day that is counted.
            length = self.random.choice((None, timedelta(0), timedelta(hours=3), timedelta(days=40)))
            rows.append(
                {
                    "activity_id": activity_id,
                    "group_id": group_id,
                    "started_at": self.written(start),
                    "ended_at": "" if length is None else self.written(start + length),
                    "cost_amount": self.pick(("", "0", "50", "200.555")),
                    "topic_keywords": self.pick(("", "打卡|草莓", " ＶＩＰ | 春日上新", "拼团||茶")),
                }
            )
        later = self.first_day + timedelta(days=self.size.days + 9)
        return [
            *rows,
            {
                **rows[0],
                "activity_id": "act-later",
                "started_at": later.isoformat(),
                "topic_keywords": "自提",
            },
        ]

    def participation(self, number: int) -> Record:
        return {
            "activity_id": self.pick((*self.activities, "act-unknown")),
            "member_id": self.pick(self.people),
            "group_id": self.pick(("", "", *self.groups)),
            "participated_at": self.written(self.moment()),
            "action": self.pick(("sign_up", "")),
        }

    def firsts(self) -> list[Record]:
        """First participations of some members, in two activities at one instant."""
        moment = self.written(datetime.combine(self.first_day, CLOCK[2]))
        return [
            {"activity_id": activity_id, "member_id": member_id, "participated_at": moment, "action": ""}
            for member_id in self.members[:8]
            for activity_id in self.random.sample(sorted(self.activities), 2)
        ]

    def spend(self, number: int) -> Record:
        return {
            "spend_date": self.moment().date().isoformat(),
            "channel_id": self.pick(("c1", "c2", "c4")),
            "campaign_id": self.pick(("k1", "")),
            "cost_kind": self.pick(("ad", "labor", "")),
            "cost_amount": f"{self.random.randrange(0, 30000) / 1000}",
            "impressions": self.pick(("", "0", "100", "250")),
            "clicks": self.pick(("", "7")),
            "invited": self.pick(("", "3", "40")),
        }

    def order(self, number: int) -> Record:
        ordered = self.moment()
        paid = ordered + timedelta(hours=self.random.choice((0, 0, 12)))
        is_paid = self.chance(0.85) and paid < datetime.combine(self.first_day, time()) + timedelta(
            days=self.size.days
        )
        return {
            "order_id": f"o{number:03}",
            "member_id": self.pick(self.people) if self.chance(0.95) else "",
            "ordered_at": self.written(ordered),
            "paid_at": self.written(paid) if is_paid else "",
            "order_status": self.pick(("created", "paid", "shipped", "completed", "closed", "paid")),
            "goods_amount": self.pick(("", "0", "50", "50", "50", "120.05")),
            "discount_amount": self.pick(("", "10", "10", "10", "24.01", "9.99")),
            "paid_amount": self.pick(("0", "10", "10.00", "99.9", "33.333", "1250.5")),
            "group_id": self.pick(("", *self.groups)),
            "activity_id": self.pick(("", "", *self.activities, "act-unknown")),
            "live_id": self.pick(("", "", *LIVES, "l-unknown")),
        }

    def order_item_rows(self, orders: int) -> list[Record]:
        return [
            {
                "order_id": f"o{number:03}",
                "line_number": str(line),
                "product_id": self.pick(("p1", "p2", "p3", "p1", "p3", "p4", "p5", "p6")),
                "quantity": self.pick(("1", "2", "3", "1", "0")),
                "line_amount": self.pick(("10", "10", "0", "19.99", "7.005")),
                "unit_cost": self.pick(("", "", "1.01", "7")),
            }
            for number in range(orders)
            for line in range(self.random.choice((0, 1, 1, 2, 2, 3)))
        ]

    def instants(self) -> dict[str, list[Record]]:
        """What happens exactly when a customer joins, exactly 7 days later, or 7 days before the end."""
        joined = datetime.combine(self.first_day + timedelta(days=10), CLOCK[3])
        # The last day that counts is the last of the size, or one later if an order is paid past midnight.
        late = datetime.combine(self.first_day + timedelta(days=self.size.days - 8), CLOCK[3])

        def join(member_id: str, moment: datetime, inviter_id: str) -> Record:
            return {
                "group_id": self.groups[0],
                "member_id": member_id,
                "event_type": "join",
                "occurred_at": self.written(moment),
                "inviter_id": inviter_id,
            }

        message = self.group_message(0) | {"group_id": self.groups[0], "message_type": "image"}
        sent = self.written(joined + timedelta(days=7))
        order = self.order(0) | {"order_id": "instant", "member_id": "e2", "order_status": "paid"}
        return {
            "membership_events": [
                join("e1", joined, ""),
                join("e2", joined, ""),
                join("e3", joined, "e2"),
                join("e4", late, "m01"),
                join("e5", late + timedelta(days=1), "m01"),
            ],
            "messages": [
                message | {"message_id": "instant", "sender_id": "e1", "sent_at": sent, "recalled_at": ""}
            ],
            "orders": [order | {"ordered_at": self.written(joined), "paid_at": self.written(joined)}],
        }

    def old_orders(self) -> tuple[list[Record], list[Record]]:
        """Orders and their lines on the last day and either side of the 180 days that end on it."""
        orders, lines = [], []
        for days_before in (0, 179, 180, 180):
            number, day = len(orders), self.size.days - 1 - days_before
            if day >= 0:
                moment = self.written(datetime.combine(self.first_day + timedelta(days=day), CLOCK[-1]))
                orders.append(
                    self.order(number)
                    | {"order_id": f"old{number}", "member_id": "m07", "order_status": "paid"}
                    | {"ordered_at": moment, "paid_at": moment}
                )
                lines += [
                    {"order_id": f"old{number}", "line_number": str(line), "product_id": product_id}
                    | {"quantity": "1", "line_amount": "10"}
                    for line, product_id in enumerate(("p4", "p5"))
                ]
        return orders, lines

    def refund(self, number: int) -> Record:
        return {
            "refund_id": f"r{number:03}",
            "order_id": f"o{self.random.randrange(200):03}",
            "refunded_at": self.written(self.moment() + timedelta(days=7)),
            "refund_amount": self.pick(("3.33", "10", "500")),
        }

    def touch(self, number: int) -> Record:
        return self.touch_at(f"t{number:03}", self.pick(("b1", "b2", "")), self.moment())

    def touch_at(self, touch_id: str, batch_id: str, moment: datetime) -> Record:
        later = self.random.choice((None, None, timedelta(0), timedelta(minutes=5), timedelta(days=60)))
        return {
            "touch_id": touch_id,
            "batch_id": batch_id,
            "member_id": self.pick(self.people),
            "group_id": self.pick(("", *self.groups, RESTLESS_GROUP)),
            "touched_at": self.written(moment),
            "touch_kind": self.pick(("moment", "mass_message")),
            "channel_id": self.pick((*CHANNELS, "c4")),
            "touch_status": self.pick(("unsent", "sent", "delivered", "failed", "")),
            "clicked_at": "" if later is None else self.written(moment + later),
        }

    def batch_touches(self) -> list[Record]:
        """A few batches that are sent at one moment; members get several of one batch."""
        moments = [(f"b{number}", self.moment()) for number in range(3, 9)]
        rows = [
            self.touch_at(f"w{index}-{number:02}", batch_id, moment)
            for index, (batch_id, moment) in enumerate(moments)
            for number in range(20)
        ]
        for day in MASS_EXIT_DAYS:
            for member_id in RESTLESS_PEOPLE:
                moment = datetime.combine(self.first_day + timedelta(days=day), self.random.choice(CLOCK))
                moment -= self.random.choice((timedelta(0), timedelta(days=1)))
                # Two at one instant, of which the smaller id is the touch: in the group that is left or not.
                for group_id in (RESTLESS_GROUP, self.groups[0]):
                    touch_id = f"z{self.random.randrange(10**6)}-{day}-{member_id}"
                    fixed = {"member_id": member_id, "group_id": group_id, "touch_kind": "moment"}
                    rows.append(self.touch_at(touch_id, f"exit-{day}", moment) | fixed)
        return rows

    def contact_event(self, number: int) -> Record:
        return {
            "staff_id": self.pick(("s1", "s2", "s3", "s4", "s-unknown")),
            "member_id": self.pick(self.people),
            "event_type": self.pick(("add", "add", "staff_delete", "customer_delete")),
            "occurred_at": self.written(self.moment()),
        }

    def feedback(self, number: int) -> Record:
        opened = self.moment()
        later = self.random.choice((None, timedelta(0), timedelta(minutes=50), timedelta(days=30)))
        return {
            "feedback_id": f"fb{self.random.randrange(70)}",
            "feedback_kind": self.pick(("complaint", "complaint", "praise", "survey", "phone_visit")),
            "opened_at": self.written(opened),
            "member_id": self.pick(("", *self.people)),
            "group_id": self.pick(("", *self.groups, "g-never-seen")),
            "staff_id": self.pick(("", "s1")),
            "score": self.pick(("", "0", "3", "5")),
            "closed_at": "" if later is None else self.written(opened + later),
        }

    def live_session_rows(self) -> list[Record]:
        rows = []
        for live_id in LIVES:
            start = self.moment()
            length = self.random.choice((None, timedelta(0), timedelta(hours=30), timedelta(days=40)))
            rows.append(
                {
                    "live_id": live_id,
                    "live_name": self.pick(("直播", "")),
                    "started_at": self.written(start),
                    "ended_at": "" if length is None else self.written(start + length),
                    "viewers": self.pick(("", "0", "40")),
                    "comments": self.pick(("", "7")),
                    "gmv_amount": self.pick(("", "1999.995")),
                }
            )
        return rows

    def content_post(self, number: int) -> Record:
        return {
            "post_date": self.moment().date().isoformat(),
            "post_id": self.pick(("w1", "w2", "w3")),
            **{name: self.pick(("", "0", "3", "50")) for name in ("reads", "shares", "favorites", "likes")},
        }

    def member_tag(self, number: int) -> Record:
        tagged, removed = self.moment(), self.moment()
        return {
            "member_id": self.pick((*self.people, "m-tagged-only")),
            "tag": self.pick(("常客", "vip", "VIP", "a, b", "🙂", "爱茶", "13800000001")),
            "tag_source": self.pick(("auto", "manual", "")),
            "tagged_at": self.written(tagged) if self.chance(0.8) else "",
            "removed_at": self.written(removed) if self.chance(0.4) else "",
        }

    def kpi_target(self, number: int) -> Record:
        """A target of a past, running or coming period or of none, of a known or unknown metric and scope."""
        period_type = self.pick(("day", "week", "month", "month", "quarter", "year"))
        start = period_start(
            period_type, self.moment().date() + timedelta(days=self.random.choice((0, 0, 0, 99)))
        )
        scope_type = self.pick(("all", "group", "group", "owner", "department", "group_type"))
        scopes = {
            "all": ("", "all", "whatever"),
            "group": (*self.groups, "g-nowhere"),
            "owner": ("s1", "s2", "s9", "unknown"),
            "department": ("华东", "unknown", ""),
            "group_type": ("conversion", "unknown"),
        }
        return {
            "scorecard": self.pick(("甲卡", "乙卡")),
            "period_type": period_type,
            "period_start": (start + timedelta(days=self.random.choice((0, 0, 0, 0, 1)))).isoformat(),
            "scope_type": scope_type,
            "scope_id": self.pick(scopes[scope_type]),
            "metric_id": self.pick(TARGETED),
            "target": self.pick(("", "0", "3", "0.25", "10.5")),
            "weight": self.pick(("1", "2", "0.5", "0")),
            "direction": self.pick(("up", "down", "band", "band")),
            "low": self.pick(("", "0", "2", "5")),
            "high": self.pick(("", "5", "5", "40.5")),
        }

    def page_view(self, number: int) -> Record:
        return {
            "viewed_at": self.written(self.moment()),
            "visitor_id": self.pick(("v1", "v2", "v3", "v4", "v5")),
            "page": self.pick(("/a", "/b")),
            "member_id": self.pick(("", *self.people)),
            "group_id": self.pick(("", "", *self.groups)),
        }

    def tables(self) -> dict[str, list[Record]]:
        """Rows of every entity, as text."""
        found = self.many()
        for entity, rows in self.instants().items():
            found[entity] += rows
        return found

    def many(self) -> dict[str, list[Record]]:
        """Random rows of every entity, and a few fixed ones."""
        events = self.size.events
        old_orders, old_lines = self.old_orders()
        # Cost, role and cycle in days (two that mean nothing); p5 is sold but not in the list.
        products = {
            "p1": ("4", "volume", "7"),
            "p2": ("", "", "-1"),
            "p3": ("0.335", "profit", "30"),
            "p4": ("12", "traffic", "1"),
            "p6": ("", "", "36501"),
        }
        return {
            "groups": self.group_rows(),
            "members": self.member_rows(),
            "identities": self.identity_rows(),
            "staff": self.staff_rows(),
            "membership_events": self.repeated(events, self.membership_event) + self.restless_events(),
            "messages": self.message_rows(),
            "message_actions": self.repeated(events // 3, self.action),
            "activities": self.activity_rows(),
            "activity_participations": self.repeated(events // 3, self.participation) + self.firsts(),
            "channels": [
                {"channel_id": "c1", "channel_name": "海报"},
                {"channel_id": "c2", "channel_name": ""},
            ],
            "channel_spend": self.repeated(events // 6, self.spend),
            "products": [
                {
                    "product_id": name,
                    "product_role": role,
                    "unit_cost": cost,
                    "repurchase_cycle_days": cycle,
                }
                for name, (cost, role, cycle) in products.items()
            ],
            "orders": self.repeated(200, self.order) + self.repeated(20, self.order) + old_orders,
            "order_items": self.order_item_rows(200) + old_lines,
            "refunds": self.repeated(60, self.refund),
            "touches": self.repeated(events // 3, self.touch) + self.batch_touches(),
            "page_views": self.repeated(events, self.page_view),
            "contact_events": self.repeated(60, self.contact_event),
            "feedback": self.repeated(80, self.feedback),
            "live_sessions": self.live_session_rows(),
            "content_posts": self.repeated(40, self.content_post),
            "member_tags": self.repeated(60, self.member_tag),
            "kpi_targets": self.repeated(150, self.kpi_target),
        }


def write_awkward(
    exports: Path, seed: int, size: Size | None = None, first_day: date = date(2024, 1, 17)
) -> None:
    """Write an awkward canonical export under `<exports>/canonical`.

    Args:
        exports: The inbox; created where missing.
        seed: Same seed, same files.
        size: How much; by default about three months of a few hundred events.
        first_day: First day of the history.
    """
    awkward = Awkward(seed, size or Size(), first_day)
    root = exports / SYSTEM
    root.mkdir(parents=True, exist_ok=True)
    for entity, rows in awkward.tables().items():
        half = len(rows) // 2
        if entity == "touches":
            _write_csv(root / f"{entity}.csv", rows[:half])
            _write_jsonl(root / f"{entity}.later.jsonl", rows[half:])
        elif entity == "page_views":
            (root / entity).mkdir(exist_ok=True)
            _write_csv(root / entity / "first.csv", rows[:half])
            _write_parquet(root / entity / "second.parquet", rows[half:])
        else:
            _write_csv(root / f"{entity}.csv", rows)


def _write_csv(path: Path, rows: list[Record]) -> None:
    header = list(rows[0]) if rows else [column.name for column in ENTITIES[path.name.split(".")[0]].columns]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header)
        writer.writeheader()
        writer.writerows(rows)


def _write_jsonl(path: Path, rows: list[Record]) -> None:
    filled: list[dict[str, Any]] = [{name: value for name, value in row.items() if value} for row in rows]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in filled), encoding="utf-8")


def _write_parquet(path: Path, rows: list[Record]) -> None:
    pq.write_table(
        pa.Table.from_pylist([{name: value or None for name, value in row.items()} for row in rows]), path
    )
