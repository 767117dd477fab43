"""WeCom's own figures of the community, which differ a little from what its other exports lead to.

WeCom counts recalled messages, chats with customers who agreed to no archive, staff among a group's members
and customers who only block; it knows replies to the minute. It keeps 180 days and answers for thirty; what
is fetched at night says zero of the day before, so that day stands in the next answer again.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from orchestration.demo.vendors.community import Community, File, Row
from orchestration.demo.vendors.forms import json_line, midnight_seconds

_SPAN = 30
_KEPT = 180
_OWNER_DAYS = 30
"""Of so many days the figures by owner were fetched, a file a day."""
_COUNTS = ("chat_cnt", "message_cnt", "negative_feedback_cnt", "new_apply_cnt", "new_contact_cnt")
_GROUP_COUNTS = (
    "new_chat_cnt",
    "chat_total",
    "chat_has_msg",
    "new_member_cnt",
    "member_total",
    "member_has_msg",
    "msg_total",
)
_DAYS = f"""
    select unnest(generate_series(
        greatest(first_day, last_day - {_KEPT - 1}), last_day, interval 1 day
    ))::date as figure_date
    from (
        select date_trunc('month', min(taken_at))::date as first_day, max(taken_at)::date as last_day
        from snapshots
    )
"""
# Now and then somebody writes who agreed to no archive, or one blocks without deleting.
_STAFF_DAYS = f"""
    with days as ({_DAYS}),
    staff as (
        select member_id as staff_id, right(member_id, 3)::int as number
        from wecom_members where member_type = 'staff'
    ),
    added as (
        select
            staff_id, occurred_at::date as figure_date,
            count(distinct member_id) filter (where event_type = 'add') as new_contacts,
            count(*) filter (where event_type = 'add' and add_way in ('search_phone', 'card')) as asked,
            count(*) filter (where event_type = 'customer_delete') as deletions
        from wecom_contact_events group by all
    ),
    chats as (
        select
            case when sender_id like 'st%' then sender_id else receiver_id end as staff_id,
            case when sender_id like 'st%' then receiver_id else sender_id end as member_id,
            sent_at::date as figure_date,
            count(*) filter (where sender_id like 'st%') as sent,
            min(sent_at) filter (where sender_id not like 'st%') as asked_at,
            list(sent_at order by sent_at) filter (where sender_id like 'st%') as answers
        from wecom_messages where group_id is null group by all
    ),
    talked as (
        select
            staff_id, figure_date, count(*) as chats, sum(sent) as sent, count(asked_at) as asked,
            count(reply_seconds) as replied, sum(reply_seconds) as reply_seconds
        from (
            select
                *, date_diff(
                    'second', asked_at, list_filter(answers, lambda moment: moment > asked_at)[1]
                ) as reply_seconds
            from chats
        )
        group by all
    ),
    found as (
        select
            staff_id, figure_date, coalesce(new_contacts, 0) as new_contact_cnt,
            coalesce(added.asked, 0) + (date_diff('day', date '2000-01-01', figure_date) + number) % 3
                as new_apply_cnt,
            coalesce(deletions, 0) + ((dayofyear(figure_date) + number) % 61 = 0)::int
                as negative_feedback_cnt,
            (chats is not null and (dayofyear(figure_date) + number) % 6 = 0)::int as unarchived,
            coalesce(chats, 0) + unarchived as chat_cnt,
            coalesce(sent, 0) + 2 * unarchived as message_cnt,
            coalesce(talked.asked, 0) + unarchived as asked,
            coalesce(replied, 0) + unarchived as replied,
            coalesce(reply_seconds, 0) + 90 * unarchived as reply_seconds
        from days cross join staff
        left join added using (staff_id, figure_date)
        left join talked using (staff_id, figure_date)
    )
    select
        coalesce(staff_id, 'all') as scope_id, figure_date,
        {", ".join(f"sum({name})::bigint as {name}" for name in _COUNTS)},
        round(100 * sum(replied) / nullif(sum(asked), 0), 2) as reply_percentage,
        round(sum(reply_seconds) / nullif(sum(replied), 0) / 60) as avg_reply_time
    from found
    group by grouping sets ((staff_id, figure_date), (figure_date))
    order by scope_id, figure_date
