"""The community as WeCom (企业微信) tells it: groups, contacts, messages and mass sends.

Staff appear by the userid that is their staff id. Groups of another platform are left to others; system lines
and who invited whom stay unsaid.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from orchestration.demo.vendors.community import Community, File, Row, Vendor
from orchestration.demo.vendors.forms import json_line, pages, shuffled, unix_millis, unix_seconds
from orchestration.demo.vendors.wecom_figures import FIGURES, figure_files

# Who is in a group of WeCom's another system may tell; what is said in it WeCom's archive holds all the same.
_OWN = "(select group_id from group_tellers where system = 'wecom')"
_ELSEWHERE = "(select group_id from groups where platform <> 'wecom')"
# Staff are called by their userid, robots begin with wb, whoever else is in a group with wm.
USERID = """
    case
        when {0} like 'zg%' then 'st' || {0}[-3:]
        when {0} like 'bot%' then 'wb' || {0}[4:]
        when {0} like 'qf%' then 'wm' || {0}
        else {0}
    end
"""
PEOPLE = ("member_id", "sender_id", "receiver_id", "actor_id", "inviter_id", "sharer_id")
JOIN_SCENES = {"invite": 1, "link": 2, "qr": 3}
_CALLBACK_SCENES = {"invite": 0, "qr": 3}
QUIT_SCENES = {"self": 0, "removed": 1}
GENDERS = {"male": 1, "female": 2}
ADD_WAYS = {"scan": 1, "search_phone": 2, "card": 3, "group": 4, "channels": 10}
_CONTACT_CHANGES = {
    "add": "add_external_contact",
    "staff_delete": "del_external_contact",
    "customer_delete": "del_follow_user",
}
_REPEATED = 20
"""One callback in so many is delivered twice."""
_PAGE = 100
_CORP = "ww0demo0demo0demo0"

# The type and the stage of a group are kept by hand, whoever tells the rest. Snapshots tell name and owner;
# of a group gone before the first of them callbacks alone know, and of a creation before all months nobody.
_REGISTRY = ("group_id", "group_type", "is_flash", "stage")
_GROUPS = f"""
    select
        {", ".join(_REGISTRY)}, 'wecom' as platform, dissolved_at, is_shown,
        case when is_shown then group_name end as group_name,
        case when is_shown then owner_staff_id end as owner_staff_id,
        case
            when is_shown or created_at >= (select date_trunc('month', min(taken_at)) from snapshots)
                then created_at
        end as created_at
    from (
        select
            *, exists (
                select 1 from snapshots
                where taken_at >= created_at and taken_at < coalesce(dissolved_at, 'infinity')
            ) as is_shown
        from groups where group_id in {_OWN}
    )
    union all by name
    select group_id, 'wecom' as platform, false as is_shown
    from group_tellers where system = 'wecom' and group_id not in (select group_id from groups)
"""
# Only a join that some snapshot shows has a state, and a scene that tells links from invitations.
_MEMBERSHIP = f"""
    with changes as (
        select
            *, lead(occurred_at) over (
                partition by group_id, member_id order by occurred_at, event_type
            ) as next_at
        from membership_events where group_id in {_OWN}
    ),
    stays as (
        select
            changes.*, least(coalesce(next_at, 'infinity'), coalesce(dissolved_at, 'infinity')) as gone_at,
            platform is not null as is_listed
        from changes left join groups using (group_id)
    ),
    shown as (
        select
            stays.*, is_listed and event_type = 'join' and exists (
                select 1 from snapshots where taken_at >= occurred_at and taken_at < gone_at
            ) as is_shown
        from stays
    )
    select
        group_id, member_id, event_type, occurred_at, leave_reason, is_shown, gone_at,
        case
            when scene in ('qr', 'card') then 'qr' when is_shown or scene is null then scene else 'invite'
        end as scene,
        case when is_shown then channel_id end as channel_id
    from shown order by occurred_at, group_id, member_id, event_type
"""
# Staff who deleted a customer have him in no list any more, so nobody knows how he was added.
_CONTACTS = """
    with deleted as (select staff_id, member_id from contact_events where event_type = 'staff_delete')
    select
        staff_id, member_id, event_type, occurred_at, channel_id,
        case when deleted.staff_id is null then add_way end as add_way,
        event_type = 'add' and deleted.staff_id is null as is_shown
    from contact_events left join deleted using (staff_id, member_id)
    order by occurred_at, staff_id, member_id
