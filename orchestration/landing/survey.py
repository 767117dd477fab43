"""The look at a text file before it is read: is it what its name says, which encoding, how many lines."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.landing.faults import FileRefused
from orchestration.landing.text_stream import (
    CHUNK_BYTES,
    LineCounter,
    line_blocks,
    marked_encoding,
    utf8_chunks,
)

# No line may be longer: below it every chunk but the ends of one holds a line end, and memory stays bounded.
LINE_LIMIT_BYTES = CHUNK_BYTES
HEAD_BYTES = 8192
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
MAGIC = {
    ZIP: "Excel/ZIP",
    OLE: "Office 97–2003",
    b"PK\x05\x06": "ZIP",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"%PDF": "PDF",
    b"PAR1": "Parquet",
    b"SQLite format 3": "SQLite",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
SAMPLE_LINES = 20_000
_PAIR = re.compile(rb"[\x81-\xfe](?:[0-9][\x81-\xfe][0-9]|[\x40-\x7e]|[\x80-\xfe])")


@dataclass(frozen=True)
class Survey:
    """What is known of a text file before parsing; lines are physical ones."""

    encoding: str
    lines: int


def is_encrypted(path: Path) -> bool:
    """Whether the file is an Office document or zip archive under a password, or encrypted Parquet."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if head.startswith(ZIP):
            return bool(head[6] & 1) if len(head) > 6 else False
        if not head.startswith(OLE):
            return head.startswith(b"PARE")
        overlap = b""
        while head:
            if ENCRYPTED_PACKAGE in overlap + head:
                return True
            overlap = head[-len(ENCRYPTED_PACKAGE) :]
            head = file.read(CHUNK_BYTES)
    return False


def foreign_kind(head: bytes, format_name: str) -> str | None:
    """What the first bytes give away, if it is not the format's text."""
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            return kind
    encoding = marked_encoding(head) or "utf-8"
    start = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    if format_name != "xml" and re.match(r"<[!?a-zA-Z]", start):
        return "HTML/XML"
    if format_name == "csv" and re.match(r'[\[{]\s*["{\]}]', start):
        return "JSON"
    return None


def survey(path: Path, format_name: str) -> Survey:
    """Decide the encoding of a text file and count its lines.

    Args:
        path: The file.
        format_name: csv or jsonl; json or xml where lines do not matter, however long they are.

    Raises:
        FileRefused: empty, of another kind, encrypted, undecodable, with NUL bytes or endless lines.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if is_encrypted(path):
        raise FileRefused("E_ENCRYPTED")
    kind = foreign_kind(head, format_name)
    if kind:
        raise FileRefused("E_NOT_CSV" if format_name == "csv" else "E_NOT_JSONL", kind=kind)
    encoding = marked_encoding(head) or "utf-8"
    limit = LINE_LIMIT_BYTES if format_name in ("csv", "jsonl") else None
    try:
        lines = _count(path, encoding, limit)
    except UnicodeError:
        if encoding.startswith("utf-16"):
            raise FileRefused("E_ENCODING", line=_lines_before_error(path, encoding)) from None
        _refuse_unless_gb18030(path, is_marked=encoding == "utf-8-sig")
        encoding, lines = "gb18030", _count(path, "gb18030", limit)
    return Survey(encoding, lines)


def _count(path: Path, encoding: str, limit: int | None) -> int:
    counter = LineCounter()
    unfinished = 0
    for chunk in utf8_chunks(path, encoding):
        nul = chunk.find(b"\0")
        if nul >= 0:
            counter.feed(chunk[: nul + 1])
            raise FileRefused("E_NUL", line=counter.lines)
        first, last = _first_end(chunk), max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        if limit is not None and unfinished + first > limit:
            line = counter.lines + (unfinished == 0)
            raise FileRefused("E_FIELD_LIMIT", line=line, limit=limit)
        unfinished = unfinished + len(chunk) if last < 0 else len(chunk) - last - 1
        counter.feed(chunk)
    if counter.lines == 0:
        raise FileRefused("E_EMPTY")
    return counter.lines


def _first_end(chunk: bytes) -> int:
    ends = [end for end in (chunk.find(b"\n"), chunk.find(b"\r")) if end >= 0]
    return min(ends, default=len(chunk))


def _lines_before_error(path: Path, encoding: str) -> int:
    counter = LineCounter()
    try:
        for chunk in utf8_chunks(path, encoding):
            counter.feed(chunk)
    except UnicodeDecodeError as error:
        sound = error.object[: error.start].decode(encoding, "ignore")
        # The faulty character itself may be the first of its line.
        counter.feed(sound.encode("utf-8") + b"?")
    return counter.lines


def _raw_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        number = 0
        for block in line_blocks(iter(lambda: file.read(CHUNK_BYTES), b"")):
            for line in block.splitlines():
                number += 1
                yield number, line


@dataclass
class _Witnesses:
    """What the lines of a file that is not UTF-8 say about its encoding."""

    lines: int = 0
    utf8_lines: int = 0
    first_utf8: int = 0
    gb18030_lines: int = 0
    first_gb18030: int = 0
    undecodable: int = 0
    strongest: int = 0
    pairs: int = 0
    latin_pairs: int = 0

    @property
    def has_utf8(self) -> bool:
        """Whether some line is UTF-8 Chinese beyond chance.

        Text in GBK passes for three-byte UTF-8 about once in 2^8 for each character; the longer the
        file, the longer a line must be to prove anything.
        """
        return self.strongest * 8 > math.log2(self.lines) + 5


def _refuse_unless_gb18030(path: Path, is_marked: bool) -> None:
    seen = _Witnesses()
    for number, line in _raw_lines(path):
        seen.lines = number
        if not line.isascii():
            _look_at(line, number, seen, is_first=number == 1 and is_marked)
    if seen.has_utf8 and seen.gb18030_lines and not seen.undecodable:
        is_mostly_utf8 = seen.gb18030_lines <= seen.utf8_lines
        raise FileRefused("E_MIXED_ENCODING", line=seen.first_gb18030 if is_mostly_utf8 else seen.first_utf8)
    if seen.undecodable:
        raise FileRefused("E_ENCODING", line=seen.undecodable)
    # Western text in one byte a letter (é before a t) passes for GBK whose pairs all end in an ASCII byte.
    if is_marked or seen.latin_pairs > 0.9 * seen.pairs:
        raise FileRefused("E_ENCODING", line=seen.first_gb18030 or 1)


def _is_gb18030(line: bytes) -> bool:
    try:
        line.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def _look_at(line: bytes, number: int, seen: _Witnesses, is_first: bool) -> None:
    try:
        text = line.decode("utf-8-sig" if is_first else "utf-8")
    except UnicodeDecodeError:
        if not _is_gb18030(line):
            seen.undecodable = seen.undecodable or number
            return
        seen.gb18030_lines += 1
        seen.first_gb18030 = seen.first_gb18030 or number
        if seen.gb18030_lines <= SAMPLE_LINES:
            pairs = _PAIR.findall(line)
            seen.pairs += len(pairs)
            seen.latin_pairs += sum(len(pair) == 2 and pair[1] < 0x80 for pair in pairs)
        return
    wide = sum(character >= "\u0800" for character in text)
    if not _is_gb18030(line):
        wide = max(wide, len(line) + 100)
    if wide:
        seen.utf8_lines += 1
        seen.first_utf8 = seen.first_utf8 or number
        seen.strongest = max(seen.strongest, wide)
