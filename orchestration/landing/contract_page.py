"""Writes `docs/exports/<system>.md` from the source catalogue.

Run it as `python -m orchestration.landing.contract_page`.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.landing.catalogue import Column, Entity, load_catalogue
from orchestration.settings import PROJECT_DIR

PAGES_DIR = PROJECT_DIR / "docs" / "exports"

_HEAD = """# The {system} export

<!-- Written from the source catalogue by `python -m orchestration.landing.contract_page`. -->

Put files into `exports/{system}/`, named `<entity>.csv`, `<entity>.<anything>.csv` or
`<entity>/<anything>.csv`; `.jsonl` (one object a line) and `.parquet` work the same way. CSV has a header
row and commas, in UTF-8, UTF-16 or GBK/GB18030. The order of columns is free, columns not marked as needed
may be missing, unknown columns are kept aside and reported. A column may go by any of its Chinese names;
the first is the one that people see. Width, case, white space, `_` and notes in brackets do not matter:
`金额（元）` is 金额.

`.xlsx`, `.xlsm`, `.xls` and `.ods` are read too, each sheet as a file of its own, with the sheet's rows as
lines. In a workbook named like a CSV file the first visible sheet that holds anything is that entity;
further sheets, and all those of a workbook of another name (`登记表.xlsx`), are named after what they hold,
`refunds` or 退款. A sheet of another name is refused, hidden and empty ones and the guide of a template
are passed over by name; hidden rows are rows like any other.
The header is the first of the first 20 rows that names every needed
column; what stands above it counts as header. Rows whose first filled cell is 合计, 总计, 小计, 共计 or
`total` are counted as blank and told. Of merged cells only the top left one has the value. Date cells are
dates; ids must be text cells or numbers below 15 digits (`001234` keeps its zeros as text alone). Errors such
as `#N/A` and durations are refused row by row; in `.xls`, where an error looks like an empty cell, it is
unknown. A workbook may unpack to 1 GiB, and above 10 MiB to 100 times its size; in a refresh it takes about
two to three times its unpacked size of memory.

| type | how to write it |
| --- | --- |
| id, text | as it is; ids are text, never numbers |
| money | yuan, `1234.50`, without separators or units |
| int, number | `42`, `0.25` |
| bool | `true`, `false`, `1`, `0`, `是`, `否` |
| date | `2026-03-08` |
| timestamp | `2026-03-08 20:15:00`, business time, or with an offset: `2026-03-08T20:15:00+08:00` |

An empty cell is unknown, never zero. Where the first column is the first one listed
here, a CSV row that begins with `示例：` or `Example:` is the example of a template and counts as blank.

Of rows with the same key the one landed last counts. Columns marked
*vault* are personal: they are split off as they land and are never published. A column marked *known* must
name what the warehouse knows by then (a metric of the catalogue, a scope that has landed); else the row is
refused with the nearest names.
"""


def page(system: str, entities: dict[str, Entity]) -> str:
    """The page of one system, Markdown."""
    return "\n".join([_HEAD.format(system=system), *(_section(entity) for entity in entities.values())])


def _section(entity: Entity) -> str:
    rows = "\n".join(_row(column, column.name in entity.known) for column in entity.columns)
    key = ", ".join(f"`{name}`" for name in entity.key)
    title = f"## {entity.name} {entity.label_zh}\n\n{entity.label_en[0].upper()}{entity.label_en[1:]}."
    head = "| column | Chinese names | type | needed |\n| --- | --- | --- | --- |"
    return f"{title} Key: {key}.\n\n{head}\n{rows}\n"


def _row(column: Column, is_known: bool) -> str:
    kind = ", ".join(f"`{value}`" for value in column.values) or column.type
    note = " (*vault*)" if column.contact else " (*known*)" if is_known else ""
    headers = "、".join(column.headers)
    return f"| `{column.name}` | {headers} | {kind}{note} | {'yes' if column.required else ''} |"


def named_systems() -> dict[str, dict[str, Entity]]:
    """Systems whose files say by their name what they hold; pages on the others are written by hand."""
    return {
        system: entities
        for system, entities in load_catalogue().systems.items()
        if any(not entity.is_recognised for entity in entities.values())
    }


def write_pages(folder: Path = PAGES_DIR) -> list[Path]:
    """Write the pages of these systems and give the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for system, entities in named_systems().items():
        path = folder / f"{system}.md"
        path.write_text(page(system, entities), encoding="utf-8")
        paths.append(path)
    return paths


if __name__ == "__main__":
    for written in write_pages():
        print(written.relative_to(PROJECT_DIR))
