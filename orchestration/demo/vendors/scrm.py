"""The community as a self-hosted SCRM (LinkWeChat) keeps it: a SQLite dump of groups, members and customers.

Its ids are WeCom's own. It knows when and how somebody left, but not who was there before it looked, nor whom
staff have deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from orchestration.demo.vendors.community import Community, File, Row, Vendor
from orchestration.demo.vendors.forms import write_database
from orchestration.demo.vendors.wecom import ADD_WAYS, GENDERS, JOIN_SCENES, PEOPLE, QUIT_SCENES, USERID

_OWN = "group_id in (select group_id from group_tellers where system = 'scrm')"
_REGISTRY = ("group_id", "group_type", "is_flash", "stage", "dissolved_at")
"""What is kept by hand of a group, whoever tells the rest."""
_GROUPS = f"""
    select {", ".join(_REGISTRY)}, 'wecom' as platform, group_name, owner_staff_id, created_at
    from groups where {_OWN} order by group_id
"""
# A row for each stay, so a leave stands beside the join before it.
_MEMBERSHIP = f"""
    with changes as (
        select
            *, lag(event_type) over (
                partition by group_id, member_id order by occurred_at, event_type
            ) as event_before
        from membership_events where {_OWN}
    )
    select
        group_id, member_id, event_type, occurred_at, channel_id, leave_reason,
        case when scene = 'card' then 'qr' else scene end as scene
    from changes where event_type = 'join' or event_before = 'join'
    order by group_id, member_id, occurred_at, event_type
"""
# Of one contact added twice the last time counts; whom staff deleted is dropped.
_CONTACTS = """
    select staff_id, member_id, event_type, occurred_at, add_way, channel_id
    from contact_events
    where event_type = 'add' and (staff_id, member_id) not in (
        select (staff_id, member_id) from contact_events where event_type = 'staff_delete'
    )
    qualify row_number() over (partition by staff_id, member_id order by occurred_at desc) = 1
    order by staff_id, member_id
"""
_MEMBERS = """
    with added as (
        select member_id, min(occurred_at) as first_seen_at from scrm_contact_events group by member_id
    ),
    seen as (
        select member_id from added union select member_id from scrm_membership_events
    )
    select
        member_id, 'customer' as member_type, unionid, first_seen_at,
        case when added.member_id is not null then phone end as phone,
        case when added.member_id is not null and gender <> 'unknown' then gender end as gender
    from seen
    left join (select member_id, unionid, phone, gender from members) using (member_id)
    left join added using (member_id)
    union all by name
    select staff_id as member_id, 'staff' as member_type
    from (
        select staff_id from scrm_contact_events
        union select owner_staff_id from scrm_groups
    )
    order by member_id
"""
_STAYS = """
    select *, lead(occurred_at) over stay as next_at, lead(event_type) over stay as next_type,
        lead(leave_reason) over stay as why
    from scrm_membership_events left join (select member_id, unionid from scrm_members) using (member_id)
    window stay as (partition by group_id, member_id order by occurred_at, event_type)
    qualify event_type = 'join'
    order by occurred_at, group_id, member_id
"""
_CUSTOMERS = """
    select * from scrm_contact_events join scrm_members using (member_id) order by occurred_at, member_id
"""
_TABLES: dict[str, tuple[str, ...]] = {
    "we_group": ("id", "chat_id", "group_name", "add_time", "notice", "owner", "status", "del_flag"),
    "we_group_member": (
        "id",
        "chat_id",
        "user_id",
        "union_id",
        "join_time",
        "join_scene",
        "quit_scene",
        "quit_time",
        "type",
        "group_nick_name",
        "name",
        "invitor_user_id",
        "state",
        "del_flag",
    ),
    "we_customer": (
        "id",
        "external_userid",
        "customer_name",
        "customer_type",
        "avatar",
        "gender",
        "unionid",
        "phone",
        "add_user_id",
        "add_time",
        "add_method",
        "state",
        "tag_ids",
        "del_flag",
    ),
    "sys_config": ("config_id", "config_name"),
}
"""Tables of the dump with their columns; the last is none of the community's and is left alone."""


def _files(community: Community) -> Iterator[File]:
    yield "linkwechat.db", partial(_write_dump, community)


def _write_dump(community: Community, path: Path) -> None:
    groups = community.rows("select * from scrm_groups order by group_id")
    rows = {
        "we_group": map(_group, groups),
        "we_group_member": map(_stay, community.rows(_STAYS)),
        "we_customer": map(_customer, community.rows(_CUSTOMERS)),
        "sys_config": iter([{"config_id": 1, "config_name": "主框架页-默认皮肤样式名称"}]),
    }
    write_database(path, ((table, columns, rows[table]) for table, columns in _TABLES.items()))


def _group(group: Row) -> Row:
    return {
        "chat_id": group["group_id"],
        "group_name": group["group_name"],
        "add_time": _text(group["created_at"]),
        "notice": "",
        "owner": group["owner_staff_id"],
        "status": 0,
        "del_flag": 0,
    }


def _stay(stay: Row) -> Row:
    """A member of a group, gone or not."""
    has_left = stay["next_type"] == "leave"
    return {
        "chat_id": stay["group_id"],
        "user_id": stay["member_id"],
        "union_id": stay["unionid"],
        "join_time": _text(stay["occurred_at"]),
        "join_scene": JOIN_SCENES.get(stay["scene"]),
        "quit_scene": QUIT_SCENES[stay["why"]] if has_left else None,
        "quit_time": _text(stay["next_at"]) if has_left else None,
        "type": 2,
        "name": "微信用户",
        "state": stay["channel_id"],
        "del_flag": int(has_left),
    }


def _customer(contact: Row) -> Row:
    """A customer of one of the staff."""
    return {
        "external_userid": contact["member_id"],
        "customer_name": "微信用户",
        "customer_type": 1,
        "gender": GENDERS.get(contact["gender"], 0),
        "unionid": contact["unionid"],
        "phone": contact["phone"],
        "add_user_id": contact["staff_id"],
        "add_time": _text(contact["occurred_at"]),
        "add_method": ADD_WAYS[contact["add_way"]],
        "state": contact["channel_id"],
        "del_flag": 0,
    }


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


VENDOR = Vendor(
    says={
        "groups": _GROUPS,
        "membership_events": _MEMBERSHIP,
        "contact_events": _CONTACTS,
        "members": _MEMBERS,
    },
    files=_files,
    takes={
        "groups": _OWN,
        "membership_events": _OWN,
        "contact_events": "event_type = 'add'",
        "members": "member_id in (select member_id from scrm_members)",
    },
    keeps={"groups": _REGISTRY},
    renames=dict.fromkeys(PEOPLE, USERID),
)
