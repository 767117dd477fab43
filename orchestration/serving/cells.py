"""The cells of an exported table as SQL: the engine makes of a column what a format wants, not Python."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.serving.formats import FORMULA_STARTS


@dataclass(frozen=True)
class Column:
    """A column on its way out.

    Attributes:
        name: In the published table.
        label: In the header of the file.
        kind: DuckDB's type.
    """

    name: str
    label: str
    kind: str

    @property
    def is_text(self) -> bool:
        """Whether a spreadsheet could take its cells for formulas."""
        return self.kind == "VARCHAR"


def quoted(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def plain_cell(column: Column) -> str:
    """The column as it is."""
    return quoted(column.name)


def harmless_cell(column: Column) -> str:
    """The column; texts that a spreadsheet would run get a leading `'`."""
    cell = quoted(column.name)
    if not column.is_text:
        return cell
    starts = ", ".join(f"chr({ord(start)})" for start in FORMULA_STARTS)
    return f"case when left({cell}, 1) in ({starts}) then '''' || {cell} else {cell} end"
