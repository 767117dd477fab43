"""The look into a workbook of the old format (.xls) before it is opened: would what it says fill the memory?

The library that reads workbooks follows links between sectors without end, makes room for the size that a
sheet says it has, and holds the cells of all sheets at once. Other damage it finds itself.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

SECTOR_BYTES = {9: 512, 12: 4096}  # by the power of two that the header names
MINI_SECTOR_BYTES = 64
MINI_BELOW_BYTES = 4096  # what is shorter stands in sectors within a part of its own
ENTRY_BYTES = 128
MARKS = 0xFFFFFFFA  # from here on a number is no sector but a mark, such as the end of a chain
NAMES = ("Workbook", "Book")
ROWS, COLUMNS = 65_536, 256
# Kinds of records.
PASSWORD, SHEET, SIZE, END = 0x2F, 0x85, 0x200, 0x0A
NUMBERS_IN_A_ROW = 0xBD
CELLS = (0x06, NUMBERS_IN_A_ROW, 0xFD, 0x203, 0x204, 0x205, 0x27E)


def cells_held(content: bytes) -> int:
    """How many cells of all sheets the library will hold, empty ones included.

    Args:
        content: The whole file.

    Raises:
        ValueError: reading it would not end, or a sheet is larger than a sheet can be.
    """
    try:
        stream = memoryview(_workbook(content))
        places = list(_sheets(stream))
        cells = {place: _cells_of_sheet(stream[place:]) for place in set(places)}
    except struct.error:
        raise ValueError("a header or record is too short") from None
    return sum(cells[place] for place in places)


def _workbook(content: bytes) -> bytes:
    """What the container of sectors holds as the workbook; empty where it holds none."""
    size = SECTOR_BYTES.get(struct.unpack_from("<H", content, 30)[0], 512)
    sectors = Sectors(content[size:], size)
    first_entry, first_mini, first_more = struct.unpack_from("<48xI8xI4xI", content)
    places = [*struct.unpack_from("<109I", content, 76), *sectors.places_of_links(first_more)]
    sectors.links = _numbers(b"".join(sectors.at(place) for place in places if place < MARKS))
    entries = list(_entries(sectors.joined(first_entry)))
    minis = Sectors(sectors.joined(entries[0].first) if entries else b"", MINI_SECTOR_BYTES)
    minis.links = _numbers(sectors.joined(first_mini))
    found = next((entry for name in NAMES for entry in entries if entry.name == name), None)
    if found is None:
        return b""
    return (minis if found.length < MINI_BELOW_BYTES else sectors).joined(found.first)[: found.length]


class Entry(NamedTuple):
    """A part of the container: name, first sector, length in bytes."""

    name: str
    first: int
    length: int


def _entries(directory: bytes) -> Iterator[Entry]:
    whole = len(directory) // ENTRY_BYTES * ENTRY_BYTES
    for name, first, length in struct.iter_unpack("<64s52xII4x", directory[:whole]):
        yield Entry(name.decode("utf-16-le", "replace").partition("\0")[0], first, length)


class Sectors:
    """Bytes in sectors, each with the number of the one after it in its chain (`links`)."""

    def __init__(self, content: bytes, size: int) -> None:
        self._content = content
        self._size = size
        self.links: Sequence[int] = ()

    def at(self, place: int) -> bytes:
        return self._content[place * self._size : (place + 1) * self._size]

    def joined(self, place: int) -> bytes:
        """The chain that begins there."""
        found: list[bytes] = []
        while place < len(self.links):
            if len(found) == len(self.links):
                raise ValueError("its sectors go round in a circle")
            found.append(self.at(place))
            place = self.links[place]
        return b"".join(found)

    def places_of_links(self, place: int) -> Iterator[int]:
        """Where the links stand that the header lacks room for; a sector ends with the number of the next."""
        for _ in range(len(self._content) // self._size + 1):
            numbers = _numbers(self.at(place))
            if not numbers:
                return
            *found, place = numbers
            yield from found
        raise ValueError("its sectors go round in a circle")


def _numbers(content: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])


def _sheets(stream: memoryview) -> Iterator[int]:
    """Where each sheet begins."""
    for kind, data in _records(stream):
        if kind == PASSWORD and any(data[:2]):
            return
        if kind == SHEET:
            yield struct.unpack_from("<I", data)[0]


def _cells_of_sheet(stream: memoryview) -> int:
    said = rows = columns = 0
    for kind, data in _records(stream):
        if kind == SIZE:
            said = max(said, _size_said(data))
        elif kind in CELLS:
            row, column = struct.unpack_from("<HH", data)
            if kind == NUMBERS_IN_A_ROW:
                column = max(column, struct.unpack_from("<H", data, len(data) - 2)[0])
            rows, columns = max(rows, row + 1), max(columns, column + 1)
    if columns > COLUMNS:
        raise ValueError(f"a cell stands in column {columns}")
    return max(said, rows * columns)


def _size_said(data: memoryview) -> int:
    """Cells from the first row to before the one that ends them, and columns likewise."""
    first_row, end_row, first, end = struct.unpack_from("<IIHH" if len(data) == 14 else "<HHHH", data)
    end_row, end = max(end_row, 1), max(end, 1)
    if not (first_row < end_row <= ROWS and first < end <= COLUMNS):
        raise ValueError("a sheet has a size that no sheet can have")
    return int((end_row - first_row) * (end - first))


def _records(stream: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Kind and content of each record up to the end of a sheet."""
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        if kind == END:
            return
        yield kind, stream[place + 4 : place + 4 + length]
        place += 4 + length