"""
_FRIENDS = """
    select
        member_id, min(occurred_at) as first_seen_at
    from contact_events
    where event_type = 'add'
        and (staff_id, member_id) not in (
            select (staff_id, member_id) from contact_events where event_type = 'staff_delete'
        )
    group by member_id
"""
_MEMBERS = f"""
    with friends as ({_FRIENDS}),
    seen as (
        select distinct member_id from wecom_membership_events where is_shown
        union select member_id from friends
    )
    select
        member_id, 'customer' as member_type, unionid, display_name,
        case when friends.member_id is not null then phone end as phone,
        case when friends.member_id is not null then coalesce(gender, 'unknown') end as gender,
        first_seen_at
    from seen
    left join (select * exclude (first_seen_at) from members) using (member_id)
    left join friends using (member_id)
    union all by name
    select member_id, case when member_id like 'wb%' then 'bot' else 'staff' end as member_type
    from (
        select distinct sender_id as member_id from wecom_messages where sender_id not like 'wm%'
        union select staff_id from wecom_contact_events where is_shown
        union select owner_staff_id from wecom_groups where owner_staff_id is not null
    )
    order by member_id
"""
_TAGS = f"""
    select member_id, tag, min(tag_source) as tag_source
    from member_tags
    where removed_at is null and member_id in (select member_id from ({_FRIENDS}))
    group by all order by member_id, tag
"""
_MESSAGES = f"""
    select
        message_id, group_id, sender_id, receiver_id, sent_at,
        case message_type when 'check_in' then 'mini_program' else message_type end as message_type,
        content, recalled_at
    from messages
    where message_type <> 'system' and (group_id is null or group_id not in {_ELSEWHERE})
    order by sent_at, message_id
"""
# One result a send and receiver. Nobody reaches who is no contact; what was not sent has the send's time.
_TOUCHES = """
    with sends as (
        select
            'msgB' || batch_id[2:] as batch_id, member_id, touched_at, touch_status,
            min(touched_at) over (partition by batch_id) as created_at,
            row_number() over (partition by batch_id, member_id order by touch_id desc) as latest
        from touches where touch_kind = 'mass_message'
    ),
    clerks as (
        select member_id, max(staff_id) as staff_id
        from wecom_contact_events where is_shown group by all
    )
    select
        batch_id, member_id, 'mass_message' as touch_kind, created_at,
        coalesce(staff_id, 'st001') as sender_id,
        batch_id || '|' || coalesce(staff_id, 'st001') || '|' || member_id as touch_id,
        case when touch_status = 'unsent' then created_at else touched_at end as touched_at,
        case
            when touch_status in ('unsent', 'failed') then touch_status
            when staff_id is null then 'failed' else 'delivered'
        end as touch_status,
        staff_id is not null as is_friend
    from sends left join clerks using (member_id)
    where latest = 1 order by batch_id, member_id
