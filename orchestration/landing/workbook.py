"""An open workbook: which sheets it has, and the cells of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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
        with load_workbook(path) as workbook:
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
        if type(error).__name__ != "PanicException":
            raise
        raise FileRefused("E_DAMAGED_WORKBOOK", detail=str(error)[:200]) from None


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
        read = {name for name in shown if _has_cells(workbook.get_sheet_by_name(name))}
        if not read:
            raise FileRefused("E_EMPTY_WORKBOOK")
        return [Sheet(data.name, data.name in read) for data in workbook.sheets_metadata]


def _has_cells(sheet: CalamineSheet) -> bool:
    return any(cell != "" for row in sheet.iter_rows() for cell in row)
