"""Member-days, community KPIs and RFM in Polars, from the same landed rows, held to the project's rows.

    .venv/bin/python bench/in_polars.py --home HOME

Written as the hand-written script is: ids as numbers, only repeated keys ranked, sums by group before scopes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from by_hand import differences, print_differences, print_timings

PAIR = ["grp", "person"]
CELL = ["scope", "period"]
NEVER = date(9999, 12, 31)
DAY = timedelta(days=1)


@dataclass
class Community:
    """What the marts are made of; groups, people and scopes are numbers in the order of their ids."""

    people: pl.DataFrame
    groups: pl.DataFrame
    group_scope: pl.DataFrame
    scopes: pl.DataFrame
    periods: pl.DataFrame
    date_period: pl.DataFrame
    spans: pl.DataFrame
    presence: pl.DataFrame
    messages: pl.DataFrame
    valid: pl.DataFrame
    participations: pl.DataFrame
    actions: pl.DataFrame
    views: pl.DataFrame
    touches: pl.DataFrame
    sales: pl.DataFrame
    first_day: date
    as_of: date


def last_landed(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    repeated = pl.struct(key).is_duplicated() if len(key) > 1 else pl.col(key[0]).is_duplicated()
    rows = rows.with_columns(repeated.alias("is_repeated"))
    ranked = rows.filter("is_repeated").sort("load_seq", "line").unique(key, keep="last", maintain_order=True)
    return pl.concat([rows.filter(~pl.col("is_repeated")), ranked]).drop("is_repeated", "load_seq", "line")


def load(home: Path) -> Community:
    connection = duckdb.connect(f"{home}/build/private.duckdb", read_only=True)

    def raw(entity: str, columns: str, key: str) -> pl.DataFrame:
        query = f"select {columns}, load_seq, line from raw.canonical__{entity}"
        return last_landed(connection.execute(query).pl(), key.split(", "))

    identities = connection.execute(
        "select id_value, member_id, load_seq, line from raw.canonical__identities"
    )
    identity = last_landed(identities.pl(), ["id_value"]).rename({"id_value": "id", "member_id": "named"})
    members = raw("members", "member_id, member_type", "member_id")
    staff = raw("staff", "staff_id, department, member_id", "staff_id")
    groups = raw("groups", "group_id, group_type, owner_staff_id, created_at, dissolved_at", "group_id")
    events = raw(
        "membership_events",
        "group_id, member_id, event_type, occurred_at, scene, channel_id, script_id, inviter_id,"
        " leave_reason",
        "group_id, member_id, event_type, occurred_at",
    )
    messages = raw(
        "messages",
        "message_id, group_id, sender_id, sent_at, message_type, content, recalled_at",
        "message_id",
    )
    activities = raw("activities", "activity_id, group_id, started_at", "activity_id")
    participations = raw(
        "activity_participations",
        "activity_id, member_id, group_id, participated_at, action",
        "activity_id, member_id, participated_at, action",
    )
    touches = raw("touches", "touch_id, member_id, group_id, touched_at, touch_status", "touch_id")
    orders = raw(
        "orders", "order_id, member_id, ordered_at, paid_at, order_status, paid_amount, group_id", "order_id"
    )
    products = raw("products", "product_id, unit_cost as product_cost", "product_id")
    items = raw(
        "order_items", "order_id, line_number, product_id, quantity, unit_cost", "order_id, line_number"
    )
    refunds = raw("refunds", "refund_id, order_id, refunded_at, refund_amount", "refund_id")
    actions = raw(
        "message_actions",
        "message_id, group_id, actor_id, action, occurred_at",
        "message_id, actor_id, action, occurred_at",
    )
    views = raw(
        "page_views", "viewed_at, visitor_id, page, member_id, group_id", "viewed_at, visitor_id, page"
    )
    mentioned = connection.execute(
        """
        select member_id as id from raw.canonical__members
        union select member_id from raw.canonical__staff
        union select member_id from raw.canonical__identities
        union select member_id from raw.canonical__membership_events
        union select inviter_id from raw.canonical__membership_events
        union select sender_id from raw.canonical__messages
        union select actor_id from raw.canonical__message_actions
        union select member_id from raw.canonical__activity_participations
        union select member_id from raw.canonical__orders
        union select member_id from raw.canonical__touches
        union select member_id from raw.canonical__page_views
        """
    ).pl()
    connection.close()

    alias = (
        mentioned.drop_nulls()
        .join(identity, on="id", how="left")
        .select("id", member_id=pl.coalesce("named", "id"))
        .with_columns(person=pl.col("member_id").rank("dense").cast(pl.Int32))
    )
    own = (
        members.join(alias.rename({"member_id": "named"}), left_on="member_id", right_on="id")
        .sort(pl.col("member_id") == pl.col("named"))
        .unique("person", keep="last")
    )
    staff_people = (
        staff.drop_nulls("member_id").join(alias, left_on="member_id", right_on="id").select("person")
    )
    others = (
        pl.concat(
            [
                own.filter(pl.col("member_type").is_in(["staff", "bot", "shill"])).select("person"),
                staff_people,
            ]
        )
        .unique()
        .with_columns(is_other=pl.lit(True))
    )
    people = (
        alias.select("person", "member_id")
        .unique()
        .join(others, on="person", how="left")
        .with_columns(is_customer=pl.col("is_other").is_null())
        .drop("is_other")
    )
    known = alias.select("id", "person").join(people.select("person", "is_customer"), on="person")
    numbered = (
        pl.concat(
            [frame.select("group_id") for frame in (groups, events, messages, activities, participations)]
            + [frame.select("group_id") for frame in (touches, orders, actions, views)]
        )
        .drop_nulls()
        .unique()
        .with_columns(grp=pl.col("group_id").rank("dense").cast(pl.Int32))
    )

    def coded(rows: pl.DataFrame, member: str, *moments: str) -> pl.DataFrame:
        return (
            rows.join(known, left_on=member, right_on="id", how="left")
            .join(numbered, on="group_id", how="left")
            .drop("group_id", member)
            .with_columns(pl.col(moment).str.to_datetime("%Y-%m-%d %H:%M:%S%.f") for moment in moments)
        )

    inviters = known.select(pl.col("id").alias("inviter_id"), inviter=pl.col("person"))
    events = coded(events, "member_id", "occurred_at").join(inviters, on="inviter_id", how="left")
    messages = coded(messages, "sender_id", "sent_at", "recalled_at")
    participations = coded(participations, "member_id", "participated_at")
    touches = coded(touches, "member_id", "touched_at").filter("is_customer")
    orders = coded(orders, "member_id", "ordered_at", "paid_at")
    moments = [
        messages["sent_at"],
        events["occurred_at"],
        participations["participated_at"],
        touches["touched_at"],
        orders.filter(pl.col("order_status") != "created")["paid_at"].drop_nulls(),
    ]
    first_day = min(moment.min() for moment in moments).date()  # type: ignore[union-attr, type-var]
    as_of = max(moment.max() for moment in moments).date()  # type: ignore[union-attr, type-var]
    before = pl.lit(as_of + DAY).cast(pl.Datetime)

    def known_by_then(column: str) -> pl.Expr:
        moment = pl.col(column).str.to_datetime("%Y-%m-%d %H:%M:%S%.f")
        return pl.when(moment < before).then(moment).alias(column)

    groups = (
        groups.join(numbered, on="group_id")
        .join(staff.select("department", owner_staff_id="staff_id"), on="owner_staff_id", how="left")
        .with_columns(known_by_then("created_at"), known_by_then("dissolved_at"))
        .drop("group_id")
    )
    activities = (
        activities.filter(pl.col("started_at").str.to_datetime("%Y-%m-%d %H:%M:%S%.f") < before)
        .join(numbered, on="group_id", how="left")
        .select("activity_id", activity_grp="grp")
    )
    participations = participations.join(activities, on="activity_id", how="left").with_columns(
        grp=pl.coalesce("grp", "activity_grp"), date=pl.col("participated_at").dt.date()
    )
    of_messages = messages.select("message_id", message_grp="grp")
    actions = (
        coded(actions, "actor_id", "occurred_at")
        .filter(pl.col("is_customer") & (pl.col("occurred_at") < before))
        .join(of_messages, on="message_id", how="left")
        .select("person", grp=pl.coalesce("grp", "message_grp"), date=pl.col("occurred_at").dt.date())
    )
    views = (
        coded(views, "member_id", "viewed_at")
        .filter(pl.col("is_customer").fill_null(True) & (pl.col("viewed_at") < before))
        .with_row_index("view")
        .with_columns(date=pl.col("viewed_at").dt.date())
    )
    touches = touches.filter(
        ~pl.col("touch_status").is_in(["unsent", "failed"]).fill_null(False)
    ).with_columns(date=pl.col("touched_at").dt.date())

    not_recalled = ~(pl.col("recalled_at") < before).fill_null(False)
    says = (pl.col("message_type") != "text") | pl.col("content").str.contains(r"[\p{L}\p{Nd}]").fill_null(
        False
    )
    messages = (
        messages.drop_nulls("grp")
        .join(groups.select("grp", "dissolved_at"), on="grp", how="left")
        .with_columns(
            date=pl.col("sent_at").dt.date(),
            is_counted=~pl.col("message_type").is_in(["system", "other"]) & not_recalled,
            is_staff=~pl.col("is_customer") & (pl.col("message_type") != "system") & not_recalled,
        )
        .with_columns(
            is_valid_alone=pl.col("is_customer")
            & pl.col("is_counted")
            & says
            & ((pl.col("dissolved_at").is_null()) | (pl.col("sent_at") < pl.col("dissolved_at")))
        )
        .drop("dissolved_at")
    )
    alone = messages.filter("is_valid_alone")
    texts = alone.filter(pl.col("message_type") == "text")
    valid = pl.concat(
        [
            texts.group_by("grp", "person", "date", "content")
            .agg(characters=pl.col("content").first().str.len_chars())
            .select(*PAIR, "date", "characters"),
            alone.filter(pl.col("message_type") != "text").select(
                *PAIR, "date", characters=pl.lit(0, pl.UInt32)
            ),
        ]
    )
    spans = spans_of(events, messages, participations, groups)
    first_span = spans.group_by("grp").agg(first_span=pl.col("started_at").min())
    first_message = messages.group_by("grp").agg(first_message=pl.col("sent_at").min())
    all_groups = (
        numbered.join(groups, on="grp", how="left")
        .join(groups.select("grp", is_registered=pl.lit(True)), on="grp", how="left")
        .join(first_span, on="grp", how="left")
        .join(first_message, on="grp", how="left")
        .filter(pl.any_horizontal(pl.col("is_registered", "first_span", "first_message").is_not_null()))
        .with_columns(first_seen=pl.min_horizontal("first_span", "first_message"))
        .with_columns(
            exists_from=pl.coalesce("created_at", "first_seen").dt.date(),
            first_seen=pl.col("first_seen").dt.date(),
            dissolved_date=pl.col("dissolved_at").dt.date(),
        )
    )
    scope_rows = pl.concat(
        all_groups.select("grp", "first_seen", scope_type=pl.lit(kind), scope_id=name.fill_null("unknown"))
        for kind, name in {
            "all": pl.lit("all"),
            "group": pl.col("group_id"),
            "owner": pl.col("owner_staff_id"),
            "department": pl.col("department"),
            "group_type": pl.col("group_type"),
        }.items()
    )
    scopes = (
        scope_rows.group_by("scope_type", "scope_id")
        .agg(first_date=pl.col("first_seen").min())
        .sort("scope_type", "scope_id")
        .with_row_index("scope")
        .with_columns(pl.col("scope").cast(pl.Int32))
    )
    group_scope = scope_rows.join(scopes, on=["scope_type", "scope_id"]).select("grp", "scope", "scope_type")
    periods, date_period = periods_of(first_day, as_of)
    return Community(
        people=people,
        groups=all_groups,
        group_scope=group_scope,
        scopes=scopes,
        periods=periods,
        date_period=date_period,
        spans=spans,
        presence=presence_of(spans, group_scope),
        messages=messages,
        valid=valid,
        participations=participations.filter("is_customer"),
        actions=actions,
        views=views,
        touches=touches,
        sales=sales_of(orders, items, products, refunds, spans, before),
        first_day=first_day,
        as_of=as_of,
    )


def spans_of(
    events: pl.DataFrame, messages: pl.DataFrame, participations: pl.DataFrame, groups: pl.DataFrame
) -> pl.DataFrame:
    """Membership spans (R3)."""
    first_events = (
        pl.concat(
            [
                events.select("grp", at="occurred_at"),
                messages.select("grp", at="sent_at"),
                participations.drop_nulls("grp").select("grp", at="participated_at"),
            ]
        )
        .group_by("grp")
        .agg(first_event=pl.col("at").min())
    )
    activity = pl.concat(
        [
            messages.filter("is_customer").select(*PAIR, at="sent_at"),
            participations.filter("is_customer").drop_nulls("grp").select(*PAIR, at="participated_at"),
        ]
    )
    own = events.filter("is_customer").with_columns(
        at="occurred_at",
        order=pl.when(pl.col("event_type") == "leave").then(3).otherwise(1).cast(pl.Int8),
    )
    leaves = own.filter(pl.col("order") == 3).group_by(PAIR).agg(left=pl.col("at").min())
    turning = pl.concat(
        [
            activity.group_by(PAIR).agg(pl.col("at").min()),
            activity.join(leaves, on=PAIR).filter(pl.col("at") > pl.col("left")).drop("left"),
        ]
    ).with_columns(order=pl.lit(2, pl.Int8))
    ties = ["channel_id", "script_id", "inviter", "scene", "leave_reason"]
    rows = (
        pl.concat([own.select(*PAIR, "at", "order", *ties), turning], how="diagonal")
        .join(groups.select("grp", "created_at", "dissolved_at"), on="grp", how="left")
        .sort(*PAIR, "at", "order", *ties, nulls_last=True)
        .with_columns(is_leave=pl.col("order") == 3, number=pl.int_range(pl.len()).over(PAIR))
        .filter(
            pl.col("is_leave") | pl.col("dissolved_at").is_null() | (pl.col("at") < pl.col("dissolved_at"))
        )
        .with_columns(was_leave=pl.col("is_leave").shift().over(PAIR))
        .filter(
            (pl.col("was_leave").is_null() & ~pl.col("is_leave"))
            | (pl.col("is_leave") & (pl.col("number") == 0))
            | (pl.col("is_leave") != pl.col("was_leave")).fill_null(False)
        )
        .with_columns(next_at=pl.col("at").shift(-1).over(PAIR))
    )
    started = rows.filter(~pl.col("is_leave")).select(
        *PAIR, "dissolved_at", started_at="at", left_at="next_at", is_opening=pl.lit(False)
    )
    opening = (
        rows.filter(pl.col("is_leave") & (pl.col("number") == 0))
        .join(first_events, on="grp")
        .select(
            *PAIR,
            "dissolved_at",
            started_at=pl.when(pl.col("created_at") <= pl.col("at"))
            .then("created_at")
            .otherwise("first_event"),
            left_at="at",
            is_opening=pl.lit(True),
        )
    )
    by_leave = pl.col("dissolved_at").is_null() | (pl.col("left_at") <= pl.col("dissolved_at"))
    return (
        pl.concat([started, opening])
        .filter(pl.col("dissolved_at").is_null() | (pl.col("started_at") < pl.col("dissolved_at")))
        .with_columns(
            ended_at=pl.when(by_leave.fill_null(False)).then("left_at").otherwise("dissolved_at"),
            is_leave=by_leave.fill_null(False) & pl.col("left_at").is_not_null(),
        )
        .with_columns(start_date=pl.col("started_at").dt.date(), end_date=pl.col("ended_at").dt.date())
        .sort(*PAIR, "started_at", "ended_at", nulls_last=True)
        .with_columns(span_number=pl.int_range(1, pl.len() + 1).over(PAIR))
        .select(*PAIR, "span_number", "started_at", "ended_at", "start_date", "end_date", "is_leave")
    )


def presence_of(spans: pl.DataFrame, group_scope: pl.DataFrame) -> pl.DataFrame:
    """Spans of a scope merged by day."""
    key = ["scope", "person"]
    return (
        spans.join(group_scope, on="grp")
        .select(*key, start="start_date", end=pl.col("end_date").fill_null(NEVER))
        .sort(*key, "start", "end")
        .with_columns(reached=pl.col("end").cum_max().shift().over(key))
        .with_columns(
            stretch=(pl.col("reached").is_null() | (pl.col("start") > pl.col("reached")))
            .cast(pl.Int32)
            .cum_sum()
            .over(key)
        )
        .group_by(*key, "stretch")
        .agg(entered=pl.col("start").min(), left=pl.col("end").max())
        .with_columns(left=pl.when(pl.col("left") != NEVER).then("left"))
        .sort(*key, "stretch")
        .with_columns(next_entered=pl.col("entered").shift(-1).over(key))
    )


def periods_of(first_day: date, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Periods with a number, and which dates they hold."""
    year = date(first_day.year, 1, 1)
    dates = pl.DataFrame({"date": pl.date_range(year - year.weekday() * DAY, as_of, eager=True)})
    widths = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}
    frames = []
    for kind, width in widths.items():
        starts = dates.filter(pl.col("date") >= first_day).select(
            period_start=pl.col("date").dt.truncate(width)
        )
        frames.append(
            starts.unique().with_columns(
                period_type=pl.lit(kind),
                period_end=pl.col("period_start").dt.offset_by(width) - DAY,
            )
        )
    periods = (
        pl.concat(frames)
        .sort("period_type", "period_start")
        .with_row_index("period")
        .with_columns(
            pl.col("period").cast(pl.Int32),
            effective_end=pl.min_horizontal("period_end", pl.lit(as_of)),
            is_partial=pl.col("period_end") > as_of,
        )
    )
    holds = periods.select(
        "period", "period_type", "period_start", date=pl.date_ranges("period_start", "effective_end")
    ).explode("date")
    return periods, holds


