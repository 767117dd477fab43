"""Invents the community and writes it as a canonical export, month by month."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from orchestration.demo import activities as activity_steps
from orchestration.demo import channels, groups, messages, people, reporting, service, touches
from orchestration.demo import goods as goods_steps
from orchestration.demo import orders as order_steps
from orchestration.demo import spans as span_steps
from orchestration.demo.blemishes import planted_rejects, write_blemishes
from orchestration.demo.groups import Groups
from orchestration.demo.live import LiveSessions, invent_live_sessions, live_table
from orchestration.demo.manifest import clear_demo, sha256_of, write_manifest
from orchestration.demo.people import People
from orchestration.demo.plan import DEMO_VERSION, EPOCH, Floats, Ints, Plan, Scale, Window, make_plan
from orchestration.demo.sink import Sink
from orchestration.demo.texts import TextPool, write_texts
from orchestration.demo.vendors import VENDORS, write_as_vendor
from orchestration.demo.vendors.community import Community
from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.progress import Progress

_WORKSHOP = ".demo-writing"
_ALL_SYSTEMS = "all"


@dataclass(frozen=True)
class DemoReport:
    """What was written.

    Attributes:
        out: The canonical folder.
        systems: Whose exports were written beside it.
        rows: Rows of each entity as invented, without those of the later files.
        files: Relative to the folder above `out`, in the order in which the gate takes them.
        sha256: Of each of `files`.
        planted_rejects: Rows that the gate rejects.
        resent_rows: Rows that replace an earlier one.
        mass_exit_group, mass_exit_at, mass_exit_members: The evening on which many leave one group.
        replaced_sha256: Files of an earlier demo that were deleted first.
        seconds: Time it took.
    """

    out: Path
    scale: Scale
    seed: int
    first_day: date
    last_day: date
    rows: dict[str, int]
    files: tuple[str, ...]
    sha256: tuple[str, ...]
    planted_rejects: int
    resent_rows: int
    mass_exit_group: str
    mass_exit_at: datetime
    mass_exit_members: int
    systems: tuple[str, ...] = ()
    replaced_sha256: tuple[str, ...] = ()
    seconds: float = 0.0


class Tables(Protocol):
    """Takes the tables of the community as they are invented."""

    def write(self, entity: str, table: pa.Table, part: str | None = None) -> None:
        """Take rows of `entity`; `part` is their month, None where they come at once."""


@dataclass(frozen=True)
class _World:
    """Everything that is decided before the months are written."""

    plan: Plan
    people: People
    groups: Groups
    spans: span_steps.Spans
    mass_exit: span_steps.MassExit
    first_seen: Ints
    activities: activity_steps.Activities
    goods: goods_steps.Goods
    live: LiveSessions
    orders: order_steps.Orders
    lines: order_steps.Lines
    contacts: service.Contacts
    pool: TextPool
    talk_rate: Floats


@dataclass
class _Counters:
    """Numbers of the next rows."""

    message: int = 1
    touch: int = 1


def write_demo(
    out: Path,
    scale: Scale = "small",
    seed: int = 7,
    progress: Progress | None = None,
    last_day: date | None = None,
    days: int | None = None,
    systems: Collection[str] = (),
) -> DemoReport:
    """Write an invented community into the canonical folder `out`.

    The same arguments give the same bytes. An earlier demo there is deleted first.

    Args:
        out: Canonical folder, such as `<home>/exports/canonical`; created.
        scale: small (2,000 members, 180 days, CSV), medium (50,000, 365, CSV) or
            large (1,000,000, 730, Parquet).
        seed: Any whole number from 0 on.
        progress: Hears stage "demo" with one unit a month and one for the rest, and one more for each system.
        last_day: The last day with data, 2026-06-30 unless given.
        days: Fewer days than the scale has, for trials.
        systems: Vendors that tell of the community in files of their own, in the folders beside `out`, or
            `all`; what none of them can say stays canonical, as CSV.

    Raises:
        ShequnError: demo.E_SEED, demo.E_LAST_DAY (the gate would reject what lies ahead), demo.E_SYSTEM or
            demo.E_OUT.
    """
    began = time.monotonic()
    listener = progress or Progress()
    plan = _checked_plan(scale, seed, last_day, days)
    vendors = _checked_systems(systems)
    replaced = _cleared_folder(out)
    with _workshop(out) as folder:
        listener.stage("demo", len(plan.months()) + 1 + len(vendors))
        world = _invent(plan)
        if vendors:
            rows, planted, resent = _write_by_vendors(world, folder, out.name, vendors, listener), 0, 0
        else:
            sink = Sink(folder / out.name, plan.file_format)
            _write_world(world, sink, listener)
            planted, resent = planted_rejects(), write_blemishes(sink)
            sink.close()
            rows = sink.rows
        files = _move_into_place(folder, out, plan)
    return DemoReport(
        out=out,
        scale=scale,
        seed=seed,
        first_day=plan.first_day,
        last_day=plan.last_day,
        rows=rows,
        files=tuple(files),
        sha256=tuple(files.values()),
        planted_rejects=planted,
        resent_rows=resent,
        mass_exit_group=world.groups.ids[world.mass_exit.group].as_py(),
        mass_exit_at=datetime.combine(EPOCH, datetime.min.time()) + timedelta(seconds=world.mass_exit.start),
        mass_exit_members=world.mass_exit.members,
        systems=vendors,
        replaced_sha256=tuple(replaced),
        seconds=time.monotonic() - began,
    )


def invent_tables(plan: Plan, tables: Tables) -> None:
    """Invent the community of `plan` and hand over its tables."""
    _write_world(_invent(plan), tables, Progress())


def _write_world(world: _World, tables: Tables, listener: Progress) -> None:
    _write_at_once(world, tables)
    listener.advance("people, groups, orders")
    counters = _Counters()
    for window in world.plan.months():
        _write_month(world, window, tables, counters)
        listener.advance(window.label)


def _write_by_vendors(
    world: _World, folder: Path, canonical: str, vendors: tuple[str, ...], listener: Progress
) -> dict[str, int]:
    """Files of the vendors, and canonical ones of what they leave; rows by entity."""
    database = folder / "community.duckdb"
    with Community(database, world.plan) as community:
        _write_world(world, community, listener)
        rows = community.counts()
        community.retell(VENDORS, vendors)
        sink = Sink(folder / canonical, "csv")
        community.write_canonical(sink)
        sink.close()
        for system in vendors:
            write_as_vendor(community, system, folder / system)
            listener.advance(system)
    database.unlink()
    return rows


def _checked_systems(systems: Collection[str]) -> tuple[str, ...]:
    """In the order in which they tell their part, each once; `all` stands for all of them."""
    known = (*VENDORS, _ALL_SYSTEMS)
    unknown = [name for name in systems if name not in known]
    if unknown:
        raise ShequnError("demo.E_SYSTEM", EXIT_USAGE, system=unknown[0], known=", ".join(known))
    return tuple(name for name in VENDORS if name in systems or _ALL_SYSTEMS in systems)


def _checked_plan(scale: Scale, seed: int, last_day: date | None, days: int | None) -> Plan:
    if seed < 0:
        raise ShequnError("demo.E_SEED", EXIT_USAGE, seed=seed)
    plan = make_plan(scale, seed, last_day, days)
    if plan.last_day > date.today():
        raise ShequnError("demo.E_LAST_DAY", EXIT_USAGE, last_day=plan.last_day)
    return plan


def _cleared_folder(out: Path) -> list[str]:
    """Make `out`, without the files of an earlier demo; their SHA-256."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        replaced = clear_demo(out.parent)
        out.mkdir(exist_ok=True)
    except OSError as error:
        raise ShequnError("demo.E_OUT", EXIT_USAGE, path=out, detail=error.strerror) from error
    return replaced


