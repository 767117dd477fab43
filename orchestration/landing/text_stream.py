"""A text file as a stream of UTF-8 bytes, whatever its encoding, in memory that its size does not decide."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

CHUNK_BYTES = 1 << 20
BLOCK_BYTES = 4 << 20
BYTE_ORDER_MARKS = {
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}


def marked_encoding(head: bytes) -> str | None:
    """The encoding that the file's byte order mark names, if there is one."""
    return next((name for name, mark in BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)


def utf8_chunks(path: Path, encoding: str, is_checked: bool = False) -> Iterator[bytes]:
    """The file's text as UTF-8, chunk by chunk, without its byte order mark.

    Args:
        path: The file.
        encoding: utf-8, utf-8-sig, utf-16-le, utf-16-be or gb18030.
        is_checked: The file is known to be valid; UTF-8 is then passed on undecoded.

    Raises:
        UnicodeError: the bytes are not of that encoding.
    """
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    decoder = codecs.getincrementaldecoder(codec)("strict")
    with path.open("rb") as file:
        file.read(len(BYTE_ORDER_MARKS.get(encoding, b"")))
        while chunk := file.read(CHUNK_BYTES):
            if codec != "utf-8":
                yield decoder.decode(chunk).encode("utf-8")
                continue
            if not is_checked:
                decoder.decode(chunk)
            yield chunk
        if not is_checked:
            decoder.decode(b"", final=True)


def line_blocks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Whole lines, some megabytes at a time; only the last block may lack its line end."""
    pending = bytearray()
    for chunk in chunks:
        pending += chunk
        if len(pending) < BLOCK_BYTES:
            continue
        # A carriage return at the very end may be the first half of a line end.
        end = max(pending.rfind(b"\n"), pending.rfind(b"\r", 0, len(pending) - 1)) + 1
        if end:
            yield bytes(pending[:end])
            del pending[:end]
    if pending:
        yield bytes(pending)


class LineCounter:
    """Counts physical lines that end in LF, CRLF or CR, apart from any parser."""

    def __init__(self) -> None:
        self._ends = 0
        self._last = b""

    def feed(self, chunk: bytes) -> None:
        if not chunk:
            return
        self._ends += chunk.count(b"\n")
        if b"\r" in chunk:
            self._ends += chunk.count(b"\r") - chunk.count(b"\r\n")
        if self._last == b"\r" and chunk.startswith(b"\n"):
            self._ends -= 1
        self._last = chunk[-1:]

    @property
    def lines(self) -> int:
        """Lines so far; an unfinished one counts."""
        return self._ends + (self._last not in (b"", b"\n", b"\r"))


def count_lines(text: bytes) -> int:
    """Physical lines of `text`."""
    counter = LineCounter()
    counter.feed(text)
    return counter.lines