def sales_of(
    orders: pl.DataFrame,
    items: pl.DataFrame,
    products: pl.DataFrame,
    refunds: pl.DataFrame,
    spans: pl.DataFrame,
    before: pl.Expr,
) -> pl.DataFrame:
    """Paid orders with their money, and the group they are attributed to (R8, R9)."""
    money = pl.Decimal(18, 2)
    costs = (
        items.join(products, on="product_id", how="left")
        .with_columns(
            cost=pl.col("quantity").cast(pl.Float64)
            * pl.coalesce("unit_cost", "product_cost").cast(pl.Float64)
        )
        .group_by("order_id")
        .agg(full_cost=pl.when(pl.col("cost").is_null().any()).then(None).otherwise(pl.col("cost").sum()))
    )
    refunded = (
        refunds.filter(pl.col("refunded_at").str.to_datetime("%Y-%m-%d %H:%M:%S%.f") < before)
        .group_by("order_id")
        .agg(refunded=pl.col("refund_amount").cast(money).sum())
    )
    net = pl.col("paid_amount") - pl.col("refunded").fill_null(0)
    sales = (
        orders.filter(
            (pl.col("paid_at") < before)
            & (pl.col("order_status") != "created")
            & pl.col("is_customer").fill_null(True)
        )
        .join(costs, on="order_id", how="left")
        .join(refunded, on="order_id", how="left")
        .with_columns(pl.col("paid_amount").cast(money), date=pl.col("paid_at").dt.date())
        .with_columns(net_sales=pl.when(net > 0).then(net).otherwise(pl.lit(0).cast(money)).cast(money))
        .with_columns(
            cost=pl.when(pl.col("paid_amount") == 0)
            .then("full_cost")
            .otherwise(
                pl.col("full_cost")
                * pl.col("net_sales").cast(pl.Float64)
                / pl.col("paid_amount").cast(pl.Float64)
            )
            .cast(pl.Decimal(38, 9))
        )
        .sort("paid_at", "order_id")
        .with_columns(is_first=pl.col("person").is_not_null() & (pl.int_range(pl.len()).over("person") == 0))
        .with_row_index("sale")
    )
    within = (
        sales.drop_nulls("person")
        .select("sale", "person", "paid_at", named="grp")
        .join(spans.select(*PAIR, "started_at", "ended_at"), on="person")
        .filter(
            (pl.col("paid_at") >= pl.col("started_at"))
            & (pl.col("ended_at").is_null() | (pl.col("paid_at") < pl.col("ended_at")))
        )
        .group_by("sale", "grp")
        .agg(pl.col("started_at").max(), is_named=(pl.col("named") == pl.col("grp")).first().fill_null(False))
    )
    attributed = (
        within.sort("sale", "is_named", "started_at", "grp", descending=[False, True, True, False])
        .group_by("sale", maintain_order=True)
        .agg(attributed_grp=pl.col("grp").first(), grps=pl.col("grp"))
    )
    return sales.drop("grp").join(attributed, on="sale", how="left")


