"""JSON and XML files as a run of documents: the file, the elements of its list, its lines, its `<xml>`s."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple
from xml.etree import ElementTree
from xml.parsers.expat import ErrorString

from orchestration.landing.faults import FileRefused
from orchestration.landing.inbox import FileState, state_of
from orchestration.landing.json_values import (
    NO_OBJECT,
    BadValue,
    glance_json,
    parse_json,
    parse_objects,
    refuse_nul,
)
from orchestration.landing.survey import HEAD_BYTES, LINE_LIMIT_BYTES, Survey, survey
from orchestration.landing.text_stream import line_blocks, marked_encoding, utf8_chunks

DocumentKind = Literal["json", "lines", "xml"]
SIZE_LIMIT_BYTES = 256 << 20
LINES_AT_ONCE = 1_000
_XML = re.compile(r"<xml\b.*?(?:</xml\s*>|\Z)", re.DOTALL)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_DEFINITION = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_LOG_ENTRY = re.compile(r"<xml[\s>]")


class Run(NamedTuple):
    """Sound documents that follow each other.

    Attributes:
        lines: The line of each, of a file of lines, else its place in the file from 1.
        values: The objects.
        blank: Blank lines among them.
    """

    lines: Sequence[int]
    values: list[dict[str, Any]]
    blank: int = 0


class Broken(NamedTuple):
    """A document that is no object; line as in `Run`, its text, and what is wrong with it."""

    line: int
    text: str
    problem: str


@contextmanager
def without_collecting() -> Iterator[None]:
    """Without the collector of cycles: JSON has none, and it would walk over all kept rows time and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def document_kind(path: Path) -> DocumentKind | None:
    """How a file that begins like JSON or XML is laid out; None: it begins like neither."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        encoding = marked_encoding(head) or "utf-8"
        start = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
        # A log of callbacks has its moment before each of them.
        if re.match(r"<[!?a-zA-Z]", start) or _LOG_ENTRY.search(start):
            return "xml"
        if not start.startswith(("{", "[")):
            return None
        head += file.read(LINE_LIMIT_BYTES)
    line, _, rest = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n").partition("\n")
    if not rest.strip() or start.startswith("["):
        return "json"
    try:
        parse_json(line)
    except BadValue:
        return "lines" if _is_line(line) and _is_line(rest.lstrip().partition("\n")[0]) else "json"
    return "lines"


def _is_line(line: str) -> bool:
    """Whether a line looks like an object of its own, sound or not."""
    return line.startswith("{") and line.rstrip().endswith("}")


def survey_documents(path: Path, kind: DocumentKind) -> Survey:
    """Encoding and lines of a file of documents.

    Raises:
        FileRefused: as `survey` says, or it is larger than a document may be.
    """
    if kind != "lines" and path.stat().st_size > SIZE_LIMIT_BYTES:
        limit = f"{SIZE_LIMIT_BYTES >> 20} MiB"
        raise FileRefused("E_JSON_SIZE", found=f"{path.stat().st_size >> 20} MiB", limit=limit)
    return _surveyed(path, kind, state_of(path))


@lru_cache(maxsize=8)
def _surveyed(path: Path, kind: DocumentKind, state: FileState | None) -> Survey:
    """The survey of a file in this state, which both the look and each part's reading need."""
    return survey(path, "jsonl" if kind == "lines" else kind)


def read_documents(
    path: Path, kind: DocumentKind, encoding: str, is_glance: bool = False
) -> Iterator[Run | Broken]:
    """The documents of a file, in order; of lines in bounded memory.

    Args:
        path: The file.
        kind: How it is laid out.
        encoding: Its encoding.
        is_glance: Only to see what it holds: faults of a line that do not matter for that may be passed over.

    Raises:
        FileRefused: the file as a whole is no JSON, or XML that defines entities.
    """
    if kind == "lines":
        yield from _lines(path, encoding, is_glance)
        return
    text = b"".join(utf8_chunks(path, encoding, is_checked=True)).decode("utf-8")
    yield from _json_documents(text) if kind == "json" else _xml_documents(text)


def _lines(path: Path, encoding: str, is_glance: bool) -> Iterator[Run | Broken]:
    first = 1
    for block in line_blocks(utf8_chunks(path, encoding, is_checked=True)):
        # What ends a line here ends one for the count, which `str.splitlines` goes beyond.
        lines = block.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if not lines[-1]:
            lines.pop()
        for start in range(0, len(lines), LINES_AT_ONCE):
            some = lines[start : start + LINES_AT_ONCE]
            values = parse_objects(some, is_glance)
            if values is None:
                yield from _one_by_one(some, first, glance_json if is_glance else parse_json)
            else:
                yield Run(range(first, first + len(some)), values)
            first += len(some)


def _one_by_one(lines: Sequence[str], first: int, parse: Callable[[str], Any]) -> Iterator[Run | Broken]:
    """The documents of lines that hold more than sound objects."""
    numbers: list[int] = []
    values: list[dict[str, Any]] = []
    blank = 0
    for number, padded in enumerate(lines, first):
        line = padded.strip()
        if not line:
            blank += 1
            continue
        problem = NO_OBJECT
        try:
            refuse_nul(line)
            value = parse(line)
            if type(value) is dict:
                numbers.append(number)
                values.append(value)
                continue
        except BadValue as error:
            problem = error.problem
        yield Run(numbers, values, blank)
        numbers, values, blank = [], [], 0
        yield Broken(number, line, problem)
    yield Run(numbers, values, blank)


def glance_again(broken: Broken) -> Iterator[Run | Broken]:
    """What a glance makes of a line that is broken to a reader, who is stricter."""
    return _one_by_one([broken.text], broken.line, glance_json)


def _json_documents(text: str) -> Iterator[Run | Broken]:
    try:
        refuse_nul(text)
        found = parse_json(text)
    except BadValue as error:
        raise FileRefused("E_NOT_JSON", problem=error.problem) from None
    for number, value in enumerate(found if isinstance(found, list) else [found], 1):
        if isinstance(value, dict):
            yield Run((number,), [value])
        else:
            yield Broken(number, str(value), NO_OBJECT)


def _xml_documents(text: str) -> Iterator[Run | Broken]:
    if _DEFINITION.search(text):
        raise FileRefused("E_XML_ENTITY")
    pieces = [match[0] for match in _XML.finditer(text)] or [_DECLARATION.sub("", text)]
    for number, piece in enumerate(pieces, 1):
        try:
            value = _content(ElementTree.fromstring(piece))
        except ElementTree.ParseError as error:
            yield Broken(number, piece.strip(), ErrorString(error.code) or str(error))
            continue
        except RecursionError:
            yield Broken(number, piece.strip(), "it nests too deeply")
            continue
        yield Run((number,), [value if isinstance(value, dict) else {}])


def _content(element: ElementTree.Element) -> dict[str, Any] | str:
    """An element as an object of its attributes and children, or as its text where it has none."""
    text = (element.text or "").strip()
    if not len(element) and not element.attrib:
        return text
    found: dict[str, Any] = dict(element.attrib) | ({"text": text} if text else {})
    for child in element:
        value = _content(child)
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(before := found[child.tag], list):
            before.append(value)
        else:
            found[child.tag] = [before, value]
    return found