"""


def _files(community: Community) -> Iterator[File]:
    for taken_at in community.snapshots():
        yield f"groupchat_get_{taken_at:%Y-%m-%d_%H%M}.jsonl", _snapshot(community, taken_at)
    last = community.snapshots()[-1]
    yield f"externalcontact_get_{last:%Y-%m-%d_%H%M}.jsonl", _tagged_contacts(community)
    yield f"get_by_user_{last:%Y-%m-%d_%H%M}.jsonl", _contact_pages(community)
    for month in community.months():
        yield f"change_external_chat_{month}.xml", _chat_callbacks(community, month)
        yield f"change_external_contact_{month}.jsonl", _contact_callbacks(community, month)
        yield f"msgaudit_{month}.jsonl", _messages(community, month)
    yield "get_groupmsg_list_v2.jsonl", _mass_sends(community)
    for batch in community.rows("select distinct batch_id from wecom_touches order by batch_id"):
        name = batch["batch_id"]
        yield f"get_groupmsg_send_result/{name}.jsonl", _send_results(community, name)
    yield from figure_files(community)


def _snapshot(community: Community, taken_at: datetime) -> Iterator[str]:
    """Answers of groupchat/get, a group a line."""
    groups = community.rows(
        """
        select *, (
            select list(struct_pack(member_id, occurred_at, scene, channel_id, unionid, display_name)
                order by occurred_at, member_id)
            from wecom_membership_events as joins left join wecom_members as people using (member_id)
            where joins.group_id = found.group_id and event_type = 'join'
                and occurred_at <= $1 and gone_at > $1
        ) as members
        from wecom_groups as found
        where created_at <= $1 and (dissolved_at is null or dissolved_at > $1)
        order by group_id
        """,
        taken_at,
    )
    for group in groups:
        owner = group["owner_staff_id"]
        members = [_group_member(member) for member in group["members"] or ()]
        answer = {
            "chat_id": group["group_id"],
            "name": group["group_name"],
            "owner": owner or "",
            "create_time": unix_seconds(group["created_at"]),
            "notice": "",
            "member_list": members,
            "admin_list": [{"userid": owner}] if owner else [],
            "member_version": f"v{len(members)}",
        }
        yield json_line({"errcode": 0, "errmsg": "ok", "group_chat": answer})


def _group_member(member: Row) -> Row:
    found = {
        "userid": member["member_id"],
        "type": 2,
        "join_time": unix_seconds(member["occurred_at"]),
        "join_scene": JOIN_SCENES[member["scene"]],
        "state": member["channel_id"],
        "unionid": member["unionid"],
        "group_nickname": "",
        "name": member["display_name"],
    }
    return _known(found)


def _known(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value is not None}


_SHOWN_CONTACTS = """
    select staff_id, occurred_at, add_way, channel_id, people.*, tags
    from wecom_contact_events join wecom_members as people using (member_id)
    left join (
        select member_id, list(struct_pack(tag, tag_source) order by tag) as tags
        from wecom_member_tags group by all
    ) using (member_id)
    where is_shown and tags is {} null
    order by staff_id, occurred_at, member_id
"""


def _tagged_contacts(community: Community) -> Iterator[str]:
    """Answers of externalcontact/get for customers with tags, one a line."""
    for contact in community.rows(_SHOWN_CONTACTS.format("not")):
        follow = _follow(contact) | {"tags": [_tag(tag) for tag in contact["tags"]]}
        answer = {"external_contact": _external_contact(contact), "follow_user": [follow]}
        yield json_line({"errcode": 0, "errmsg": "ok", **answer})


def _contact_pages(community: Community) -> Iterator[str]:
    """Answers of batch/get_by_user for the others, a page a line."""
    for number, page in enumerate(pages(community.rows(_SHOWN_CONTACTS.format("")), _PAGE), 1):
        found = [
            {"external_contact": _external_contact(contact), "follow_info": _follow(contact) | {"tag_id": []}}
            for contact in page
        ]
        cursor = f"page{number + 1}" if len(page) == _PAGE else ""
        yield json_line({"errcode": 0, "errmsg": "ok", "external_contact_list": found, "next_cursor": cursor})


def _external_contact(contact: Row) -> Row:
    found = {
        "external_userid": contact["member_id"],
        "name": contact["display_name"],
        "avatar": "",
        "type": 1,
        "gender": GENDERS.get(contact["gender"], 0),
        "unionid": contact["unionid"],
    }
    return _known(found)


def _follow(contact: Row) -> Row:
    return {
        "userid": contact["staff_id"],
        "remark": contact["display_name"] or "",
        "description": "",
        "createtime": unix_seconds(contact["occurred_at"]),
        "remark_mobiles": [contact["phone"]] if contact["phone"] else [],
        "oper_userid": contact["staff_id"],
        "add_way": ADD_WAYS[contact["add_way"]],
        "state": contact["channel_id"] or "",
    }


def _tag(tag: Row) -> Row:
    return {
        "group_name": "会员标签",
        "tag_name": tag["tag"],
        "tag_id": f"et{tag['tag']}",
        "type": 3 if tag["tag_source"] == "auto" else 1,
    }


_CHAT_CHANGES = """
    select * from (
        select group_id, occurred_at, event_type, member_id, scene, leave_reason
        from wecom_membership_events
        union all by name
        select group_id, created_at as occurred_at, 'create' as event_type from wecom_groups
        union all by name
        select group_id, dissolved_at as occurred_at, 'dismiss' as event_type from wecom_groups
    )
    where strftime(occurred_at, '%Y-%m') = ?
    order by occurred_at, group_id, member_id, event_type