def member_days(community: Community) -> pl.DataFrame:
    """core.fct_member_day."""
    day = [*PAIR, "date"]
    measures = [
        "joins", "leaves", "messages", "valid_messages", "characters", "red_packets", "actions",
        "participations", "page_views", "touches", "attributed_orders",
    ]  # fmt: skip
    spans = community.spans

    def counted(rows: pl.DataFrame, **sums: pl.Expr) -> pl.DataFrame:
        return rows.group_by(day).agg(**sums)

    messages = community.messages.filter("is_customer")
    parts = [
        counted(spans.with_columns(date="start_date"), joins=pl.len()),
        counted(spans.filter("is_leave").with_columns(date="end_date"), leaves=pl.len()),
        counted(
            messages.filter("is_counted"),
            messages=pl.len(),
            red_packets=(pl.col("message_type") == "red_packet").sum(),
        ),
        counted(community.valid, valid_messages=pl.len(), characters=pl.col("characters").sum()),
        counted(community.actions.drop_nulls("grp"), actions=pl.len()),
        counted(community.participations.drop_nulls("grp"), participations=pl.len()),
        counted(community.views.drop_nulls(PAIR), page_views=pl.len()),
        counted(community.touches.drop_nulls("grp"), touches=pl.len()),
        counted(
            community.sales.drop_nulls("attributed_grp")
            .drop("grp", strict=False)
            .rename({"attributed_grp": "grp"}),
            attributed_orders=pl.len(),
            attributed_gross_sales=pl.col("paid_amount").sum(),
            attributed_net_sales=pl.col("net_sales").sum(),
        ),
    ]
    whole = [
        part.with_columns(pl.col(name).cast(pl.Int64) for name in measures if name in part.columns)
        for part in parts
    ]
    days = (
        pl.concat(whole, how="diagonal")
        .group_by(day)
        .agg(pl.col(*measures, "attributed_gross_sales", "attributed_net_sales").sum())
        .filter(pl.col("date") >= community.first_day)
    )
    midnight = pl.col("date").cast(pl.Datetime)
    overlapping = (
        days.select(day)
        .join(spans.drop("is_leave"), on=PAIR)
        .filter(
            (pl.col("date") >= pl.col("start_date"))
            & (pl.col("end_date").is_null() | (pl.col("date") <= pl.col("end_date")))
        )
        .group_by(day)
        .agg(
            start=pl.col("start_date")
            .filter(pl.col("ended_at").is_null() | (pl.col("ended_at") > midnight))
            .max(),
            is_in_group=(pl.col("end_date").is_null() | (pl.col("end_date") > pl.col("date"))).any(),
            is_new=((pl.col("span_number") == 1) & (pl.col("start_date") == pl.col("date"))).any(),
        )
    )
    return (
        days.join(overlapping, on=day, how="left")
        .join(community.groups.select("grp", "group_id"), on="grp")
        .join(community.people.select("person", "member_id"), on="person")
        .with_columns(
            pl.col("is_in_group", "is_new").fill_null(False),
            days_in_group=(pl.col("date") - pl.col("start")).dt.total_days(),
        )
    )


