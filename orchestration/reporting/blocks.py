"""What a report is made of, before it is a page or a card."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orchestration.figures.words import Measure

if TYPE_CHECKING:
    from orchestration.charts import Drawing


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: What it says.
        tone: "good" or "bad"; empty where it is neither.
        mark: Letter of the note below the table that says why there is no figure.
        heat: How full its colour is, 0 to 1; None for none.
    """

    text: str
    tone: str = ""
    mark: str = ""
    heat: float | None = None


@dataclass(frozen=True)
class Column:
    """A column: its header, and the term of the appendix that explains it (None: it speaks for itself)."""

    title: str
    term: str | None = None
    is_figure: bool = True


@dataclass(frozen=True)
class Row:
    """A row; the term of the appendix that explains it, where rows are figures, and the rows' own header."""

    cells: tuple[Cell, ...]
    term: str | None = None
    is_header: bool = False


@dataclass(frozen=True)
class Table:
    """A table with what stands below it."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    is_compact: bool = False


@dataclass(frozen=True)
class Point:
    """One sentence of a list; `sign` stands before it, `term` explains its figure."""

    text: str
    tone: str = ""
    sign: str = ""
    term: str | None = None
    command: str = ""


@dataclass(frozen=True)
class Points:
    """A list."""

    points: tuple[Point, ...]
    is_ordered: bool = False


@dataclass(frozen=True)
class Text:
    """A paragraph; a `warning` is set off."""

    text: str
    is_warning: bool = False


@dataclass(frozen=True)
class Pictures:
    """Drawings side by side, or one as wide as the page, with the terms of what they show."""

    drawings: tuple[tuple[Drawing, tuple[str, ...]], ...]
    is_wide: bool = False


Block = Table | Points | Text | Pictures


@dataclass(frozen=True)
class Section:
    """A part of the report; `name` is its anchor."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    is_lead: bool = False


@dataclass
class Terms:
    """The measures that a report shows, in the order of their first use; the appendix explains each."""

    used: dict[str, Measure] = field(default_factory=dict)

    def use(self, measure: Measure, mart: str = "mart_community_kpi") -> str:
        """The anchor of a measure's definition, which the appendix then has."""
        name = f"{mart}-{measure.column}"
        self.used.setdefault(name, measure)
        return name


@dataclass
class Notes:
    """Notes below a table, lettered as they are met."""

    texts: list[str] = field(default_factory=list)

    def mark(self, text: str) -> str:
        """The letter of a note."""
        if text not in self.texts:
            self.texts.append(text)
        return chr(ord("a") + self.texts.index(text))

    def lettered(self) -> tuple[str, ...]:
        return tuple(f"{chr(ord('a') + place)}  {text}" for place, text in enumerate(self.texts))
