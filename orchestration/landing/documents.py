"""JSON and XML files as a run of documents: the file, the elements of its list, its lines, its `<xml>`s."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple
from xml.etree import ElementTree
from xml.parsers.expat import ErrorString

from orchestration.landing.faults import FileRefused
from orchestration.landing.json_values import NO_OBJECT, BadValue, glance_json, parse_json, refuse_nul
from orchestration.landing.survey import HEAD_BYTES, LINE_LIMIT_BYTES, Survey, survey
from orchestration.landing.text_stream import line_blocks, marked_encoding, utf8_chunks

DocumentKind = Literal["json", "lines", "xml"]
SIZE_LIMIT_BYTES = 256 << 20
_XML = re.compile(r"<xml\b.*?(?:</xml\s*>|\Z)", re.DOTALL)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_DEFINITION = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_LOG_ENTRY = re.compile(r"<xml[\s>]")


class Document(NamedTuple):
    """One document.

    Attributes:
        line: Its line of a file of lines, else its place in the file from 1.
        text: Its text, of a file of lines or where it is at fault; else empty.
        value: The object; None where it is blank or at fault.
        problem: What is wrong with it; None: nothing is.
    """

    line: int
    text: str
    value: dict[str, Any] | None = None
    problem: str | None = None

    @property
    def is_blank(self) -> bool:
        return self.value is None and self.problem is None


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
    return survey(path, "jsonl" if kind == "lines" else kind)


def read_documents(
    path: Path, kind: DocumentKind, encoding: str, is_glance: bool = False
) -> Iterator[Document]:
    """The documents of a file; of lines in bounded memory.

    Args:
        path: The file.
        kind: How it is laid out.
        encoding: Its encoding.
        is_glance: Only to see what it holds: faults of a line that do not matter for that may be passed over.

    Raises:
        FileRefused: the file as a whole is no JSON, or XML that defines entities.
    """
    if kind == "lines":
        yield from _lines(path, encoding, glance_json if is_glance else parse_json)
        return
    text = b"".join(utf8_chunks(path, encoding, is_checked=True)).decode("utf-8")
    yield from _json_documents(text) if kind == "json" else _xml_documents(text)


def _lines(path: Path, encoding: str, parse: Callable[[str], Any]) -> Iterator[Document]:
    number = 0
    for block in line_blocks(utf8_chunks(path, encoding, is_checked=True)):
        may_hold_nul = b"\\u0000" in block
        for raw in block.splitlines():
            number += 1
            line = raw.decode("utf-8").strip()
            if not line:
                yield Document(number, "")
                continue
            try:
                if may_hold_nul:
                    refuse_nul(line)
                value = parse(line)
                if type(value) is dict:
                    yield Document(number, line, value)
                else:
                    yield Document(number, line, None, NO_OBJECT)
            except BadValue as error:
                yield Document(number, line, None, error.problem)


def _json_documents(text: str) -> Iterator[Document]:
    try:
        refuse_nul(text)
        found = parse_json(text)
    except BadValue as error:
        raise FileRefused("E_NOT_JSON", problem=error.problem) from None
    for number, value in enumerate(found if isinstance(found, list) else [found], 1):
        if isinstance(value, dict):
            yield Document(number, "", value)
        else:
            yield Document(number, str(value), None, NO_OBJECT)


def _xml_documents(text: str) -> Iterator[Document]:
    if _DEFINITION.search(text):
        raise FileRefused("E_XML_ENTITY")
    pieces = [match[0] for match in _XML.finditer(text)] or [_DECLARATION.sub("", text)]
    for number, piece in enumerate(pieces, 1):
        try:
            value = _content(ElementTree.fromstring(piece))
        except ElementTree.ParseError as error:
            yield Document(number, piece.strip(), None, ErrorString(error.code) or str(error))
            continue
        except RecursionError:
            yield Document(number, piece.strip(), None, "it nests too deeply")
            continue
        yield Document(number, "", value if isinstance(value, dict) else {})


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
