"""`shequn map`: says once what a file of one's own is, so that it and every later one of its kind lands."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.text import Text

from orchestration.commands.console import number, output, print_rows
from orchestration.commands.frame import Context, write_document
from orchestration.errors import EXIT_OK, EXIT_USAGE, ShequnError
from orchestration.landing.catalogue import load_catalogue
from orchestration.landing.faults import FileRefused
from orchestration.landing.inbox import recognise
from orchestration.landing.mappings import Mapping, check_mapping, load_mappings
from orchestration.landing.shapes import shapes_of
from orchestration.mapping.preview import Preview, preview
from orchestration.mapping.proposal import Proposal, propose, with_usual_types
from orchestration.mapping.sample import Sample, read_sample
from orchestration.messages import say
from orchestration.settings import Settings

WORDS_NAMED = 20
_DATES = re.compile(r"[\d\s_.\-()（）年月日]+$")


def map_command(
    context: Context,
    settings: Settings,
    file: str,
    entity: str | None,
    said: Sequence[str],
    constants: Sequence[str],
    words: Sequence[str],
    name: str | None,
    is_saved: bool,
) -> int:
    """Propose a mapping for a file, show what it makes of the file, and keep it where that is wanted.

    Raises:
        ShequnError: no such file, entity, column or header; a file that cannot be read; a mapping to keep
            that says too little, or under a name that a mapping of other files has.
    """
    sample = _sample(Path(file), context.lang)
    if not context.as_json:
        _say_known(context, sample)
    called = name or _DATES.sub("", sample.path.stem) or sample.path.stem
    proposal = propose(
        sample,
        settings,
        called,
        entity,
        _pairs(said, "--set"),
        _pairs(constants, "--constant"),
        _words(words),
    )
    mapping = proposal.mapping
    shown = None
    if not mapping.missing:
        try:
            now = datetime.now(ZoneInfo(settings.business_timezone)).replace(tzinfo=None)
            shown = preview(sample, mapping, settings, now)
        except FileRefused as refusal:
            raise _refused(refusal, sample.path, context.lang) from None
    if not context.as_json:
        _print(output(), context.lang, sample, proposal, shown)
    if not is_saved and not mapping.missing and not context.as_json and sys.stdin.isatty():
        is_saved = click.confirm(say("mapping.ask", context.lang, name=mapping.name))
    path = _save(settings, mapping) if is_saved else None
    if context.as_json:
        write_document(_document(proposal, shown, path))
    elif path:
        output().print(Text(say("mapping.saved", context.lang, path=path)), soft_wrap=True)
    return EXIT_OK


def list_command(context: Context, settings: Settings) -> int:
    """List the mappings that are kept."""
    mappings = load_mappings(settings.mappings_dir)
    if context.as_json:
        write_document([_said(mapping) for mapping in mappings.values()])
        return EXIT_OK
    console = output()
    if not mappings:
        console.print(say("mapping.none", context.lang))
        return EXIT_OK
    headers = [say(f"mapping.col.{key}", context.lang) for key in ("name", "entity", "columns")]
    cells = [
        [mapping.name, mapping.entity, ", ".join((*mapping.columns, *mapping.constants))]
        for mapping in mappings.values()
    ]
    print_rows(console, headers, [False] * 3, cells)
    console.print(Text(str(settings.mappings_dir)), style="dim", soft_wrap=True)
    return EXIT_OK


def _sample(path: Path, lang: str) -> Sample:
    sheet = None
    if not path.exists() and "#" in path.name:
        stem, _, sheet = path.name.partition("#")
        path = path.with_name(stem)
    if not path.is_file():
        raise ShequnError("mapping.E_FILE", EXIT_USAGE, path=path)
    file = recognise(path, path.name, load_catalogue())
    try:
        if file.code:
            raise FileRefused(file.code, **file.params)
        return read_sample(path, sheet)
    except FileRefused as refusal:
        raise _refused(refusal, path, lang) from None


def _say_known(context: Context, sample: Sample) -> None:
    """Warn who is about to map what the gate lands by itself.

    Raises:
        ShequnError: the file is refused, such as the error answer of an API.
    """
    entities = load_catalogue().entities
    try:
        shapes = shapes_of(sample.path, [entity for entity in entities if entity.is_recognised])
    except FileRefused as refusal:
        raise _refused(refusal, sample.path, context.lang) from None
    fits = [fit for shape in shapes if shape.name in (None, sample.sheet) for fit in shape.fits]
    if fits:
        named = ", ".join(dict.fromkeys(f"{fit.system}.{fit.entity}" for fit in fits))
        context.warn("mapping.known", named=named)


def _refused(refusal: FileRefused, path: Path, lang: str) -> ShequnError:
    reason = say(f"landing.{refusal.code}", lang, **refusal.params)
    return ShequnError("mapping.E_UNREAD", EXIT_USAGE, path=path, reason=reason)


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        column, sign, value = text.partition("=")
        if not sign or not column.strip():
            raise ShequnError("mapping.E_PAIR", EXIT_USAGE, option=option, text=text)
        pairs[column.strip()] = value.strip()
    return pairs


def _words(texts: Sequence[str]) -> dict[str, dict[str, str]]:
    """By column what its words stand for, of `column:word=value`."""
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        column, colon, rest = text.partition(":")
        word, sign, value = rest.rpartition("=")
        if not colon or not sign or not word:
            raise ShequnError("mapping.E_WORD", EXIT_USAGE, text=text)
        found.setdefault(column.strip(), {})[word.strip()] = value.strip()
    return found


def _save(settings: Settings, mapping: Mapping) -> Path:
    if mapping.missing:
        raise ShequnError(
            "mapping.E_MISSING", EXIT_USAGE, entity=mapping.entity, columns=", ".join(mapping.missing)
        )
    path = settings.mappings_dir / f"{mapping.name}.yml"
    try:
        check_mapping(mapping)
    except ValueError as error:
        raise ShequnError("mapping.E_BROKEN", EXIT_USAGE, path=path, problem=error) from None
    kept = load_mappings(settings.mappings_dir).get(mapping.name)
    if kept is not None and set(kept.header) != set(mapping.header):
        raise ShequnError("mapping.E_TAKEN", EXIT_USAGE, name=mapping.name)
    if kept is not None:
        mapping = replace(mapping, from_path=kept.from_path)
    settings.mappings_dir.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"# shequn map; docs/exports/mapped_sheets.md, mapped_sheets.zh-CN.md\n{mapping.as_yaml()}",
        encoding="utf-8",
    )
    return path


def _print(console: Console, lang: str, sample: Sample, proposal: Proposal, shown: Preview | None) -> None:
    mapping = proposal.mapping
    labels = {"en": mapping.target.label_en, "zh": mapping.target.label_zh}
    console.print(
        Text(say("mapping.is", lang, entity=mapping.entity, label=labels[lang]), style="bold"), soft_wrap=True
    )
    types = with_usual_types(mapping)
    by_source = {source: column for column, source in mapping.columns.items()}
    keys = ("source", "column", "type", "reason", "example")
    cells = []
    for source, texts in sample.columns.items():
        column = by_source.get(source)
        reason = say(f"mapping.reason.{proposal.reasons[column] if column else 'none'}", lang)
        example = _example(texts)
        cells.append([source, column or "–", types[column] if column else "–", reason, example])
    for column, value in mapping.constants.items():
        cells.append(["–", column, "–", say("mapping.reason.constant", lang), value])
    print_rows(console, [say(f"mapping.col.{key}", lang) for key in keys], [False] * len(keys), cells)
    if proposal.others:
        others = ", ".join(proposal.others)
        console.print(Text(say("mapping.others", lang, entities=others), style="dim"), soft_wrap=True)
    for column, words in mapping.values.items():
        seen = set(sample.columns.get(mapping.columns[column], ()))
        known = ", ".join(f"{word} → {value}" for word, value in words.items() if word in seen)
        console.print(Text(say("mapping.words", lang, column=column, words=known)), soft_wrap=True)
    if mapping.missing:
        missing = ", ".join(mapping.missing)
        console.print(
            Text(say("mapping.missing", lang, entity=mapping.entity, columns=missing), style="yellow"),
            soft_wrap=True,
        )
    if shown is not None:
        _print_rows(console, lang, shown)
        _print_unknown_words(console, lang, mapping, shown)


def _print_unknown_words(console: Console, lang: str, mapping: Mapping, shown: Preview) -> None:
    values = {column.name: column.values for column in mapping.target.columns}
    for column, words in shown.unknown_words.items():
        line = say(
            "mapping.unknown_words",
            lang,
            column=column,
            words=", ".join(words[:WORDS_NAMED]),
            known=", ".join(values[column]),
            word=words[0],
            value=values[column][0],
        )
        console.print(Text(line, style="yellow"), soft_wrap=True)


def _example(texts: Sequence[str]) -> str:
    from orchestration.landing.mobile_numbers import mask_phones

    return mask_phones(next((text for text in texts if text), ""))


def _print_rows(console: Console, lang: str, shown: Preview) -> None:
    console.print(say("mapping.rows", lang, rows=number(len(shown.rows))))
    line = say("mapping.col.line", lang)
    cells = []
    for row in shown.rows:
        texts = [row.texts.get(name) or "" for name in shown.columns]
        cells.append([str(row.line), *texts, _reason(row.fault, lang) if row.fault else ""])
    headers = [line, *shown.columns, say("mapping.col.fault", lang)]
    print_rows(console, headers, [True, *[False] * (len(headers) - 1)], cells)
    counts = {"accepted": shown.accepted, "rejected": shown.rejected, "blank": shown.blank}
    console.print(say("mapping.counts", lang, **{name: number(found) for name, found in counts.items()}))


def _reason(fault: Any, lang: str) -> str:
    return say(f"landing.{fault.code}", lang, **fault.params)


def _said(mapping: Mapping) -> dict[str, Any]:
    return {
        "name": mapping.name,
        "entity": mapping.entity,
        "columns": mapping.columns,
        "types": with_usual_types(mapping),
        "values": mapping.values,
        "constants": mapping.constants,
        "header": list(mapping.header),
    }


def _document(proposal: Proposal, shown: Preview | None, path: Path | None) -> dict[str, Any]:
    document = _said(proposal.mapping) | {
        "reasons": proposal.reasons,
        "others": list(proposal.others),
        "missing": proposal.mapping.missing,
        "saved": str(path) if path else None,
    }
    if shown is not None:
        document |= {
            "accepted": shown.accepted,
            "rejected": shown.rejected,
            "blank": shown.blank,
            "unknown_words": shown.unknown_words,
            "rows": [
                {"line": row.line, **row.texts, "fault": row.fault.code if row.fault else None}
                for row in shown.rows
            ],
        }
    return document
