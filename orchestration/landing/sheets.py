"""The sheets of the inbox's workbooks, each a file of its own to the gate."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.landing.context import Landing
from orchestration.landing.digests import Digests, StillWritten
from orchestration.landing.faults import FileRefused
from orchestration.landing.inbox import FileState, InboxFile, state_of
from orchestration.landing.ledger import transaction
from orchestration.landing.wording import plain_name
from orchestration.landing.workbook import Sheet, list_sheets, sheet_sha256
from orchestration.landing.workbook_archive import check_workbook

NEAREST = 3


def with_sheets(landing: Landing, digests: Digests, files: Sequence[InboxFile]) -> Iterator[InboxFile]:
    """The files, in the place of each sound workbook its sheets.

    A workbook that is still written stays one file without a digest; one that is refused as a whole stays
    one file with its code.
    """
    for file in files:
        if file.is_workbook and file.code is None:
            yield from _sheets_of(landing, digests, file)
        else:
            yield file


def content_sha256(digests: Digests, file: InboxFile, state: FileState) -> str:
    """The digest of a file or of one sheet of it.

    Raises:
        StillWritten: it is not as `state` says any more.
    """
    sha256 = digests.remembered(file.path) or digests.read(file.path, state)
    return sheet_sha256(sha256, file.sheet) if file.sheet is not None else sha256


def _sheets_of(landing: Landing, digests: Digests, file: InboxFile) -> list[InboxFile]:
    state = state_of(file.path)
    if state is None:
        return [file]
    try:
        return name_sheets(file, _listed(landing, content_sha256(digests, file, state), file))
    except StillWritten:
        return [file]
    except FileRefused as refusal:
        return [replace(file, code=refusal.code, params=refusal.params)]
    except OSError as error:
        params = {"path": file.relative, "detail": error.strerror or str(error)}
        return [replace(file, code="E_UNREADABLE", params=params)]


def _listed(landing: Landing, sha256: str, file: InboxFile) -> list[Sheet]:
    """The workbook's sheets, looked up where this content has been looked at before."""
    connection = landing.connection
    found = connection.execute(
        "select sheets from raw.workbooks where file_sha256 = ? and gate_version = ?",
        [sha256, landing.version],
    ).fetchone()
    if found is not None:
        return [Sheet(**sheet) for sheet in json.loads(found[0])]
    check_workbook(file.path)
    sheets = list_sheets(file.path)
    with transaction(connection):
        connection.execute("delete from raw.workbooks where file_sha256 = ?", [sha256])
        connection.execute(
            "insert into raw.workbooks values (?, ?, ?)",
            [sha256, landing.version, json.dumps([vars(sheet) for sheet in sheets], ensure_ascii=False)],
        )
    return sheets


def name_sheets(file: InboxFile, sheets: Sequence[Sheet]) -> list[InboxFile]:
    """Say what each sheet is by its name, the first one with rows by the file's name where that says it.

    Raises:
        FileRefused: the file is named after an entity and holds further sheets that are not.
    """
    entities = load_catalogue().systems[file.relative.split("/")[0]]
    meant = {plain_name(title): entity for entity in entities.values() for title in entity.titles}
    files, strangers = [], []
    own = file.entity
    for sheet in sheets:
        entity, own = (own or meant.get(plain_name(sheet.name)), None) if sheet.is_read else (None, own)
        part = replace(file, relative=f"{file.relative}#{sheet.name}", sheet=sheet.name, entity=entity)
        if not sheet.is_read:
            part = replace(part, is_ignored=True)
        elif entity is None:
            strangers.append(sheet.name)
            part = replace(part, code="E_UNKNOWN_SHEET", params=_unknown(sheet.name, meant))
        files.append(part)
    if file.entity is not None and strangers:
        raise FileRefused("E_SHEETS", entity=file.entity.name, sheets=", ".join(strangers))
    return files


def _unknown(sheet: str, meant: dict[str, Entity]) -> dict[str, Any]:
    close = difflib.get_close_matches(plain_name(sheet), meant, n=NEAREST, cutoff=0.3) or sorted(meant)
    names = dict.fromkeys(f"{meant[title].name} ({meant[title].label_zh})" for title in close)
    return {"sheet": sheet, "known": ", ".join(names)}
