"""The parts of the inbox's files, each a file of its own to the gate: sheets, tables, row lists."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from orchestration.landing.catalogue import Catalogue, Column, Entity, load_catalogue
from orchestration.landing.context import Landing
from orchestration.landing.digests import Digests, StillWritten, part_sha256
from orchestration.landing.faults import FileRefused, shorten
from orchestration.landing.inbox import (
    CANONICAL,
    WORKBOOKS,
    FileState,
    Fit,
    InboxFile,
    entity_name,
    state_of,
)
from orchestration.landing.ledger import transaction
from orchestration.landing.mappings import MAPPED, as_rows_of
from orchestration.landing.path_groups import path_groups, refuse_unsaid, unsaid_columns
from orchestration.landing.shapes import Shape, shapes_of
from orchestration.landing.wording import plain_name
from orchestration.landing.workbook import list_sheets
from orchestration.landing.workbook_archive import check_workbook

NEAREST = 3


def with_parts(
    landing: Landing, digests: Digests, files: Sequence[InboxFile], is_head_enough: bool = True
) -> Iterator[InboxFile]:
    """The files, in the place of each one that its name does not explain its parts.

    One that is still written stays closed; one that is refused as a whole stays one file with its code. Where
    the head is enough, the reader of a file's lines sees to those beyond it.
    """
    for file in files:
        if file.is_closed:
            yield from _parts_of(landing, digests, file, is_head_enough)
        else:
            yield file


def _parts_of(landing: Landing, digests: Digests, file: InboxFile, is_head_enough: bool) -> list[InboxFile]:
    state = state_of(file.path)
    if state is None:
        return [file]
    try:
        sha256 = digests.of(file.path, state)
        if file.folder != CANONICAL:
            shapes = _looked_at(landing, sha256, file, is_head_enough=is_head_enough)
            return _name_parts(file, shapes, load_catalogue(), landing.mapped)
        if file.path.suffix.lower() not in WORKBOOKS:
            return _of_a_system(file, _looked_at(landing, sha256, file, is_head_enough=is_head_enough))
        parts = name_sheets(file, _looked_at(landing, sha256, file, is_named=True))
        if any(part.code == "E_UNKNOWN_SHEET" for part in parts):
            told = _of_a_system(file, _looked_at(landing, sha256, file))
            parts = [one if one.entity and part.code else part for part, one in zip(parts, told, strict=True)]
        return parts
    except StillWritten:
        return [file]
    except FileRefused as refusal:
        refusal = file.if_strange or refusal
        return [replace(file, code=refusal.code, params=refusal.params)]
    except OSError as error:
        params = {"path": file.relative, "detail": error.strerror or str(error)}
        return [replace(file, code="E_UNREADABLE", params=params)]


def _of_a_system(file: InboxFile, shapes: Sequence[Shape]) -> list[InboxFile]:
    """What lies among the neutral exports and is by its content unmistakably a system's, as that.

    Mappings do not reach here.
    """
    known = [
        replace(shape, fits=tuple(fit for fit in shape.fits if fit.system != MAPPED)) for shape in shapes
    ]
    return _name_parts(file, known, load_catalogue(), {})


def refusal_by_content(
    landing: Landing, digests: Digests, file: InboxFile, state: FileState
) -> FileRefused | None:
    """The refusal of a file that bears the name of a neutral export and is unmistakably a system's.

    Raises:
        StillWritten: it is not as `state` says any more.
    """
    try:
        shapes = _looked_at(landing, digests.of(file.path, state), file)
    except FileRefused:
        return None
    fits = [fit.system for shape in shapes if shape.name == file.part for fit in shape.fits]
    systems = dict.fromkeys(system for system in fits if system != MAPPED)
    if not systems:
        return None
    folders = ", ".join(f"{system}/" for system in systems)
    return FileRefused("E_WRONG_FOLDER", path=file.relative, folders=folders)


def told_by_content(landing: Landing) -> list[Entity]:
    """The entities whose files are told by their content."""
    return [entity for entity in load_catalogue().entities if entity.is_recognised] + [
        *landing.mapped.values()
    ]


def _looked_at(
    landing: Landing, sha256: str, file: InboxFile, is_named: bool = False, is_head_enough: bool = False
) -> list[Shape]:
    """The shapes of a file's parts, looked up where this content has been looked at before.

    Args:
        landing: The pass.
        sha256: The file's digest.
        file: The file.
        is_named: Its sheets are told by their names, not by their content.
        is_head_enough: See `shapes_of`.

    Raises:
        FileRefused: it cannot be read as what it is.
    """
    connection = landing.connection
    found = connection.execute(
        "select shapes from raw.shapes where file_sha256 = ? and gate_version = ? and is_named = ?",
        [sha256, landing.version, is_named],
    ).fetchone()
    if found is not None:
        shapes = [Shape.from_json(shape) for shape in json.loads(found[0])]
        if is_head_enough or not any(shape.is_by_head for shape in shapes):
            return shapes
    if file.path.suffix.lower() in WORKBOOKS:
        check_workbook(file.path)
    if is_named:
        shapes = [Shape(sheet.name, "sheet", sheet.is_read) for sheet in list_sheets(file.path)]
    else:
        shapes = shapes_of(file.path, told_by_content(landing), is_head_enough)
    with transaction(connection):
        connection.execute(
            "delete from raw.shapes where file_sha256 = ? and is_named = ?", [sha256, is_named]
        )
        connection.execute(
            "insert into raw.shapes values (?, ?, ?, ?)",
            [
                sha256,
                landing.version,
                is_named,
                json.dumps([shape.as_json() for shape in shapes], ensure_ascii=False),
            ],
        )
    return shapes


# Files that say by their name what they hold


def name_sheets(file: InboxFile, sheets: Sequence[Shape]) -> list[InboxFile]:
    """Say what each sheet is by its name, the first one with rows by the file's name where that says it.

    Raises:
        FileRefused: the file is named after an entity and holds further sheets that are not.
    """
    entities = load_catalogue().systems[CANONICAL]
    meant = {plain_name(title): entity for entity in entities.values() for title in entity.titles}
    files, strangers = [], []
    own = file.entity
    for sheet in sheets:
        name = str(sheet.name)
        entity, own = (own or meant.get(plain_name(name)), None) if sheet.is_read else (None, own)
        part = _part(file, sheet, entity)
        if entity is None and sheet.is_read:
            strangers.append(name)
            part = replace(part, code="E_UNKNOWN_SHEET", params=_unknown(name, meant))
        files.append(part)
    if file.entity is not None and strangers:
        raise FileRefused("E_SHEETS", entity=file.entity.name, sheets=", ".join(strangers))
    return files


def _unknown(sheet: str, meant: dict[str, Entity]) -> dict[str, Any]:
    close = difflib.get_close_matches(plain_name(sheet), meant, n=NEAREST, cutoff=0.3) or sorted(meant)
    names = dict.fromkeys(f"{meant[title].name} ({meant[title].label_zh})" for title in close)
    return {"sheet": sheet, "known": ", ".join(names)}


def _part(file: InboxFile, shape: Shape, entity: Entity | None) -> InboxFile:
    """A sheet or table as a file of its own."""
    return replace(
        file,
        relative=file.relative if shape.name is None else f"{file.relative}#{shape.name}",
        part=shape.name,
        kind=shape.kind,
        entity=entity,
        by_head=shape.fits if shape.is_by_head else (),
        is_ignored=not shape.is_read,
    )


# Files whose content says what they hold


def _name_parts(
    file: InboxFile, shapes: Sequence[Shape], catalogue: Catalogue, mapped: dict[str, Entity]
) -> list[InboxFile]:
    return [part for shape in shapes for part in _parts_in(file, shape, catalogue, mapped)]


def _parts_in(
    file: InboxFile, shape: Shape, catalogue: Catalogue, mapped: dict[str, Entity]
) -> list[InboxFile]:
    """A sheet, a table or a document as the files of what it holds; refused where that is unclear."""
    whole = _part(file, shape, None)
    if not shape.is_read:
        return [whole]
    try:
        belongs_in = None
        if own := _mapped_fit(shape, mapped):
            entity = as_rows_of(mapped[own.entity], file.folder)
            fits, entities = [replace(own, entity=entity.name)], {entity.name: entity}
        else:
            system, fits = _system_of(whole, shape, catalogue)
            entities = catalogue.systems[system]
            belongs_in = system if system != file.folder else None
        if shape.kind in ("json", "lines", "xml"):
            held = [(entities[fit.entity], fit.places) for fit in fits]
            parts = [
                _document_part(whole, entity, held) for entity in entities.values() if _holds(held, entity)
            ]
        else:
            entity = min((entities[fit.entity] for fit in fits), key=lambda one: _rank(one, fits, file))
            parts = [replace(whole, entity=entity, groups=path_groups(entity, file.relative))]
        for part in parts:
            if part.entity is not None:
                unsaid = _said_by_path_alone(part.entity, part.groups)
                refuse_unsaid(part.entity, unsaid, part.relative)
        return [replace(part, belongs_in=belongs_in) for part in parts]
    except FileRefused as refusal:
        return [replace(whole, code=refusal.code, params=refusal.params)]


def _mapped_fit(shape: Shape, mapped: dict[str, Entity]) -> Fit | None:
    """The mapping that a file is of, the one that names most of its header; what people say goes first."""
    fits = [fit for fit in shape.fits if fit.system == MAPPED]
    return max(fits, key=lambda fit: len(mapped[fit.entity].signature), default=None)


def _said_by_path_alone(entity: Entity, groups: dict[str, str | None]) -> list[Column]:
    unsaid = unsaid_columns(entity, groups)
    return [column for column in unsaid if all(path[0] == "@" for path in column.paths)]


def _holds(held: Sequence[tuple[Entity, tuple[str, ...]]], entity: Entity) -> bool:
    return any(one is entity for one, _ in held)


def _document_part(
    whole: InboxFile, entity: Entity, held: Sequence[tuple[Entity, tuple[str, ...]]]
) -> InboxFile:
    is_alone = len(held) == 1
    return replace(
        whole,
        relative=whole.relative if is_alone else f"{whole.relative}#{entity.name}",
        part=entity.name,
        entity=entity,
        siblings=tuple(held),
        groups=path_groups(entity, whole.relative),
    )


def _rank(entity: Entity, fits: Sequence[Fit], file: InboxFile) -> tuple[bool, int, bool]:
    """Which of several exports that fit a table it is: the least."""
    named = next(fit.named for fit in fits if fit.entity == entity.name)
    is_dump = file.path.stem.casefold() in entity.tables
    says_groups = entity.from_path is not None and all(path_groups(entity, file.relative).values())
    return not is_dump, -named, not says_groups


def _system_of(file: InboxFile, shape: Shape, catalogue: Catalogue) -> tuple[str, list[Fit]]:
    """The system that a file is of, and its entities that it holds.

    Raises:
        FileRefused: none fits, or several do and the file lies in none of their folders.
    """
    systems = dict.fromkeys(fit.system for fit in shape.fits)
    if not systems:
        raise _unknown_shape(file, shape, catalogue)
    if file.folder not in systems and len(systems) > 1:
        folders = ", ".join(f"{system}/" for system in systems)
        raise FileRefused("E_WRONG_FOLDER", path=file.relative, folders=folders)
    system = file.folder if file.folder in systems else next(iter(systems))
    return str(system), [fit for fit in shape.fits if fit.system == system]


def _unknown_shape(file: InboxFile, shape: Shape, catalogue: Catalogue) -> FileRefused:
    """Why nothing fits: a neutral export that lies elsewhere, or of no known shape."""
    if file.if_strange is not None:
        return file.if_strange
    is_called_so = entity_name(file.relative) in catalogue.systems[CANONICAL]
    # A system's own file may be called orders.csv as well.
    is_a_systems = file.folder in catalogue.systems and shape.near
    if shape.is_neutral or (is_called_so and not is_a_systems):
        if file.folder is None:
            return FileRefused("E_UNKNOWN_FILE", path=file.relative, known=f"{CANONICAL}/")
        if file.folder not in catalogue.systems:
            known = ", ".join(catalogue.systems)
            return FileRefused("E_UNKNOWN_SYSTEM", path=file.relative, system=file.folder, known=known)
        return FileRefused("E_WRONG_FOLDER", path=file.relative, folders=f"{CANONICAL}/")
    near = [(catalogue.systems[one.system][one.entity], one) for one in shape.near]
    return FileRefused(
        "E_UNKNOWN_SHAPE",
        path=file.relative,
        file=f"{file.path}#{file.part}" if file.part else str(file.path),
        near_en="; ".join(
            f"{entity.label_en} ({entity.system}/{entity.name}) lacks {shorten(', '.join(one.missing))}"
            for entity, one in near
        )
        or "none comes near",
        near_zh="；".join(
            f"{entity.label_zh}（{entity.system}/{entity.name}）缺少 {shorten('、'.join(one.missing))}"
            for entity, one in near
        )
        or "无",
    )


def content_sha256(digests: Digests, file: InboxFile, state: FileState) -> str:
    """The digest of a file or of one part of it, together with what its path says.

    Two people's figures may be equal to the last byte, and only the names of the files tell them apart.

    Raises:
        StillWritten: it is not as `state` says any more.
    """
    whole = digests.of(file.path, state)
    said = "".join(f"\0{name}={text}" for name, text in sorted(file.groups.items()) if text)
    return part_sha256(whole, f"{file.part or ''}{said}") if file.part or said else whole


def refused_before(digests: Digests, file: InboxFile, state: FileState) -> list[str]:
    """Digests under which a part may have been refused before it was told what it is."""
    whole = replace(file, part=None, groups={})
    unnamed = replace(file, groups={})
    return [content_sha256(digests, one, state) for one in (whole, unnamed)]
