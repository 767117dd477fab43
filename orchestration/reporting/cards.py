"""The report as pictures for a phone: figures, course, and what to do; each forwarded on its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from html import escape

import vl_convert

from orchestration.charts import theme
from orchestration.reporting.asked import KPI
from orchestration.reporting.blocks import Pictures, Point, Points, Row, Section, Table, Text
from orchestration.reporting.content import Content
from orchestration.reporting.pictures import picture

WIDTH = 1080
_MARGIN = 56
_INNER = WIDTH - 2 * _MARGIN
_TONES = {"good": "#1d7a4f", "bad": "#b4491b", "": theme.MUTED}
_TILES = (
    "net_sales",
    "orders",
    "buyers",
    "member_conversion_rate",
    "members_end",
    "joins",
    "leave_rate",
    "active_rate",
)
_COURSES = 4
_MOST_ADVICE = 5
_MOST_ALERTS = 3
# A run of Latin letters and figures stays together, with the spaces behind it, and so do brackets and what
# they hold on to; all else may break anywhere.
_PIECES = re.compile(r"[（「『“《]*(?:[!-~¥–−×÷]+|.)[，。；：、！？）」』”》]*\s*", re.DOTALL)

# What XML has no place for, and a name may hold all the same.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def cards(content: Content) -> dict[str, bytes]:
    """PNG files by the last part of their names."""
    builders: Mapping[str, Callable[[Content, _Sheet], None]] = {
        "figures": _figures,
        "trends": _trends,
        "advice": _advice,
    }
    made = {}
    for name, build in builders.items():
        sheet = _Sheet(content)
        build(content, sheet)
        made[name] = vl_convert.svg_to_png(sheet.svg(content), scale=1)
    return made


class _Sheet:
    """What stands on a card, from top to bottom."""

    def __init__(self, content: Content) -> None:
        self.parts: list[str] = [f'<rect width="{WIDTH}" height="14" fill="{theme.ACCENT}"/>']
        self.y = 100.0
        self.text(content.title, 56, weight=700)
        self.y += 52
        self.text(content.subtitle, 32, theme.MUTED)
        self.y += 56

    def text(
        self,
        text: str,
        size: float,
        fill: str = theme.INK,
        x: float = _MARGIN,
        weight: int = 400,
        anchor: str = "start",
    ) -> None:
        """One line on the base line `y`."""
        self.parts.append(
            f'<text x="{x:g}" y="{self.y:g}" font-size="{size:g}" fill="{fill}" font-weight="{weight}"'
            f' text-anchor="{anchor}">{escape(text)}</text>'
        )

    def paragraph(self, text: str, size: float, fill: str = theme.INK, indent: float = 0) -> None:
        """As many lines as the text needs."""
        for line in wrapped(text, (_INNER - indent) / size):
            self.y += size * 1.45
            self.text(line, size, fill, _MARGIN + indent)

    def svg(self, content: Content) -> str:
        """The whole card."""
        self.y += 70
        self.text(content.source, 26, theme.MUTED)
        height = self.y + 44
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:g}"'
            f' font-family="{escape(theme.FONTS)}"><rect width="{WIDTH}" height="{height:g}" fill="#fff"/>'
            f"{''.join(self.parts)}</svg>"
        )


def _figures(content: Content, sheet: _Sheet) -> None:
    rows = _rows(content)
    if not rows:
        return _sentences(content.section("figures"), sheet)
    across, down = (_INNER - 32) / 2, 214
    top = sheet.y
    for place, metric in enumerate(_TILES):
        row = rows[f"{KPI}-{metric}"]
        x = _MARGIN + (place % 2) * (across + 32)
        y = top + (place // 2) * (down + 28)
        sheet.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{across:g}" height="{down}" rx="14" fill="#f4f7fa"/>'
        )
        label, value, _, change = row.cells[:4]
        sheet.y = y + 56
        sheet.text(label.text, 30, theme.MUTED, x + 28)
        sheet.y = y + 124
        sheet.text(value.text, 60, x=x + 28, weight=700)
        sheet.y = y + 182
        compared = f"{content.say('column.previous_change')} {change.text}"
        sheet.text(compared, 32, _TONES[change.tone], x + 28)
    sheet.y = top + len(_TILES) / 2 * (down + 28)


def _rows(content: Content) -> dict[str | None, Row]:
    tables = (block for block in content.section("figures").blocks if isinstance(block, Table))
    return {row.term: row for table in tables for row in table.rows}


def _sentences(section: Section, sheet: _Sheet) -> None:
    """What a part says where it has nothing else."""
    for block in section.blocks:
        if isinstance(block, Text):
            sheet.paragraph(block.text, 34)


def _trends(content: Content, sheet: _Sheet) -> None:
    drawings = [
        drawing
        for block in content.section("trends").blocks
        if isinstance(block, Pictures)
        for drawing, _ in block.drawings
    ]
    if not drawings:
        _sentences(content.section("trends"), sheet)
    for place, drawing in enumerate(drawings[:_COURSES]):
        sheet.y += 24
        sheet.text(drawing.title, 34, weight=700)
        svg, across, down = picture(drawing, f"card{place}", 440, 130)
        height = _INNER * down / across
        frame = f'<svg x="{_MARGIN}" y="{sheet.y + 16:g}" width="{_INNER}" height="{height:g}" '
        sheet.parts.append(frame + svg.removeprefix("<svg "))
        sheet.y += height + 60


def _advice(content: Content, sheet: _Sheet) -> None:
    for name, most in (("advice", _MOST_ADVICE), ("alerts", _MOST_ALERTS)):
        section = content.section(name)
        sheet.y += 30
        sheet.text(section.title, 40, theme.ACCENT, weight=700)
        sheet.y += 8
        points = [point for block in section.blocks if isinstance(block, Points) for point in block.points]
        for table in (block for block in section.blocks if isinstance(block, Table)):
            sheet.paragraph(_counts(content, table), 34)
        if not points:
            _sentences(section, sheet)
        for place, point in enumerate(points[:most], start=1):
            sheet.y += 14
            _point(sheet, point, f"{place}." if name == "advice" else point.sign)
        sheet.y += 64


def _counts(content: Content, table: Table) -> str:
    """How many alerts of each kind there are, in one paragraph."""
    return content.say("separator").join(
        content.say(
            "alert_counts", kind=kind.text, found=found.text, found_new=new.text, found_critical=critical.text
        )
        for kind, found, new, critical in (row.cells for row in table.rows)
    )


def _point(sheet: _Sheet, point: Point, mark: str) -> None:
    indent = 34 * (length(mark) + 0.5)
    line = sheet.y
    sheet.paragraph(point.text, 34, indent=indent)
    end, sheet.y = sheet.y, line + 34 * 1.45
    sheet.text(mark, 34, _TONES[point.tone])
    sheet.y = end


def wrapped(text: str, width: float) -> list[str]:
    """`text` in lines of at most `width` times the size of its letters."""
    lines, line = [], ""
    pieces = (
        part
        for piece in _PIECES.findall(_UNPRINTABLE.sub("", text))
        for part in ([piece] if length(piece.rstrip()) <= width else piece)
    )
    for piece in pieces:
        if line and length(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def length(text: str) -> float:
    """About how wide a text is, in sizes of its letters."""
    return sum(_width(letter) for letter in text)


def _width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in " .,:;!'()[]/|-ijlt":
        return 0.34
    return 0.7 if letter.isupper() or letter in "%mw" else 0.56
