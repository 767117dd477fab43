"""The community's WeChat groups as a colleague has exported them: ChatLab's JSON lines, and chatlog's list.

Everybody is a wxid, and whose it is somebody has noted for colleagues and some of the members. Who came in
stands in notices by display name, so a name that two bear leads to nobody; who left by himself is told
nowhere, and what was recalled is gone.
"""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.demo.vendors.community import Community, File, Row, Vendor
from orchestration.demo.vendors.forms import csv_line, json_line, unix_seconds

_OWN = "group_id in (select group_id from group_tellers where system = 'chat_export')"
_REGISTRY = ("group_id", "group_type", "is_flash", "stage", "created_at", "dissolved_at")
"""What is kept by hand of a group, whoever tells the rest."""
_TYPES = {
    "text": 0,
    "image": 1,
    "voice": 2,
    "video": 3,
    "file": 4,
    "emotion": 5,
    "link": 7,
    "red_packet": 20,
    "mini_program": 24,
    "vote": 24,
    "check_in": 24,
}
"""ChatLab's numbers; what has none is 99."""
_QUOTE, _NOTICE, _OTHER = 25, 80, 99
_SYSTEM = "system"


def _wxid(person: str) -> str:
    """An expression for a person's wxid; those of customers are numbered as they are."""
    noted = f"select max(id_value) from identities where id_type = 'wxid' and member_id = {person}"
    number = f"case when regexp_full_match({person}, 'wm[0-9]+') then {person}[3:] else {person} end"
    return f"coalesce(({noted}), 'wxid-' || {number})"


# Everybody told of in a group, a row each, by the name that the group shows.
_MEMBERS = f"""
    with heard as (
        select group_id, member_id as person from membership_events
        union select group_id, inviter_id from membership_events where inviter_id is not null
        union select group_id, coalesce(known.member_id, sender_id)
        from messages left join identities as known on known.id_value = sender_id
        where message_type <> 'system'
        union select group_id, member_id
        from groups join staff on groups.owner_staff_id = staff.staff_id
    ),
    wxids as (
        select person, {_wxid("person")} as member_id from (select distinct person from heard)
    )
    select
        group_id, person, wxids.member_id, right(person, 2) = '77' or display_name is null as is_nameless,
        case when is_nameless then '微信用户' else display_name end as name,
        count(*) over (partition by group_id, name) = 1 as is_told_apart
    from heard join wxids using (person) left join members on members.member_id = person
    where {_OWN} order by group_id, person
"""
_GROUPS = f"""
    select
        {", ".join(_REGISTRY)}, 'wechat' as platform, group_name, owners.member_id as owner_staff_id,
        groups.owner_staff_id as owner
    from groups
    left join staff on staff.staff_id = groups.owner_staff_id
    left join (select distinct person, member_id from chat_export_members) as owners
        on owners.person = staff.member_id
    where {_OWN} order by group_id
"""
_MEMBERSHIP = """
    select
        joined.group_id, joined.event_type, joined.occurred_at, people.member_id, people.name,
        joined.leave_reason, inviters.member_id as inviter_id, inviters.name as inviter_name,
        case
            when joined.event_type = 'join'
                then case when joined.scene = 'invite' then 'invite' else 'qr' end
        end as scene
    from membership_events as joined
    join chat_export_members as people
        on people.group_id = joined.group_id and people.person = joined.member_id and people.is_told_apart
    left join chat_export_members as inviters
        on inviters.group_id = joined.group_id and inviters.person = joined.inviter_id
        and inviters.is_told_apart
    where joined.event_type = 'join' or joined.leave_reason = 'removed'
    order by occurred_at, group_id, member_id
"""
# A message is known by what it says; what was recalled is gone.
_KEY = " || '|' || ".join(
    f"coalesce(replace(replace({part}::varchar, '~', '~~'), '|', '~p'), '~n')"
    for part in ("group_id", "null", "member_id", "sent_at", "message_type", "content", "repetition")
)
_MESSAGES = f"""
    with said as (
        select
            message_id as number, reply_to_id as reply_to_number, messages.group_id, people.member_id,
            people.name, sent_at, message_type as original_type,
            case
                when message_type in ('mini_program', 'vote', 'check_in') then 'link' else message_type
            end as message_type,
            case when message_type = 'text' then content end as content
        from messages
        left join identities on identities.id_value = sender_id
        join chat_export_members as people
            on people.group_id = messages.group_id
            and people.person = coalesce(identities.member_id, sender_id)
        where message_type <> 'system' and recalled_at is null
    ),
    numbered as (
        select
            *, row_number() over (
                partition by group_id, member_id, sent_at, message_type, content order by number
            ) as repetition
        from said
    ),
    identified as (select *, md5({_KEY}) as message_id from numbered)
    select
        identified.* exclude (member_id, repetition), identified.member_id as sender_id,
        replied_to.message_id as reply_to_id
    from identified
    left join (select number, message_id from identified) as replied_to
        on identified.reply_to_number = replied_to.number
    order by sent_at, number
"""
# The team knows its own wxids, and puts owners into the list of staff.
_IDENTITIES = """
    select distinct 'wxid' as id_type, member_id as id_value, person as member_id
    from chat_export_members
    where not regexp_full_match(person, 'wm[0-9]+')
        and member_id not in (select id_value from identities) order by id_value
"""
_STAFF = """
    select distinct groups.owner_staff_id as staff_id, staff_name, department, role
    from chat_export_groups as groups join staff on staff.staff_id = owner order by 1
"""
_ROOMS = """
    select *, (
        select count(*) from chat_export_members as people where people.group_id = rooms.group_id
    ) as user_count
    from chat_export_groups as rooms order by group_id
"""
_LINES = """
    select
        sent_at, sender_id, name, original_type, content, number, reply_to_number, null as notice
    from chat_export_messages where group_id = $1
    union all by name
    select
        occurred_at as sent_at, case
            when event_type = 'leave' then '你将"' || name || '"移出了群聊'
            when scene = 'qr' then '"' || name || '"通过扫描二维码加入群聊'
            when inviter_name is not null then '"' || inviter_name || '"邀请"' || name || '"加入了群聊'
            else '你邀请"' || name || '"加入了群聊'
        end as notice
    from chat_export_membership_events where group_id = $1
    order by sent_at, notice, number
"""


