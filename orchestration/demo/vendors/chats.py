"""Which system tells what happens in a group."""

from __future__ import annotations

from collections.abc import Collection


def group_tellers(chosen: Collection[str]) -> str:
    """A query for the one of the `chosen` systems that tells who is in a group: `group_id`, `system`.

    WeChat's own groups only people export. Beside WeCom an SCRM tells every third group that has an owner, of
    which nobody fetched what WeCom says. NULL where none does.
    """
    owned = "platform = 'wecom' and owner_staff_id is not null"
    groups = (
        ("platform = 'wechat'", "chat_export"),
        (f"{owned} and right(group_id, 1) in ('1', '4', '7')", "scrm"),
        ("coalesce(platform, 'wecom') = 'wecom'", "wecom"),
        (owned, "scrm"),
    )
    cases = [f"when {part} then '{name}'" for part, name in groups if name in chosen]
    teller = f"case {' '.join(cases)} end" if cases else "null"
    return f"""
        select group_id, {teller}::varchar as system
        from (select group_id from groups union select group_id from membership_events)
        left join groups using (group_id)
    """
