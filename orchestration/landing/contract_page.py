"""Writes `docs/exports/<system>.md` and `<system>.zh-CN.md` from the source catalogue.

Each begins with the text of `contract_page.<language>.md`.

Run it as `python -m orchestration.landing.contract_page`.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.landing.catalogue import Column, Entity, Source, load_catalogue
from orchestration.settings import PROJECT_DIR

PAGES_DIR = PROJECT_DIR / "docs" / "exports"

_TYPES_ZH = {
    "id": "ID",
    "text": "文本",
    "money": "金额",
    "int": "整数",
    "number": "数值",
    "bool": "是否",
    "date": "日期",
    "timestamp": "时间",
}
LANGUAGES = ("en", "zh")


def page_path(system: str, lang: str) -> Path:
    """Where the page on a system stands, in one language."""
    return PAGES_DIR / (f"{system}.md" if lang == "en" else f"{system}.zh-CN.md")


def page(source: Source, lang: str) -> str:
    """The page of one system, Markdown."""
    template = Path(__file__).with_suffix(f".{lang}.md").read_text(encoding="utf-8")
    head = template.format(system=source.name, label=source.label_zh)
    return "\n".join([head, *(_section(entity, lang) for entity in source.entities.values())])


def _section(entity: Entity, lang: str) -> str:
    rows = "\n".join(_row(entity, column, lang) for column in entity.columns)
    names = [f"`{name}`" for name in entity.key]
    title = f"## {entity.name} {entity.label_zh}"
    if lang == "en":
        about = f"{entity.label_en[0].upper()}{entity.label_en[1:]}. Key: {', '.join(names)}."
        columns = ("column", "Chinese names", "type", "needed")
    else:
        about = f"主键：{'、'.join(names)}。"
        columns = ("列", "中文名", "类型", "必填")
    head = f"| {' | '.join(columns)} |\n| --- | --- | --- | --- |"
    return f"{title}\n\n{about}\n\n{head}\n{rows}\n"


def _row(entity: Entity, column: Column, lang: str) -> str:
    is_chinese = lang == "zh"
    values = [f"`{value}`" for value in column.values]
    kind = ("、" if is_chinese else ", ").join(values) or (
        _TYPES_ZH[column.type] if is_chinese else column.type
    )
    marks = {
        ("vault", "保密"): bool(column.contact),
        ("known", "须已知"): column.name in entity.known,
        ("first day", "首日"): column.name in entity.first_day_of,
    }
    for (english, chinese), is_set in marks.items():
        if is_set:
            kind += f"（*{chinese}*）" if is_chinese else f" (*{english}*)"
    needed = ("是" if is_chinese else "yes") if column.required else ""
    return f"| `{column.name}` | {'、'.join(column.headers)} | {kind} | {needed} |"


def named_sources() -> list[Source]:
    """Systems whose files say by their name what they hold; pages on the others are written by hand."""
    return [
        source
        for source in load_catalogue().sources.values()
        if any(not entity.is_recognised for entity in source.entities.values())
    ]


def written_pages() -> dict[Path, str]:
    """The pages of these systems in every language."""
    return {
        page_path(source.name, lang): page(source, lang) for source in named_sources() for lang in LANGUAGES
    }


if __name__ == "__main__":
    for path, text in written_pages().items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(PROJECT_DIR))