def _files(community: Community) -> Iterator[File]:
    yield "chatrooms.csv", (csv_line(cells) for cells in _rooms(community))
    for room in community.rows(_ROOMS):
        yield f"wxid-demo/{room['group_id']}/chatlab.jsonl", _chat(community, room)


def _rooms(community: Community) -> Iterator[list[object]]:
    yield ["Name", "Remark", "NickName", "Owner", "UserCount"]
    for room in community.rows(_ROOMS):
        owner = room["owner_staff_id"] or ""
        yield [room["group_id"], "", room["group_name"], owner, room["user_count"]]


def _chat(community: Community, room: Row) -> Iterator[str]:
    """The head, who is in it, then what was said."""
    taken_at = unix_seconds(community.snapshots()[-1])
    meta = {"name": room["group_name"], "platform": "wechat", "type": "group", "groupId": room["group_id"]}
    yield json_line(
        {"_type": "header", "chatlab": {"version": "0.0.2", "exportedAt": taken_at}, "meta": meta}
    )
    for person in community.rows(
        "select * from chat_export_members where group_id = ? order by member_id", room["group_id"]
    ):
        yield json_line({"_type": "member", "platformId": person["member_id"], "accountName": person["name"]})
    for line in community.rows(_LINES, room["group_id"]):
        yield json_line({"_type": "message", **_line(line)})


def _line(line: Row) -> Row:
    moment = {"timestamp": unix_seconds(line["sent_at"])}
    if line["notice"]:
        return {
            "sender": _SYSTEM,
            "accountName": "系统消息",
            **moment,
            "type": _NOTICE,
            "content": line["notice"],
        }
    number = _TYPES.get(line["original_type"], _OTHER)
    said: Row = {"sender": line["sender_id"], "accountName": line["name"], **moment, "type": number}
    said |= {"content": line["content"], "platformMessageId": line["number"]}
    if line["reply_to_number"]:
        said |= {"type": _QUOTE, "replyToMessageId": line["reply_to_number"]}
    return said


VENDOR = Vendor(
    says={
        "members": _MEMBERS,
        "groups": _GROUPS,
        "membership_events": _MEMBERSHIP,
        "messages": _MESSAGES,
    },
    files=_files,
    takes={"members": "false", "groups": _OWN, "membership_events": _OWN, "messages": _OWN},
    keeps={"groups": _REGISTRY},
    notes={"identities": _IDENTITIES, "staff": _STAFF},
)