"""
# The owner is a member of the group and joined when it was made. Groups that an SCRM tells are WeCom's too.
_GROUP_DAYS = f"""
    with days as ({_DAYS}),
    its_groups as (
        select group_id, owner_staff_id, created_at, dissolved_at from wecom_groups
        union all
        select group_id, owner_staff_id, created_at, dissolved_at from scrm_groups
    ),
    of_groups as (
        select
            group_id, owner_staff_id, figure_date, created_at::date = figure_date as is_new
        from its_groups cross join days
        where owner_staff_id is not null and created_at < figure_date + 1
            and (dissolved_at is null or dissolved_at >= figure_date + 1)
    ),
    stays as (
        select group_id, occurred_at, gone_at from wecom_membership_events where event_type = 'join'
        union all
        select group_id, occurred_at, coalesce(gone_at, dissolved_at, 'infinity')
        from (
            select
                *, lead(occurred_at) over (
                    partition by group_id, member_id order by occurred_at, event_type
                ) as gone_at
            from scrm_membership_events join scrm_groups using (group_id)
        )
        where event_type = 'join'
    ),
    changes as (
        select group_id, occurred_at::date as figure_date, 1 as change, 1 as is_join from stays
        union all
        select group_id, gone_at::date, -1, 0 from stays where gone_at < 'infinity'
    ),
    changed as (
        select group_id, figure_date, sum(change) as change, sum(is_join) as joins
        from changes group by all
    ),
    members as (
        select
            group_id, figure_date, joins,
            sum(change) over (partition by group_id order by figure_date) as members
        from changed
    ),
    talked as (
        select sender_id, group_id, sent_at::date as figure_date, count(*) as messages
        from wecom_messages where group_id is not null group by all
    ),
    talked_groups as (
        select group_id, figure_date, sum(messages) as messages from talked group by all
    ),
    speakers as (
        select
            coalesce(owner_staff_id, 'all') as scope_id, figure_date,
            count(distinct sender_id) as member_has_msg
        from of_groups join talked using (group_id, figure_date)
        group by grouping sets ((owner_staff_id, figure_date), (figure_date))
    ),
    found as (
        select
            coalesce(owner_staff_id, 'all') as scope_id, of_groups.figure_date,
            sum(is_new::int) as new_chat_cnt, count(*) as chat_total, count(messages) as chat_has_msg,
            sum(
                is_new::int
                + case when members.figure_date = of_groups.figure_date then joins else 0 end
            ) as new_member_cnt,
            sum(1 + coalesce(members, 0)) as member_total, coalesce(sum(messages), 0) as msg_total
        from of_groups
        asof left join members
            on of_groups.group_id = members.group_id and of_groups.figure_date >= members.figure_date
        left join talked_groups
            on of_groups.group_id = talked_groups.group_id
            and of_groups.figure_date = talked_groups.figure_date
        group by grouping sets ((owner_staff_id, of_groups.figure_date), (of_groups.figure_date))
    )
    select
        scope_id, figure_date,
        {", ".join(f"coalesce({name}, 0)::bigint as {name}" for name in _GROUP_COUNTS)}
    from found left join speakers using (scope_id, figure_date)
    order by scope_id, figure_date
"""
FIGURES = {"staff_days": _STAFF_DAYS, "group_days": _GROUP_DAYS}
"""By name a query for the figures from what WeCom tells."""


def figure_files(community: Community) -> Iterator[File]:
    """Answers of the three calls for figures; none says whom it is about, so the names do."""
    rows = community.rows("select * from wecom_staff_days")
    for staff, days in groupby(rows, key=lambda row: str(row["scope_id"])):
        yield f"figures/{staff}_behavior.jsonl", _behavior(list(days))
    found = list(community.rows("select * from wecom_group_days"))
    of_all = [day for day in found if day["scope_id"] == "all"]
    yield "figures/all_groupchat_by_day.jsonl", _by_day(of_all)
    for day in of_all[-_OWNER_DAYS:]:
        date = day["figure_date"]
        owners = [row for row in found if row["figure_date"] == date and row["scope_id"] != "all"]
        yield f"figures/groupchat_statistic_{date:%Y-%m-%d}.json", iter([_by_owner(owners)])


def _behavior(days: list[Row]) -> Iterator[str]:
    for answer in _answers(days, _COUNTS):
        found = [{"stat_time": midnight_seconds(day["figure_date"]), **_staff_day(day)} for day in answer]
        yield json_line({"errcode": 0, "errmsg": "ok", "behavior_data": found})


def _staff_day(day: Row) -> Row:
    """Without a chat the share and the time of replies are missing."""
    found: Row = {name: day[name] for name in _COUNTS}
    if day["reply_percentage"] is not None:
        found["reply_percentage"] = day["reply_percentage"]
    if day["avg_reply_time"] is not None:
        found["avg_reply_time"] = int(day["avg_reply_time"])
    return found


def _by_day(days: list[Row]) -> Iterator[str]:
    for answer in _answers(days, _GROUP_COUNTS):
        found = [
            {"stat_time": midnight_seconds(day["figure_date"]), "data": _group_counts(day)} for day in answer
        ]
        yield json_line({"errcode": 0, "errmsg": "ok", "items": found})


def _by_owner(owners: list[Row]) -> str:
    found = [{"owner": row["scope_id"], "data": _group_counts(row)} for row in owners]
    return json_line({"errcode": 0, "errmsg": "ok", "total": len(found), "next_offset": 0, "items": found})


def _group_counts(row: Row) -> Row:
    return {name: row[name] for name in _GROUP_COUNTS}


def _answers(days: list[Row], counts: tuple[str, ...]) -> Iterator[list[Row]]:
    """Spans of days; all but the last end with a day that is not counted yet and begins the next."""
    unknown = {"reply_percentage": None, "avg_reply_time": None}
    for start in range(0, len(days), _SPAN - 1):
        answer = days[start : start + _SPAN]
        if start + _SPAN < len(days):
            early = answer[-1] | dict.fromkeys(counts, 0) | unknown
            yield [*answer[:-1], early]
        else:
            yield answer
            return