"""


def _chat_callbacks(community: Community, month: str) -> Iterator[str]:
    """A log of change_external_chat: out of order, some delivered twice."""
    found = list(community.rows(_CHAT_CHANGES, month))
    delivered = found + found[::_REPEATED]
    for change in shuffled(delivered, month):
        yield _xml("change_external_chat", change["occurred_at"], _chat_change(change))


def _chat_change(change: Row) -> dict[str, object]:
    body: dict[str, object] = {"ChatId": change["group_id"]}
    if change["event_type"] in ("create", "dismiss"):
        return body | {"ChangeType": change["event_type"]}
    members = {"MemChangeCnt": 1, "MemChangeList": [change["member_id"]]}
    if change["event_type"] == "join":
        scene = _CALLBACK_SCENES.get(change["scene"], 0)
        return body | {"ChangeType": "update", "UpdateDetail": "add_member", "JoinScene": scene} | members
    scene = QUIT_SCENES.get(change["leave_reason"], 0)
    return body | {"ChangeType": "update", "UpdateDetail": "del_member", "QuitScene": scene} | members


def _xml(event: str, moment: datetime, body: dict[str, object]) -> str:
    head = {
        "ToUserName": _CORP,
        "FromUserName": "sys",
        "CreateTime": unix_seconds(moment),
        "MsgType": "event",
    }
    cells = [_element(name, value) for name, value in ({**head, "Event": event} | body).items()]
    return f"<xml>{''.join(cells)}</xml>\n"


def _element(name: str, value: object) -> str:
    if isinstance(value, list):
        return f"<{name}>{''.join(_element('Item', item) for item in value)}</{name}>"
    return f"<{name}>{value}</{name}>" if isinstance(value, int) else f"<{name}><![CDATA[{value}]]></{name}>"


def _contact_callbacks(community: Community, month: str) -> Iterator[str]:
    """change_external_contact as JSON lines: out of order, some delivered twice."""
    found = list(
        community.rows("select * from wecom_contact_events where strftime(occurred_at, '%Y-%m') = ?", month)
    )
    for change in shuffled(found + found[::_REPEATED], month):
        body = {
            "ToUserName": _CORP,
            "FromUserName": "sys",
            "CreateTime": unix_seconds(change["occurred_at"]),
            "MsgType": "event",
            "Event": "change_external_contact",
            "ChangeType": _CONTACT_CHANGES[change["event_type"]],
            "UserID": change["staff_id"],
            "ExternalUserID": change["member_id"],
        }
        if change["event_type"] == "add":
            body |= {"State": change["channel_id"] or "", "WelcomeCode": f"w{change['member_id']}"}
        yield json_line(body)


_MEDIA = {"md5sum": "0" * 32, "filesize": 48_211, "sdkfileid": "CtYB"}
_SHOP = {"title": "团购商城", "description": ""}
_BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "image": ("image", _MEDIA),
    "voice": ("voice", _MEDIA | {"voice_size": 5_120, "play_length": 4}),
    "video": ("video", _MEDIA | {"play_length": 11}),
    "file": ("file", _MEDIA | {"filename": "团购表.xlsx", "fileext": "xlsx"}),
    "link": ("link", _SHOP | {"link_url": "https://example.com/t", "image_url": ""}),
    "mini_program": ("weapp", _SHOP | {"username": "gh_demo@app", "displayname": "团购商城"}),
    "red_packet": ("redpacket", {"type": 2, "wish": "谢谢大家", "totalcnt": 20, "totalamount": 888}),
    "vote": (
        "vote",
        {"votetitle": "明天团什么", "voteitem": ["水果", "零食"], "votetype": 101, "voteid": "v1"},
    ),
    "emotion": ("emotion", _MEDIA | {"type": 1, "width": 240, "height": 240}),
    "other": ("voip_doc_share", _MEDIA | {"filename": "团购表.xlsx"}),
}
"""What stands in a message of each type but text."""


def _messages(community: Community, month: str) -> Iterator[str]:
    """Decrypted lines of the archive; recalls, agreements and switches are lines of their own."""
    rows = community.rows("select * from wecom_messages where strftime(sent_at, '%Y-%m') = ?", month)
    sequence = 0
    for _, talk in groupby(rows, key=lambda row: row["sent_at"].date()):
        for message in talk:
            sequence += 1
            yield json_line(_message(message))
            if message["recalled_at"]:
                yield json_line(_recall(message))
            if sequence % 4_000 == 1:
                yield from _side_lines(message)


def _envelope(message: Row) -> Row:
    """A private chat has no room; the archive counts milliseconds."""
    return {
        "msgid": message["message_id"],
        "action": "send",
        "from": message["sender_id"],
        "tolist": [message["receiver_id"]] if message["receiver_id"] else [],
        "roomid": message["group_id"] or "",
        "msgtime": unix_millis(message["sent_at"]),
    }


def _message(message: Row) -> Row:
    if message["message_type"] == "text":
        return _envelope(message) | {"msgtype": "text", "text": {"content": message["content"]}}
    name, body = _BODIES[message["message_type"]]
    return _envelope(message) | {"msgtype": name, name: body}


def _recall(message: Row) -> Row:
    return _envelope(message) | {
        "msgid": f"{message['message_id']}_recall",
        "action": "recall",
        "msgtime": unix_millis(message["recalled_at"]),
        "msgtype": "revoke",
        "revoke": {"pre_msgid": message["message_id"]},
    }


def _side_lines(message: Row) -> Iterator[str]:
    """A customer's consent and a change of device: they stand in the archive and are no messages."""
    moment = unix_millis(message["sent_at"])
    agree = {"userid": message["sender_id"], "agree_time": moment}
    head = _envelope(message) | {"msgid": f"{message['message_id']}_agree", "action": "send"}
    yield json_line(head | {"msgtype": "agree", "agree": agree})
    switch = {"msgid": f"{message['message_id']}_switch", "action": "switch", "time": moment}
    yield json_line(switch | {"user": message["sender_id"]})


