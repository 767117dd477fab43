"""Private chats between customers and staff: turns and answers (R18)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class ChatMessage:
    """A private message of a chat that counts (neither system nor recalled)."""

    message_id: str
    sent_at: datetime
    by_customer: bool


@dataclass
class Turn:
    """A customer's turn; `answered_at` is None while nobody answered within 24 hours."""

    opening_message_id: str
    opened_at: datetime
    answered_at: datetime | None = None


def turns_of_chat(messages: Iterable[ChatMessage]) -> list[Turn]:
    """The turns of one customer and one staff member, in order of opening."""
    turns: list[Turn] = []
    previous: ChatMessage | None = None
    for message in sorted(messages, key=lambda item: (item.sent_at, item.message_id)):
        if message.by_customer:
            follows_staff = previous is None or not previous.by_customer
            if follows_staff or (previous is not None and message.sent_at - previous.sent_at >= WINDOW):
                turns.append(Turn(message.message_id, message.sent_at))
        elif (
            previous is not None and previous.by_customer and message.sent_at - turns[-1].opened_at <= WINDOW
        ):
            # The first staff message after the customer spoke: only the newest turn is still open.
            turns[-1].answered_at = message.sent_at
        previous = message
    return turns
