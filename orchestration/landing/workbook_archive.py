"""The look at a workbook before it is opened: is it one, is it whole, and will it fit into memory."""

from __future__ import annotations

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from orchestration.landing.faults import FileRefused
from orchestration.landing.old_workbook import cells_held
from orchestration.landing.opendocument import CONTENT, ENCRYPTED, MANIFEST, filled_cells
from orchestration.landing.survey import HEAD_BYTES, OLE, ZIP, foreign_kind, is_encrypted
from orchestration.landing.text_stream import CHUNK_BYTES

UNPACKED_LIMIT_BYTES = 1 << 30
RATIO_LIMIT = 100
RATIO_FROM_BYTES = 10 << 20
CELL_LIMIT = 50_000_000  # a sheet is held as a rectangle up to its last row and column, empty cells included
TEXT_LIMIT_BYTES = 4 << 20
# Only cells in columns from AA or rows from 100,000 on can make a sheet large.
_FAR_CELL = re.compile(rb"""\sr\s*=\s*["'](?:([A-Za-z]{2,3})(\d{1,7})|([A-Za-z])(\d{6,7}))["']""")
_TYPED_CELL = re.compile(rb"""<(?:\w+:)?c\s([^>]*\bt\s*=\s*["']e["'][^>]*)>""")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
OPEN_DOCUMENT = ".ods"
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,  # a part under a password, or packed in a way that nobody uses
    ElementTree.ParseError,
    KeyError,
    StopIteration,
    ValueError,  # a place before the file's beginning
)

ErrorCells = dict[int, set[int]]


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """The workbook as the archive that it is.

    Raises:
        FileRefused: it is damaged.
        OSError: it cannot be read now.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except OSError as error:
        # Reading at a place that a damaged archive names; other errors are the disk's or network's.
        if error.errno != errno.EINVAL:
            raise
        raise FileRefused("E_DAMAGED_WORKBOOK", detail=error.strerror) from None
    except _DAMAGED as error:
        raise FileRefused("E_DAMAGED_WORKBOOK", detail=str(error)[:200] or type(error).__name__) from None


def check_workbook(path: Path) -> None:
    """Refuse what is no whole workbook of its ending, or would not fit into memory.

    Raises:
        FileRefused: empty, another kind of file, under a password, damaged, or too large unpacked.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise FileRefused("E_EMPTY_WORKBOOK")
    if is_encrypted(path):
        raise FileRefused("E_ENCRYPTED")
    is_xls = path.suffix.lower() == ".xls"
    if not head.startswith(OLE if is_xls else ZIP):
        raise FileRefused("E_NOT_WORKBOOK", suffix=path.suffix, kind=_kind(head))
    if is_xls:
        _check_old_workbook(path)
        return
    with _archive(path) as archive:
        _check_sizes(archive)
        if path.suffix.lower() == OPEN_DOCUMENT:
            _check_open_document(archive, path.suffix)
        else:
            _check_content(archive, path.suffix)


def error_cells(path: Path, sheet: str) -> ErrorCells:
    """Cells that hold an error such as #N/A, as row (from 1) and columns (from 0).

    The library that reads workbooks shows them as empty. In .xls they cannot be told apart.

    Raises:
        FileRefused: the file is damaged.
    """
    if path.suffix.lower() == ".xls":
        return {}
    with _archive(path) as archive:
        if path.suffix.lower() == OPEN_DOCUMENT:
            return _open_document_errors(archive, sheet)
        return _error_cells(archive, _sheet_parts(archive)[sheet])


def _kind(head: bytes) -> str:
    kind = foreign_kind(head, "csv")
    if kind is None:
        kind = "text (CSV?)" if b"\0" not in head else "binary"
    return kind


def _check_sizes(archive: zipfile.ZipFile) -> None:
    unpacked = sum(entry.file_size for entry in archive.infolist())
    packed = max(sum(entry.compress_size for entry in archive.infolist()), 1)
    if unpacked > UNPACKED_LIMIT_BYTES or (unpacked > RATIO_FROM_BYTES and unpacked > RATIO_LIMIT * packed):
        raise FileRefused(
            "E_BOMB",
            found=f"{unpacked / (1 << 20):,.0f} MiB",
            ratio=unpacked // packed,
            limit=f"{UNPACKED_LIMIT_BYTES >> 20:,} MiB",
            ratio_limit=RATIO_LIMIT,
        )