@contextmanager
def _workshop(out: Path) -> Iterator[Path]:
    """A hidden folder in the inbox, so that the gate never meets a file half written."""
    folder = out.parent / _WORKSHOP
    shutil.rmtree(folder, ignore_errors=True)
    (folder / out.name).mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move_into_place(folder: Path, out: Path, plan: Plan) -> dict[str, str]:
    """Name all files in the manifest, then move them; SHA-256 by path relative to the inbox."""
    inbox = out.parent
    paths = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    files = {path.as_posix(): sha256_of(folder / path) for path in paths}
    facts = {
        "version": DEMO_VERSION,
        "scale": plan.scale,
        "seed": plan.seed,
        "first_day": plan.first_day.isoformat(),
        "last_day": plan.last_day.isoformat(),
    }
    write_manifest(inbox, facts, files)
    for path in paths:
        (inbox / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).replace(inbox / path)
    return files


def _invent(plan: Plan) -> _World:
    crowd = people.invent_people(plan)
    circles = groups.invent_groups(plan, crowd)
    memberships, mass_exit = span_steps.invent_spans(plan, crowd, circles)
    first_seen = span_steps.first_joins(crowd, memberships)
    events = activity_steps.invent_activities(plan, circles)
    goods = goods_steps.invent_goods(plan)
    live = invent_live_sessions(plan)
    orders, lines = order_steps.invent_orders(plan, crowd, circles, memberships, goods, events, live)
    return _World(
        plan=plan,
        people=crowd,
        groups=circles,
        spans=memberships,
        mass_exit=mass_exit,
        first_seen=first_seen,
        activities=events,
        goods=goods,
        live=live,
        orders=orders,
        lines=lines,
        contacts=service.invent_contacts(plan, crowd, circles, memberships, first_seen),
        pool=write_texts(plan),
        talk_rate=messages.expected_talk(plan, crowd, circles, memberships),
    )