def rate(numerator: str | pl.Expr, denominator: str | pl.Expr) -> pl.Expr:
    """NULL where the denominator is 0 or unknown (R10)."""
    over = pl.col(denominator) if isinstance(denominator, str) else denominator
    part = pl.col(numerator) if isinstance(numerator, str) else numerator
    return part.cast(pl.Float64) / pl.when(over != 0).then(over).cast(pl.Float64)


def once_a_period(days: pl.DataFrame, community: Community, person: str) -> pl.DataFrame:
    """A person's days of a scope -> persons a period, each counted once."""
    counts = (
        days.join(community.date_period.select("date", "period"), on="date")
        .select(*CELL, person)
        .unique()
        .group_by(CELL)
        .len("persons")
    )
    return counts


def membership_days(community: Community) -> pl.DataFrame:
    """Flows and stocks of each scope and day."""
    spans, presence, scopes = community.spans, community.presence, community.group_scope
    by_group = pl.concat(
        [
            spans.group_by("grp", date="start_date").agg(joins=pl.len()),
            spans.drop_nulls("end_date")
            .group_by("grp", date="end_date")
            .agg(leaves=pl.col("is_leave").sum(), dissolved=(~pl.col("is_leave")).sum()),
        ],
        how="diagonal_relaxed",
    )
    dates = community.date_period.select("date").unique()
    parts = [
        by_group.join(scopes, on="grp").drop("grp", "scope_type"),
        presence.group_by("scope", date="entered").agg(
            entries=pl.len(), first_entries=(pl.col("stretch") == 1).sum()
        ),
        presence.drop_nulls("left")
        .group_by("scope", date="left")
        .agg(exits=pl.len(), returns=(pl.col("next_entered") == pl.col("left")).sum()),
        community.scopes.select("scope", "first_date")
        .join(dates, how="cross")
        .filter(pl.col("date") >= pl.col("first_date"))
        .drop("first_date"),
    ]
    flows = ["joins", "leaves", "dissolved", "entries", "first_entries", "exits", "returns"]
    return (
        pl.concat(parts, how="diagonal_relaxed")
        .group_by("scope", "date")
        .agg(pl.col(flows).sum().cast(pl.Int64))
        .sort("scope", "date")
        .with_columns(
            memberships_end=(pl.col("joins") - pl.col("leaves") - pl.col("dissolved"))
            .cum_sum()
            .over("scope"),
            members_end=(pl.col("entries") - pl.col("exits")).cum_sum().over("scope"),
            members_ever=pl.col("first_entries").cum_sum().over("scope"),
        )
        .with_columns(members_present=pl.col("members_end") + pl.col("exits") - pl.col("returns"))
    )


