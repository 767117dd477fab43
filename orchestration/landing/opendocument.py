"""The look into an OpenDocument spreadsheet (.ods): how far its cells reach, and which hold an error.

A few bytes may say that a cell or row stands there a million times, so sizes in bytes prove nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CONTENT = "content.xml"
MANIFEST = "META-INF/manifest.xml"
ENCRYPTED = b"encryption-data"
# The library that reads workbooks knows the parts by these very prefixes too.
_TAG = re.compile(
    rb"<table:(table|table-row|table-cell|covered-table-cell)(\s(?:[^>\"']|\"[^\"]*\"|'[^']*')*?)?(/?)>"
)
_REPEATED = re.compile(rb"""\stable:number-(?:rows|columns)-repeated\s*=\s*["'](\d+)["']""")
_NAME = re.compile(rb"""\stable:name\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ERROR = re.compile(rb"""\scalcext:value-type\s*=\s*["']error["']""")


@dataclass(frozen=True)
class Cells:
    """Cells of a sheet that hold the same, and something; rows count from 1, columns from 0."""

    sheet: str
    rows: range
    columns: range
    is_error: bool


def filled_cells(texts: Iterable[bytes]) -> Iterator[Cells]:
    """The cells of all sheets.

    Args:
        texts: `content.xml` in pieces that end where a tag begins.
    """
    sheet, first, after, column = "", 1, 1, 0
    for text in texts:
        for kind, found, closed in _TAG.findall(text):
            repeated = _REPEATED.search(found)
            times = int(repeated[1]) if repeated else 1
            if kind == b"table":
                name = _NAME.search(found)
                sheet = html.unescape((name[1] or name[2] or b"").decode()) if name else ""
                first = after = 1
            elif kind == b"table-row":
                first, after, column = after, after + times, 0
            else:
                columns = range(column, column + times)
                column += times
                if not closed or b"office:" in found:
                    yield Cells(sheet, range(first, after), columns, bool(_ERROR.search(found)))