def _write_at_once(world: _World, sink: Tables) -> None:
    """The entities that fit into one table."""
    plan, crowd, circles, orders = world.plan, world.people, world.groups, world.orders
    sold = np.bincount(
        orders.live[orders.live >= 0], weights=orders.paid[orders.live >= 0], minlength=len(world.live.start)
    )
    sink.write("groups", groups.groups_table(plan, circles, crowd))
    sink.write("members", people.members_table(plan, crowd, world.first_seen))
    sink.write("identities", people.identities_table(crowd))
    sink.write("staff", people.staff_table(crowd))
    sink.write("channels", channels.channels_table())
    sink.write("channel_spend", channels.spend_table(plan, world.spans))
    sink.write("activities", activity_steps.activities_table(plan, circles, world.activities))
    sink.write("products", goods_steps.products_table(world.goods))
    sink.write("contact_events", service.contacts_table(plan, crowd, world.contacts))
    sink.write("feedback", service.feedback_table(plan, crowd, circles, world.spans, orders))
    sink.write("member_tags", service.tags_table(plan, crowd, world.first_seen))
    sink.write("live_sessions", live_table(plan, world.live, sold.astype(np.int64)))
    sink.write("content_posts", reporting.posts_table(plan))
    sink.write("kpi_targets", reporting.targets_table(plan, circles, orders))
    events, moments = span_steps.membership_table(plan, crowd, circles, world.spans)
    for window in plan.months():
        low, high = np.searchsorted(moments, [window.start, window.end])
        sink.write("membership_events", events.slice(low, high - low), window.label)


def _write_month(world: _World, window: Window, sink: Tables, counters: _Counters) -> None:
    """One month of what happens all the time."""
    plan, crowd, circles, memberships = world.plan, world.people, world.groups, world.spans
    done = activity_steps.take_part(plan, window, crowd, circles, memberships, world.activities)
    table = activity_steps.participations_table(plan, window, crowd, circles, world.activities, done)
    sink.write("activity_participations", table, window.label)
    talk = _month_talk(world, window, done)
    table = messages.messages_table(plan, window, crowd, circles, talk, world.pool, counters.message)
    sink.write("messages", table, window.label)
    table = messages.actions_table(plan, window, crowd, circles, talk, counters.message)
    sink.write("message_actions", table, window.label)
    counters.message += len(talk)
    table = order_steps.orders_table(
        plan, window, crowd, circles, memberships, world.activities, world.live, world.orders
    )
    sink.write("orders", table, window.label)
    sink.write(
        "order_items", order_steps.items_table(window, world.orders, world.lines, world.goods), window.label
    )
    sink.write("refunds", order_steps.refunds_table(plan, window, world.orders), window.label)
    table = touches.touches_table(
        plan, window, crowd, circles, memberships, world.orders, world.mass_exit, counters.touch
    )
    sink.write("touches", table, window.label)
    counters.touch += table.num_rows
    table = touches.page_views_table(plan, window, crowd, circles, memberships, len(world.goods.names))
    sink.write("page_views", table, window.label)


def _month_talk(world: _World, window: Window, done: activity_steps.Participations) -> messages.Talk:
    plan, crowd, circles, memberships, pool = world.plan, world.people, world.groups, world.spans, world.pool
    own = messages.customer_talk(plan, window, circles, memberships, world.talk_rate, pool)
    contacts = world.contacts
    return messages.in_order(
        [
            own,
            messages.repeats(plan, window, own),
            messages.greetings(plan, window, circles, memberships, pool),
            messages.activity_talk(plan, window, circles, world.activities, done, pool),
            messages.chatter(plan, window, crowd, circles, pool),
            messages.system_lines(plan, window, crowd, memberships, pool),
            messages.private_chats(plan, window, crowd, circles, memberships, pool),
            messages.welcomes(plan, window, crowd, contacts.clerk, contacts.member, contacts.moment, pool),
        ]
    )
