"""Group messages and which of them are valid (R4)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime


@dataclass
class Message:
    """A message in a group; `is_recalled` as known at the end of as_of_date."""

    message_id: str
    group_id: str
    member_id: str
    is_customer: bool
    sent_at: datetime
    message_type: str
    content: str | None
    is_recalled: bool
    is_after_dissolution: bool
    is_valid: bool = False

    @property
    def sent_date(self) -> date:
        return self.sent_at.date()

    @property
    def is_counted(self) -> bool:
        return self.message_type not in ("system", "other") and not self.is_recalled

    @property
    def is_staff_message(self) -> bool:
        return not self.is_customer and self.message_type != "system" and not self.is_recalled


def has_letter_or_digit(content: str | None) -> bool:
    """Some character is of Unicode category L* or Nd."""
    return any(
        unicodedata.category(char)[0] == "L" or unicodedata.category(char) == "Nd" for char in content or ""
    )


def mark_valid(messages: Iterable[Message]) -> None:
    """Set `is_valid` on each message; of equal texts of a member, group and day the earliest counts."""
    seen: set[tuple[str, str, date, str | None]] = set()
    for message in sorted(messages, key=lambda item: (item.sent_at, item.message_id)):
        if not message.is_customer or message.is_after_dissolution or not message.is_counted:
            continue
        if message.message_type == "text":
            if not has_letter_or_digit(message.content):
                continue
            text = (message.group_id, message.member_id, message.sent_date, message.content)
            if text in seen:
                continue
            seen.add(text)
        message.is_valid = True
