"""`shequn explain`: what a figure means, where it stands, and the rows it is counted from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.text import Text

from orchestration.commands.console import number, output, print_rows
from orchestration.commands.frame import Context, write_document
from orchestration.commands.sql import is_number, table_cell
from orchestration.errors import EXIT_OK, EXIT_USAGE, ShequnError
from orchestration.explaining import Explanation, Wish, explain
from orchestration.explaining.explanation import DEFAULT_ROWS, Rows
from orchestration.messages import say
from orchestration.serving.formats import json_value, write_csv
from orchestration.settings import PROJECT_DIR, Settings

TEXTS = ("formula", "decision", "reference")


def explain_command(
    context: Context, settings: Settings, wish: Wish, form: str, rows: int | None, evidence: str | None
) -> int:
    """Print an explanation; as CSV, the rows of one evidence."""
    if form == "csv":
        explanation = explain(settings, wish, rows)
        result = _one_of(explanation, evidence).result
        write_csv(sys.stdout, result.columns, result.types, result.rows)
        return EXIT_OK
    explanation = explain(settings, wish, DEFAULT_ROWS if rows is None else rows)
    kept = (_one_of(explanation, evidence),) if evidence else explanation.rows
    if form == "json":
        write_document(_document(explanation, kept))
    else:
        _print(context.lang, explanation, kept)
    return EXIT_OK


def _one_of(explanation: Explanation, evidence: str | None) -> Rows:
    """The evidence so named, or the first."""
    names = [part.name for part in explanation.rows]
    if not names or (evidence is not None and evidence not in names):
        raise ShequnError("explain.E_EVIDENCE", EXIT_USAGE, evidence=evidence or "–", names=", ".join(names))
    return explanation.rows[names.index(evidence) if evidence else 0]


def _print(lang: str, explanation: Explanation, kept: tuple[Rows, ...]) -> None:
    console = output()
    metric = explanation.metric
    names = (metric.get("label_zh"), metric.get("label_en"), metric["metric_id"])
    console.print(Text("  ".join(name for name in names if name), style="bold"))
    for label, text in _facts(lang, explanation):
        console.print(Text.assemble((f"{label}: ", "dim"), text), soft_wrap=True)
    console.print()
    console.print(_figure_line(lang, explanation), soft_wrap=True)
    for term in explanation.terms:
        console.print(f"  {term.label.text(lang)} ({term.name}): {_shown(term.value)}", soft_wrap=True)
    console.print(_verdict(lang, explanation), soft_wrap=True)
    for part in kept:
        _print_rows(lang, part)


def _facts(lang: str, explanation: Explanation) -> list[tuple[str, str]]:
    metric = explanation.metric
    facts = [(say(f"explain.{name}", lang), _in_language(metric, name, lang)) for name in TEXTS]
    facts.append((say("explain.place", lang), f"{metric['mart']}.{metric['column_name']}"))
    facts.append((say("explain.model", lang), _path(explanation.source)))
    if explanation.compiled:
        facts.append((say("explain.compiled", lang), _path(explanation.compiled)))
    facts.append((say("explain.row", lang), _row_text(lang, explanation)))
    return [(label, text) for label, text in facts if text]


def _in_language(metric: dict[str, Any], name: str, lang: str) -> str:
    return str((metric.get(f"{name}_zh") if lang == "zh" else None) or metric.get(name) or "")


def _path(path: Path | None) -> str:
    if path is None:
        return ""
    return str(path.relative_to(PROJECT_DIR) if path.is_relative_to(PROJECT_DIR) else path)


def _row_text(lang: str, explanation: Explanation) -> str:
    text = ", ".join(f"{name} = {value}" for name, value in explanation.chosen.cell.values.items())
    if explanation.days:
        text += say("explain.days", lang, first=explanation.days[0], last=explanation.days[1])
    if explanation.chosen.matches > 1:
        text += say("explain.other_rows", lang, rows=number(explanation.chosen.matches - 1))
    return text


def _figure_line(lang: str, explanation: Explanation) -> Text:
    shown = _shown(explanation.chosen.figure)
    if explanation.metric.get("unit") == "rate" and explanation.chosen.figure is not None:
        shown += f" ({float(explanation.chosen.figure):.2%})"
    return Text.assemble((f"{say('explain.figure', lang)}: ", "dim"), (shown, "bold"))


def _verdict(lang: str, explanation: Explanation) -> Text:
    """What the rows say: that they make the figure, or by how much they do not."""
    params = {"expression": explanation.expression, "value": _shown(explanation.recomputed)}
    if explanation.agrees:
        return Text(f"✓ {say('explain.agrees', lang, **params)}", style="green")
    published = _shown(explanation.chosen.compared)
    return Text(f"✗ {say('explain.differs', lang, published=published, **params)}", style="bold red")


def _shown(value: Any) -> str:
    return format(value, ".10g") if isinstance(value, float) else table_cell(value)


def _print_rows(lang: str, part: Rows) -> None:
    console = output()
    console.print()
    shown = len(part.result.rows)
    key = "explain.all_rows" if shown == part.total else "explain.first_rows"
    heading = say(key, lang, label=part.label.text(lang), total=number(part.total), shown=number(shown))
    console.print(Text.assemble((heading, "bold"), (f"  [{part.name}]", "dim")), soft_wrap=True)
    if part.result.rows:
        rows = [[table_cell(value) for value in row] for row in part.result.rows]
        print_rows(console, part.result.columns, [is_number(kind) for kind in part.result.types], rows)


def _document(explanation: Explanation, kept: tuple[Rows, ...]) -> dict[str, Any]:
    chosen = explanation.chosen
    return {
        "metric": explanation.metric,
        "source": _path(explanation.source),
        "compiled": _path(explanation.compiled) or None,
        "row": chosen.cell.values,
        "days": list(explanation.days) if explanation.days else None,
        "figure": _number(chosen.figure, chosen.kind),
        "terms": [
            {"name": term.name, "label_zh": term.label.zh, "label_en": term.label.en, "value": term.value}
            for term in explanation.terms
        ],
        "expression": explanation.expression,
        "recomputed": explanation.recomputed,
        "agrees": explanation.agrees,
        "evidence": [_evidence(part) for part in kept],
    }


def _evidence(part: Rows) -> dict[str, Any]:
    result = part.result
    rows = [
        {
            name: _number(value, kind)
            for name, value, kind in zip(result.columns, row, result.types, strict=True)
        }
        for row in result.rows
    ]
    return {
        "name": part.name,
        "label_zh": part.label.zh,
        "label_en": part.label.en,
        "total": part.total,
        "rows": rows,
    }


def _number(value: Any, kind: str) -> Any:
    return json_value(value, kind.startswith("DECIMAL"))
