"""Where CSV records begin and end, decided line by line and strictly (RFC 4180).

A parser that is handed a stray quote swallows rows without a word. So every line that holds a quote is
proved first: it is a whole record, it opens a field that runs over the next lines, or it is at fault.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from orchestration.landing.faults import FileRefused, RowFault

RECORD_LIMIT_BYTES = 1 << 20
_INSIDE = rb'[^"]*+(?:""[^"]*+)*+'
_END = rb"(?:\r\n|\n|\r)?\Z"
_STILL_INSIDE = re.compile(_INSIDE + rb"\Z")
_UP_TO_QUOTE = re.compile(_INSIDE)


class _Patterns:
    """What lines that hold a quote may look like, with fields between `separator`."""

    def __init__(self, separator: bytes) -> None:
        field = rb'(?:"' + _INSIDE + rb'"|[^"\r\n' + separator + rb"]*+)"
        self.whole = re.compile(field + rb"(?:" + separator + field + rb")*+" + _END)
        self.opens = re.compile(rb"(?:" + field + separator + rb')*+"' + _INSIDE + rb"\Z")
        closes = _INSIDE + rb'"(?:' + separator + field + rb")*+"
        self.closes = re.compile(closes + _END)
        self.closes_and_opens = re.compile(closes + separator + rb'"' + _INSIDE + rb"\Z")


_patterns = functools.cache(_Patterns)


@dataclass
class Records:
    """What a run of lines holds: records proved to be well formed, and faults."""

    texts: list[bytes] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    has_quotes: bool = False
    faults: list[RowFault] = field(default_factory=list)


class RecordSplitter:
    """Splits lines into records; keeps its place between runs of lines.

    Args:
        separator: What stands between fields: a comma, tab or semicolon.

    Attributes:
        may_be_record: Whether fields could be a whole record, the last of them cut off or not; None until
            the header is known.
        blank: Blank lines seen.
        continuation: Lines that go on a record begun on an earlier one.
        line: Physical lines seen.
    """

    def __init__(self, separator: str = ",") -> None:
        self._separator = separator.encode()
        self._patterns = _patterns(self._separator)
        self.may_be_record: Callable[[list[str], bool], bool] | None = None
        self.blank = 0
        self.continuation = 0
        self.line = 0
        self._parts: list[bytes] = []
        self._size = 0
        self._record_line = 0
        self._field_line = 0
        self._inner_lines = 0
        self._inner_records = 0

    @property
    def is_open(self) -> bool:
        """Inside a quoted field that runs on."""
        return self._size > 0

    def split(self, lines: Iterable[bytes], into: Records) -> None:
        """Append to `into` what `lines`, each with its line end, hold."""
        for line in lines:
            self.line += 1
            if self._size:
                self.continuation += 1
                self._go_on(line, into)
            elif b'"' not in line:
                self._plain(line, into)
            elif self._patterns.whole.match(line):
                into.has_quotes = True
                self._add(line, self.line, into)
            elif self._patterns.opens.match(line):
                self._parts, self._size, self._record_line = [line], len(line), self.line
                self._open_field()
            else:
                into.faults.append(RowFault(self.line, "E_BARE_QUOTE", text_of(line)))

    def finish(self) -> None:
        """The file is at its end."""
        if self._size:
            raise FileRefused("E_QUOTE", line=self._field_line)

    def _plain(self, line: bytes, into: Records) -> None:
        if not line.strip() or (self._separator not in line and is_blank(line)):
            self.blank += 1
        else:
            into.texts.append(line)
            into.lines.append(self.line)

    @staticmethod
    def _add(record: bytes, line: int, into: Records) -> None:
        into.texts.append(record)
        into.lines.append(line)

    def _open_field(self) -> None:
        self._field_line = self.line
        self._inner_lines = self._inner_records = 0

    def _looks_like_record(self, text: bytes, is_cut: bool = False) -> bool:
        if self._separator not in text or self.may_be_record is None:
            return self._separator in text
        fields = text.decode("utf-8").split(self._separator.decode())
        return self.may_be_record([field.strip() for field in fields], is_cut)

    def _go_on(self, line: bytes, into: Records) -> None:
        self._size += len(line)
        if self._size <= RECORD_LIMIT_BYTES:
            self._parts.append(line)
        if _STILL_INSIDE.match(line):
            if line.strip():
                self._inner_lines += 1
                self._inner_records += self._looks_like_record(line)
            return
        is_closed = self._patterns.closes.match(line) is not None
        is_reopened = not is_closed and self._patterns.closes_and_opens.match(line) is not None
        self._refuse_swallowed(line, is_wellformed=is_closed or is_reopened)
        if self._size > RECORD_LIMIT_BYTES:
            raise FileRefused("E_FIELD_LIMIT", line=self._record_line, limit=RECORD_LIMIT_BYTES)
        if is_reopened:
            self._open_field()
            return
        record = b"".join(self._parts)
        self._parts, self._size = [], 0
        if is_closed:
            into.has_quotes = True
            self._add(record, self._record_line, into)
        else:
            into.faults.append(RowFault(self._record_line, "E_BARE_QUOTE", text_of(record)))

    def _refuse_swallowed(self, line: bytes, is_wellformed: bool) -> None:
        """Refuse a file in which two stray quotes turned whole records into the text of one field."""
        if self._inner_lines == 0:
            tail = _UP_TO_QUOTE.match(line)
            is_swallowed = tail is not None and self._looks_like_record(tail[0], is_cut=True)
        elif is_wellformed:
            is_swallowed = 2 * self._inner_records >= self._inner_lines
        else:
            is_swallowed = self._inner_records > 0
        if is_swallowed:
            raise FileRefused("E_SWALLOW", line=self._field_line, last=self.line)


def is_blank(line: bytes) -> bool:
    """Whether there is nothing but white space, of whatever script."""
    return not line.decode("utf-8").strip()


def text_of(record: bytes) -> str:
    """A record's text without its line end."""
    text = record.decode("utf-8", "replace")
    for end in ("\r\n", "\n", "\r"):
        if text.endswith(end):
            return text[: -len(end)]
    return text
