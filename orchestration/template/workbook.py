"""Builds the workbook: a guide, then a sheet for each entity."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.landing.catalogue import Column, Entity
from orchestration.landing.marks import EXAMPLES
from orchestration.template.guide import write_guide
from orchestration.template.words import Value, choices, example, header, note, title

LAST_ROW = 1_048_576
EXAMPLE_ROW = 2
# Everything that is no number or date is text, or the program turns ids into numbers.
FORMATS = {
    "money": "0.00",
    "number": "General",
    "int": "0",
    "date": "yyyy-mm-dd",
    "timestamp": "yyyy-mm-dd hh:mm:ss",
}
TEXT = "@"
WIDTHS = {"id": 16, "text": 20, "timestamp": 21, "enum": 16}
LEAST_WIDTH = 13
NOTE_WIDTH, NOTE_LINE, NOTE_CHARACTERS = 280, 22, 36

REQUIRED_HEADER = (Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F4E79"))
HEADER = (Font(bold=True, color="1F4E79"), PatternFill("solid", fgColor="DDEBF7"))
EXAMPLE = (Font(italic=True, color="808080"), PatternFill("solid", fgColor="F2F2F2"))


def build_workbook(entities: Sequence[Entity], lang: str) -> Workbook:
    """The workbook of these entities."""
    workbook = Workbook()
    guide = workbook.worksheets[0]
    metrics = write_guide(guide, entities, lang)
    for entity in entities:
        _fill(workbook.create_sheet(title(entity, lang)), entity, lang, metrics)
    return workbook


def _fill(sheet: Worksheet, entity: Entity, lang: str, metrics: str) -> None:
    sheet.freeze_panes = "A2"
    sheet.append([header(column, lang) for column in entity.columns])
    sheet.append(_example_row(entity, lang))
    for column, head, sample in zip(entity.columns, *sheet[1:EXAMPLE_ROW], strict=True):
        dimension = sheet.column_dimensions[head.column_letter]
        dimension.number_format = FORMATS.get(column.type, TEXT)
        dimension.width = _width(header(column, lang), column)
        _explain(head, entity, column, lang)
        is_marked = column is entity.columns[0]
        sample.number_format = TEXT if is_marked else FORMATS.get(column.type, TEXT)
        sample.font, sample.fill = EXAMPLE
        allowed = _allowed(entity, column, lang, metrics)
        if allowed:
            rule = DataValidation(type="list", formula1=allowed, allow_blank=True, showErrorMessage=True)
            rule.add(f"{head.column_letter}{EXAMPLE_ROW}:{head.column_letter}{LAST_ROW}")
            sheet.add_data_validation(rule)


def _example_row(entity: Entity, lang: str) -> list[Value | None]:
    """The example, its first cell marked."""
    values = [example(entity, column, lang) for column in entity.columns]
    return [f"{EXAMPLES[lang]}{values[0]}", *values[1:]]


def _allowed(entity: Entity, column: Column, lang: str, metrics: str) -> str:
    """The source of the column's dropdown, empty without one."""
    if column.name in entity.known and entity.known[column.name].kind == "metric":
        return metrics
    values = choices(column, lang)
    return f'"{",".join(values)}"' if values else ""


def _explain(cell: Cell, entity: Entity, column: Column, lang: str) -> None:
    """Style the header and put a note to it."""
    cell.font, cell.fill = REQUIRED_HEADER if column.required else HEADER
    cell.alignment = Alignment(horizontal="center")
    text = note(entity, column, lang)
    lines = sum(1 + _display_width(line) // NOTE_CHARACTERS for line in text.split("\n"))
    cell.comment = Comment(text, "shequn", width=NOTE_WIDTH, height=NOTE_LINE * (lines + 1))


def _width(name: str, column: Column) -> int:
    return max(WIDTHS.get(column.type, LEAST_WIDTH), _display_width(name) + 4)


def _display_width(text: str) -> int:
    """Chinese characters are two wide."""
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)