def membership(community: Community, cells: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Who is there, comes and goes."""
    holds = community.date_period.select("date", "period")
    flows = (
        days.join(holds, on="date")
        .group_by(CELL)
        .agg(pl.col("joins", "leaves", "dissolved", "entries", "exits").sum())
    )
    left = holds.rename({"date": "left"})
    back = holds.rename({"date": "next_entered"})
    returns = (
        community.presence.drop_nulls("next_entered")
        .join(left, on="left")
        .join(back, on=["next_entered", "period"])
        .group_by(CELL)
        .len("came_back")
    )
    scoped = community.spans.join(community.group_scope, on="grp")
    joining = once_a_period(scoped.with_columns(date="start_date"), community, "person")
    leaving = once_a_period(scoped.filter("is_leave").with_columns(date="end_date"), community, "person")
    stocks = days.select("scope", "memberships_end", "members_end", "members_ever", effective_end="date")
    return (
        cells.join(stocks, on=["scope", "effective_end"])
        .join(flows, on=CELL, how="left")
        .join(returns, on=CELL, how="left")
        .join(joining.rename({"persons": "joining_members"}), on=CELL, how="left")
        .join(leaving.rename({"persons": "leaving_members"}), on=CELL, how="left")
        .with_columns(
            pl.col(
                "joins",
                "leaves",
                "dissolved",
                "entries",
                "exits",
                "came_back",
                "joining_members",
                "leaving_members",
            )
            .fill_null(0)
            .cast(pl.Int64)
        )
        .with_columns(
            dissolved_exits="dissolved",
            memberships_start=pl.col("memberships_end")
            - pl.col("joins")
            + pl.col("leaves")
            + pl.col("dissolved"),
            members_start=pl.col("members_end") - pl.col("entries") + pl.col("exits"),
            members_present=pl.col("members_end") + pl.col("exits") - pl.col("came_back"),
            net_growth=pl.col("joins") - pl.col("leaves"),
        )
    )


def activity(community: Community, cells: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """What is said: messages, speakers, the 28 days before a period's end, the Gini coefficient."""
    holds = community.date_period.select("date", "period")
    person_days = (
        community.valid.group_by(*PAIR, "date")
        .len("messages")
        .join(community.group_scope, on="grp")
        .group_by("scope", "person", "date")
        .agg(pl.col("messages").sum())
    )
    staff = (
        community.messages.filter("is_staff")
        .group_by("grp", "date")
        .len("staff_messages")
        .join(community.group_scope, on="grp")
        .group_by("scope", "date")
        .agg(pl.col("staff_messages").sum())
    )
    spoken = person_days.group_by("scope", "date").agg(pl.col("messages").sum(), active=pl.len())
    daily = spoken.join(staff, on=["scope", "date"], how="full", coalesce=True)
    flows = (
        daily.join(holds, on="date")
        .group_by(CELL)
        .agg(pl.col("messages", "staff_messages").sum(), active_member_days=pl.col("active").sum())
    )
    interaction = (
        days.filter(pl.col("members_present") > 0)
        .join(spoken, on=["scope", "date"], how="left")
        .with_columns(share=pl.col("active").fill_null(0) / pl.col("members_present"))
        .join(holds, on="date")
        .group_by(CELL)
        .agg(interaction_rate=pl.col("share").mean())
    )
    person_periods = (
        person_days.join(holds, on="date").group_by(*CELL, "person").agg(pl.col("messages").sum())
    )
    ranked = (
        person_periods.group_by(*CELL, "messages")
        .len("members")
        .sort(*CELL, "messages")
        .with_columns(pl.col("members", "messages").cast(pl.Int64))
        .with_columns(before=pl.col("members").cum_sum().over(CELL) - pl.col("members"))
        .group_by(CELL)
        .agg(
            active_members=pl.col("members").sum(),
            said=(pl.col("messages") * pl.col("members")).sum(),
            ranked=(
                pl.col("messages") * pl.col("members") * (2 * pl.col("before") + pl.col("members"))
            ).sum(),
        )
    )
    ends = cells.filter(pl.col("period_type") != "day").select("effective_end").unique()
    windows = ends.with_columns(
        date=pl.date_ranges(pl.col("effective_end") - 27 * DAY, "effective_end")
    ).explode("date")
    last_28 = (
        person_days.join(windows, on="date")
        .group_by("scope", "effective_end")
        .agg(people=pl.col("person").n_unique(), person_days=pl.len())
    )
    return (
        cells.join(flows, on=CELL, how="left")
        .join(interaction, on=CELL, how="left")
        .join(ranked, on=CELL, how="left")
        .join(last_28, on=["scope", "effective_end"], how="left")
        .select(
            *CELL,
            pl.col("messages", "staff_messages", "active_members", "active_member_days")
            .fill_null(0)
            .cast(pl.Int64),
            "said",
            "ranked",
            "interaction_rate",
            stickiness_rate=pl.when(pl.col("period_type") != "day").then(
                rate(pl.col("person_days") / 28.0, "people")
            ),
        )
    )


def groups(community: Community, days: pl.DataFrame) -> pl.DataFrame:
    """Groups that exist, and those where nobody has spoken for 14 days."""
    last_said = community.valid.select("grp", "date").unique().sort("date").with_columns(last_said="date")
    of_group = community.group_scope.filter(pl.col("scope_type") == "group").select("grp", "scope")
    there = days.join(of_group, on="scope").select("grp", "members_end", effective_end="date")
    quiet_since = pl.col("effective_end") - 14 * DAY
    return (
        community.periods.select("period", "period_start", "effective_end")
        .join_where(
            community.groups.select("grp", "exists_from", gone=pl.col("dissolved_date").fill_null(NEVER)),
            pl.col("effective_end") >= pl.col("exists_from"),
            pl.col("period_start") <= pl.col("gone"),
        )
        .join(there, on=["grp", "effective_end"], how="left")
        .sort("effective_end")
        .join_asof(last_said, left_on="effective_end", right_on="date", by="grp", check_sortedness=False)
        .with_columns(
            is_zombie=(pl.col("gone") > pl.col("effective_end"))
            & (pl.col("members_end") > 0).fill_null(False)
            & (pl.col("exists_from") <= quiet_since)
            & (pl.col("last_said") <= quiet_since).fill_null(True)
        )
        .join(community.group_scope, on="grp")
        .group_by(CELL)
        .agg(groups=pl.len(), zombie_groups=pl.col("is_zombie").sum())
    )


def visits(community: Community) -> pl.DataFrame:
    """Participants, page views and visitors."""
    scopes = community.group_scope
    holds = community.date_period.select("date", "period")

    def in_groups(rows: pl.DataFrame, moment: str) -> pl.DataFrame:
        inside = (pl.col(moment) >= pl.col("started_at")) & (
            pl.col("ended_at").is_null() | (pl.col(moment) < pl.col("ended_at"))
        )
        return (
            rows.drop_nulls("person")
            .drop("grp")
            .join(community.spans.select(*PAIR, "started_at", "ended_at"), on="person")
            .filter(inside)
        )

    taken = community.participations.with_row_index("event")
    named = taken.drop_nulls("grp").select("event", "grp")
    unnamed = in_groups(taken.filter(pl.col("grp").is_null()), "participated_at").select("event", "grp")
    participants = (
        pl.concat([named, unnamed])
        .join(scopes, on="grp")
        .join(taken.select("event", "person", "date"), on="event")
    )
    views = community.views
    whole = community.scopes.filter(pl.col("scope_type") == "all").select("scope")
    viewed = pl.concat(
        [
            pl.concat(
                [
                    views.drop_nulls("grp").select("view", "grp"),
                    in_groups(views, "viewed_at").select("view", "grp"),
                ]
            )
            .join(scopes, on="grp")
            .select("view", "scope"),
            views.select("view").join(whole, how="cross"),
        ]
    ).unique()
    seen = viewed.join(views.select("view", "visitor_id", "date"), on="view")
    counts = (
        seen.join(holds, on="date")
        .group_by(CELL)
        .agg(page_views=pl.len(), visitors=pl.col("visitor_id").n_unique())
    )
    taken_part = once_a_period(participants, community, "person").rename({"persons": "participants"})
    return counts.join(taken_part, on=CELL, how="full", coalesce=True)


def sales(community: Community, cells: pl.DataFrame) -> pl.DataFrame:
    """Orders of the scopes, and who bought again within 90 days."""
    holds = community.date_period.select("date", "period")
    attributed = (
        community.sales.drop_nulls("attributed_grp")
        .select("date", "net_sales", grp="attributed_grp")
        .group_by("grp", "date")
        .agg(attributed_net_sales=pl.col("net_sales").sum())
        .join(community.group_scope, on="grp")
        .join(holds, on="date")
        .group_by(CELL)
        .agg(pl.col("attributed_net_sales").sum())
    )
    bought = (
        community.sales.drop_nulls("grps")
        .select("sale", grp="grps")
        .explode("grp")
        .join(community.group_scope, on="grp")
        .select("sale", "scope")
        .unique()
        .join(
            community.sales.select("sale", "person", "date", "is_first", "paid_amount", "net_sales", "cost"),
            on="sale",
        )
    )
    known = pl.col("cost").is_not_null()
    sums = (
        bought.group_by("scope", "date")
        .agg(
            orders=pl.len(),
            first_time_buyers=pl.col("is_first").sum(),
            gross_sales=pl.col("paid_amount").sum(),
            net_sales=pl.col("net_sales").sum(),
            costed_sales=pl.col("net_sales").filter(known).sum(),
            cost_of_goods=pl.col("cost").sum(),
            costed=known.sum(),
        )
        .join(holds, on="date")
        .group_by(CELL)
        .agg(pl.exclude("scope", "period", "date").sum())
    )
    buyer_days = bought.select("scope", "person", "date").unique()
    buyers = once_a_period(buyer_days, community, "person").rename({"persons": "buyers"})
    ends = cells.filter(pl.col("period_type") != "day").select("effective_end").unique()
    windows = ends.with_columns(
        date=pl.date_ranges(pl.col("effective_end") - 89 * DAY, "effective_end")
    ).explode("date")
    repurchase = (
        buyer_days.join(windows, on="date")
        .group_by("scope", "effective_end", "person")
        .len("dates")
        .group_by("scope", "effective_end")
        .agg(repurchase_rate=(pl.col("dates") >= 2).mean())
    )
    return (
        cells.select(*CELL, "effective_end", "period_type")
        .join(sums, on=CELL, how="left")
        .join(buyers, on=CELL, how="left")
        .join(attributed, on=CELL, how="left")
        .join(repurchase, on=["scope", "effective_end"], how="left")
        .with_columns(
            repurchase_rate=pl.when(pl.col("period_type") != "day").then("repurchase_rate"),
            cost_of_goods=pl.when(pl.col("costed") > 0).then("cost_of_goods"),
        )
        .drop("effective_end", "period_type", "costed")
    )


def community_kpi(community: Community) -> pl.DataFrame:
    """mart_community_kpi."""
    cells = (
        community.periods.join_where(community.scopes, pl.col("period_end") >= pl.col("first_date"))
        .drop("first_date")
        .with_columns(days=(pl.col("effective_end") - pl.col("period_start")).dt.total_days() + 1)
    )
    days = membership_days(community)
    counts = ["groups", "zombie_groups", "participants", "page_views", "visitors", "orders", "buyers"]
    money = ["gross_sales", "net_sales", "attributed_net_sales"]
    present = pl.col("members_present")
    profit = pl.col("costed_sales").cast(pl.Decimal(38, 10)) - pl.col("cost_of_goods")
    return (
        membership(community, cells, days)
        .join(activity(community, cells, days), on=CELL)
        .join(groups(community, days), on=CELL, how="left")
        .join(visits(community), on=CELL, how="left")
        .join(sales(community, cells), on=CELL, how="left")
        .with_columns(
            pl.col(*counts, "first_time_buyers").fill_null(0).cast(pl.Int64),
            pl.col(*money, "costed_sales").fill_null(0),
        )
        .with_columns(
            new_member_rate=rate("joining_members", "members_start"),
            leave_rate=rate("leaving_members", "members_present"),
            stay_rate=1 - rate("leaving_members", "members_present"),
            in_group_rate=rate("members_end", "members_ever"),
            staff_message_share=rate("staff_messages", pl.col("messages") + pl.col("staff_messages")),
            active_rate=rate("active_members", "members_present"),
            active_days_average=rate("active_member_days", "active_members"),
            average_daily_active_members=rate("active_member_days", "days"),
            messages_per_member=rate("messages", "members_present"),
            messages_per_active_member=rate("messages", "active_members"),
            message_gini=pl.when(pl.col("period_type") != "day").then(
                rate(
                    pl.col("ranked") + (present - 2 * pl.col("active_members")) * pl.col("said"),
                    present.cast(pl.Float64) * pl.col("said"),
                )
            ),
            participation_rate=rate("participants", "members_present"),
            refund_amount=pl.col("gross_sales") - pl.col("net_sales"),
            gross_profit=profit,
            gross_margin_rate=rate(profit, "costed_sales"),
            cost_coverage_rate=rate("costed_sales", "net_sales"),
            member_conversion_rate=rate("buyers", "members_present"),
            orders_per_member=rate("orders", "members_present"),
            sales_per_buyer=rate("net_sales", "buyers"),
            average_order_value=rate("net_sales", "orders"),
            sales_per_member=rate("net_sales", "members_present"),
        )
    )


def rfm(community: Community, home: Path) -> pl.DataFrame:
    """mart_rfm."""
    with duckdb.connect(f"{home}/build/private.duckdb", read_only=True) as connection:
        segments = connection.execute("from seeds.rfm_segments").pl()
        segments_11 = connection.execute("from seeds.rfm_segments_11").pl()
    measures = ["recency_days", "frequency", "monetary"]
    buyers = (
        community.sales.drop_nulls("person")
        .filter(pl.col("date") > community.as_of - 365 * DAY)
        .group_by("person")
        .agg(
            recency_days=(pl.lit(community.as_of) - pl.col("date").max()).dt.total_days(),
            frequency=pl.len(),
            money=pl.col("net_sales").sum(),
        )
        .with_columns(monetary=pl.col("money").cast(pl.Float64))
    )

    def above(measure: str) -> pl.Expr:
        value = pl.col(measure).cast(pl.Float64)
        return sum(
            (value > value.quantile(share, "linear").round(6)).cast(pl.Int32)
            for share in (0.2, 0.4, 0.6, 0.8)
        )  # type: ignore[return-value]

    whole = community.scopes.filter(pl.col("scope_type") == "all")["scope"][0]
    there = community.presence.filter(
        (pl.col("scope") == whole) & (pl.col("left").is_null() | (pl.col("left") > community.as_of))
    )
    means = {measure: (pl.col(measure).sum().cast(pl.Float64) / pl.len()).round(6) for measure in measures}
    return (
        buyers.with_columns(
            recency_score=5 - above("recency_days"),
            frequency_score=1 + above("frequency"),
            monetary_score=1 + above("monetary"),
            is_recency_high=pl.col("recency_days") <= means["recency_days"],
            is_frequency_high=pl.col("frequency") > means["frequency"],
            is_monetary_high=pl.col("monetary") > means["monetary"],
        )
        .with_columns(
            rfm_score=100 * pl.col("recency_score")
            + 10 * pl.col("frequency_score")
            + pl.col("monetary_score"),
            value_tier=pl.when((pl.col("frequency_score") >= 4) & (pl.col("monetary_score") >= 4))
            .then(pl.lit("high_value_loyal"))
            .when(pl.col("frequency_score") >= 4)
            .then(pl.lit("loyal"))
            .otherwise(pl.lit("ordinary")),
            is_in_community=pl.col("person").is_in(there["person"].unique().implode()),
            monetary=pl.col("money"),
        )
        .join(segments, on=["is_recency_high", "is_frequency_high", "is_monetary_high"])
        .join(segments_11, on=["recency_score", "frequency_score"])
        .join(community.people.select("person", "member_id"), on="person")
    )


def make(
    home: Path, memory_limit: str
) -> tuple[list[tuple[str, float, float]], dict[str, tuple[int, int, int]]]:
    """What each step made, its seconds and those of the processors; and how the tables differ."""
    timings: list[tuple[str, float, float]] = []

    def timed(name: str, step: Callable[[], Any]) -> Any:
        start, processors = time.perf_counter(), time.process_time()
        made = step()
        timings.append((name, time.perf_counter() - start, time.process_time() - processors))
        return made

    community = timed("facts", lambda: load(home))
    made = {
        "core.fct_member_day": timed("core.fct_member_day", lambda: member_days(community)),
        "marts.mart_community_kpi": timed("marts.mart_community_kpi", lambda: community_kpi(community)),
        "marts.mart_rfm": timed("marts.mart_rfm", lambda: rfm(community, home)),
    }
    with tempfile.TemporaryDirectory(dir=home) as folder:
        result = Path(folder) / "in_polars.duckdb"
        connection = duckdb.connect(str(result), config={"memory_limit": memory_limit})
        connection.execute(f"attach '{home}/build/shequn.duckdb' as project (read_only)")
        connection.execute("create schema core; create schema marts")
        for table, frame in made.items():
            connection.register("frame", frame)
            columns = connection.execute(f"describe project.{table}").fetchall()
            casts = ", ".join(f"{name}::{kind} as {name}" for name, kind, *_ in columns)
            connection.execute(f"create table {table} as select {casts} from frame")
        connection.close()
        return timings, differences(home, result, memory_limit)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--memory-limit", default="5GB")
    arguments = parser.parse_args()
    timings, compared = make(arguments.home, arguments.memory_limit)
    print_timings(timings)
    return print_differences(compared)


if __name__ == "__main__":
    sys.exit(main())