def _mass_sends(community: Community) -> Iterator[str]:
    """Answers of get_groupmsg_list_v2; times are sometimes texts."""
    sends = community.rows(
        "select batch_id, min(created_at) as created_at from wecom_touches group by all order by batch_id"
    )
    for page in pages(sends, _PAGE):
        found = [
            {
                "msgid": send["batch_id"],
                "creator": "st001",
                "create_time": str(unix_seconds(send["created_at"])),
                "create_type": 0,
                "text": {"content": "今日好物"},
                "attachments": [],
            }
            for send in page
        ]
        yield json_line({"errcode": 0, "errmsg": "ok", "next_cursor": "", "group_msg_list": found})


def _send_results(community: Community, batch: str) -> Iterator[str]:
    """Answers of get_groupmsg_send_result, which do not say of which send."""
    results = community.rows("select * from wecom_touches where batch_id = ?", batch)
    for page in pages(results, 1_000):
        found = [_send_result(result) for result in page]
        yield json_line({"errcode": 0, "errmsg": "ok", "next_cursor": "", "send_list": found})


def _send_result(result: Row) -> Row:
    failed = 3 if result["is_friend"] else 2
    status = {"unsent": 0, "delivered": 1, "failed": failed}[result["touch_status"]]
    body = {"external_userid": result["member_id"], "userid": result["sender_id"], "status": status}
    return body if status == 0 else body | {"send_time": unix_seconds(result["touched_at"])}


VENDOR = Vendor(
    says={
        "groups": _GROUPS,
        "membership_events": _MEMBERSHIP,
        "contact_events": _CONTACTS,
        "messages": _MESSAGES,
        "members": _MEMBERS,
        "member_tags": _TAGS,
        "touches": _TOUCHES,
    },
    files=_files,
    takes={
        "groups": f"group_id in {_OWN}",
        "membership_events": f"group_id in {_OWN}",
        "members": "member_id in (select member_id from wecom_members)",
        "member_tags": "member_id in (select member_id from wecom_members where first_seen_at is not null)",
        "touches": "touch_kind = 'mass_message'",
        "messages": f"group_id is null or group_id not in {_ELSEWHERE}",
    },
    keeps={"groups": _REGISTRY},
    counts=FIGURES,
    renames=dict.fromkeys(PEOPLE, USERID),
)