def _check_old_workbook(path: Path) -> None:
    try:
        cells = cells_held(path.read_bytes())
    except ValueError as error:
        raise FileRefused("E_DAMAGED_WORKBOOK", detail=str(error)) from None
    if cells > CELL_LIMIT:
        raise FileRefused("E_DAMAGED_WORKBOOK", detail=f"it tells of {cells:,} cells")


def _check_content(archive: zipfile.ZipFile, suffix: str) -> None:
    """Read every part once: its checksum holds, so it is no longer than it says."""
    names = archive.namelist()
    if "xl/workbook.xml" not in names:
        raise FileRefused("E_NOT_WORKBOOK", suffix=suffix, kind=_archive_kind(names))
    for name in names:
        is_sheet = name.startswith("xl/worksheets/") and name.endswith(".xml")
        rows, columns = 0, 0
        for text in _texts(archive, name):
            if is_sheet:
                rows, columns = _extent(text, rows, columns)
        _check_spread(rows, columns)


def _check_open_document(archive: zipfile.ZipFile, suffix: str) -> None:
    """The same of an OpenDocument spreadsheet, whose sheets all stand in one part."""
    names = archive.namelist()
    if CONTENT not in names:
        raise FileRefused("E_NOT_WORKBOOK", suffix=suffix, kind=_archive_kind(names))
    if MANIFEST in names and ENCRYPTED in archive.read(MANIFEST):
        raise FileRefused("E_ENCRYPTED")
    reach: dict[str, tuple[int, int]] = {}
    for name in names:
        texts = _texts(archive, name)
        for cells in filled_cells(texts) if name == CONTENT else ():
            rows, columns = reach.get(cells.sheet, (0, 0))
            reach[cells.sheet] = (max(rows, cells.rows.stop - 1), max(columns, cells.columns.stop))
        for _ in texts:
            continue
    for rows, columns in reach.values():
        _check_spread(rows, columns)


def _check_spread(rows: int, columns: int) -> None:
    if rows * columns > CELL_LIMIT:
        raise FileRefused("E_SPREAD", rows=rows, columns=columns, limit=f"{CELL_LIMIT:,}")


def _archive_kind(names: list[str]) -> str:
    if "xl/workbook.bin" in names:
        return "Excel .xlsb"
    if "xl/workbook.xml" in names:
        return "Excel .xlsx"
    return "OpenDocument" if CONTENT in names else "ZIP"


def _texts(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A part in pieces that end where a tag begins."""
    pending = b""
    with archive.open(name) as part:
        while chunk := part.read(CHUNK_BYTES):
            pending += chunk
            end = pending.rfind(b"<")
            if end <= 0 and len(pending) > TEXT_LIMIT_BYTES:
                raise zipfile.BadZipFile(f"{name} holds a text of more than {TEXT_LIMIT_BYTES} bytes")
            if end > 0:
                yield pending[:end]
                pending = pending[end:]
    yield pending


def _extent(text: bytes, rows: int, columns: int) -> tuple[int, int]:
    """The rectangle that holds the cells of `text` and one of `rows` and `columns`."""
    for wide, row, letter, far_row in _FAR_CELL.findall(text):
        rows = max(rows, int(row or far_row))
        columns = max(columns, column_number(wide or letter))
    return max(rows, 100_000 if columns else 0), max(columns, 26 if rows else 0)


def column_number(letters: bytes) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _error_cells(archive: zipfile.ZipFile, part: str) -> ErrorCells:
    found: ErrorCells = {}
    for text in _texts(archive, part):
        if b't="e"' not in text and b"t='e'" not in text:
            continue
        for attributes in _TYPED_CELL.findall(text):
            place = _PLACE.search(attributes)
            if place is None:
                raise zipfile.BadZipFile("a cell without its place holds an error")
            found.setdefault(int(place[2]), set()).add(column_number(place[1]) - 1)
    return found


def _open_document_errors(archive: zipfile.ZipFile, sheet: str) -> ErrorCells:
    found: ErrorCells = {}
    for cells in filled_cells(_texts(archive, CONTENT)):
        if cells.is_error and cells.sheet == sheet:
            for row in cells.rows:
                found.setdefault(row, set()).update(cells.columns)
    return found


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the archive that holds each sheet."""
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.attrib["Id"]: link.attrib["Target"] for link in links}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    sheets = [element for element in book.iter() if element.tag.endswith("}sheet")]
    return {sheet.attrib["name"]: _part(targets[_link(sheet)]) for sheet in sheets}


def _link(sheet: ElementTree.Element) -> str:
    return next(value for name, value in sheet.attrib.items() if name.endswith("}id"))


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl", target))
