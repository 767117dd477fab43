"""An open workbook: which sheets it has, and the cells of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from orchestration.landing.faults import FileRefused
from orchestration.landing.marks import is_guide

ROWS_AT_ONCE = 1_000
STDERR = 2


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook; `is_read` is False where it is hidden, empty, a chart or the guide."""

    name: str
    is_read: bool


@contextmanager
def open_workbook(path: Path) -> Iterator[CalamineWorkbook]:
    """The workbook, closed again at the end.

    Raises:
        FileRefused: it is damaged or under a password.
        OSError: it cannot be read now.
    """
    try:
        with _without_panics():
            opened = load_workbook(path)
        with opened as workbook:
            yield workbook
    except PasswordError:
        raise FileRefused("E_ENCRYPTED") from None
    except CalamineError as error:
        raise FileRefused("E_DAMAGED_WORKBOOK", detail=str(error)[:200]) from None
    except OSError as error:
        # The operating system's own errors say so; others are what the file holds.
        if error.errno is not None or "(os error" in str(error):
            raise
        raise FileRefused("E_DAMAGED_WORKBOOK", detail=str(error)[:200]) from None
    except BaseException as error:
        # What the library did not foresee in a file comes as an exception of its own outside Exception.
        if not _is_panic(error):
            raise
        raise FileRefused("E_DAMAGED_WORKBOOK", detail=str(error)[:200]) from None


def _is_panic(error: BaseException) -> bool:
    return type(error).__name__ == "PanicException"


@contextmanager
def _without_panics() -> Iterator[None]:
    """Keeps from the screen what the library prints as it panics; all else is printed at the end."""
    try:
        screen = os.dup(STDERR)
    except OSError:  # it is closed
        yield
        return
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), STDERR)
        try:
            yield
        except BaseException as error:
            if _is_panic(error):
                kept.truncate(0)
            raise
        finally:
            os.dup2(screen, STDERR)
            os.close(screen)
            kept.seek(0)
            if printed := kept.read():
                os.write(STDERR, printed)


def sheet_of(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    """A sheet by its name, for use within `open_workbook`."""
    with _without_panics():
        return workbook.get_sheet_by_name(name)


def rows_of(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """The rows of a sheet, for use within `open_workbook`."""
    rows = sheet.iter_rows()
    while True:
        with _without_panics():
            some = list(islice(rows, ROWS_AT_ONCE))
        if not some:
            return
        yield from some


def list_sheets(path: Path) -> list[Sheet]:
    """The sheets in the workbook's order.

    Raises:
        FileRefused: as `open_workbook` says, or none of them holds anything.
    """
    with open_workbook(path) as workbook:
        shown = [
            data.name
            for data in workbook.sheets_metadata
            if data.visible == SheetVisibleEnum.Visible
            and data.typ == SheetTypeEnum.WorkSheet
            and not is_guide(data.name)
        ]
        read = {name for name in shown if _has_cells(sheet_of(workbook, name))}
        if not read:
            raise FileRefused("E_EMPTY_WORKBOOK")
        return [Sheet(data.name, data.name in read) for data in workbook.sheets_metadata]


def _has_cells(sheet: CalamineSheet) -> bool:
    return any(cell != "" for row in rows_of(sheet) for cell in row)
