"""What the gate turns away: a whole file, or one row of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from orchestration.messages import say

SHOWN_CHARACTERS = 80


class FileRefused(Exception):
    """The file is refused whole; `landing.<code>` says why and what to do."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(say(f"landing.{code}", "en", **params))


@dataclass(frozen=True)
class RowFault:
    """A row that is not let in.

    Attributes:
        line: Physical line on which its record begins (CSV: the header is line 1).
        column: The first column at fault, None where the row as a whole is.
        original: Its text in the file.
        key: What it has in common with sound rows of its key; None where its key cannot be read.
        params: Placeholders of `landing.<code>`.
    """

    line: int
    code: str
    original: str
    column: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    key: str | None = None

    @property
    def reason(self) -> str:
        return say(f"landing.{self.code}", "en", **self.params)


def shorten(value: str) -> str:
    """`value` on one line, cut to what a sentence can hold."""
    text = " ".join(value.split())
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
