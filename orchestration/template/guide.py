"""The workbook's first sheet: how to fill in the others, what they hold, and which metrics there are."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.landing.catalogue import Entity
from orchestration.landing.known_names import METRIC, known_metrics
from orchestration.landing.marks import EXAMPLES, GUIDE_SHEETS
from orchestration.messages import say
from orchestration.template.words import header, title

LINES = (
    "sheets",
    "required",
    "notes",
    "example",
    "ids",
    "numbers",
    "dates",
    "codes",
    "columns",
    "saving",
)
WIDTHS = {"A": 34, "B": 62, "C": 44}
LINE_HEIGHT = 34


def write_guide(sheet: Worksheet, entities: Sequence[Entity], lang: str) -> str:
    """Fill the sheet and give the range of its metric ids, empty where no entity asks for them."""
    sheet.title = GUIDE_SHEETS[lang]
    for letter, width in WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.append([say("template.guide.title", lang)])
    sheet["A1"].font = Font(bold=True, size=14)
    for number, line in enumerate(LINES, 1):
        _write_line(sheet, f"{number}. {say(f'template.guide.{line}', lang, mark=EXAMPLES[lang].strip())}")
    _write_heads(sheet, ["sheet", "holds", "key"], lang)
    for entity in entities:
        names = [header(column, lang) for column in entity.columns if column.name in entity.key]
        sheet.append([title(entity, lang), say(f"template.{entity.name}", lang), " + ".join(names)])
    if not any(name.kind == METRIC for entity in entities for name in entity.known.values()):
        return ""
    return _write_metrics(sheet, lang)


def _write_line(sheet: Worksheet, text: str) -> None:
    sheet.append([text])
    sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=len(WIDTHS))
    sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[sheet.max_row].height = LINE_HEIGHT


def _write_heads(sheet: Worksheet, names: Sequence[str], lang: str) -> None:
    sheet.append([])
    sheet.append([say(f"template.guide.col.{name}", lang) for name in names])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)


def _write_metrics(sheet: Worksheet, lang: str) -> str:
    """List the metrics; their names are kept in Chinese alone, so the English guide gives ids."""
    _write_heads(sheet, ["metric", "metric_name"] if lang == "zh" else ["metric"], lang)
    first = sheet.max_row + 1
    for metric_id, label in known_metrics():
        sheet.append([metric_id, label] if lang == "zh" else [metric_id])
    return f"'{sheet.title}'!$A${first}:$A${sheet.max_row}"
