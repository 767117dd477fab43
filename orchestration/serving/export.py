"""Published tables as files for those who work without SQL: Parquet, CSV or workbooks, all of one version."""

from __future__ import annotations

import difflib
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from orchestration.errors import EXIT_FAILURE, EXIT_LOCKED, EXIT_USAGE, ShequnError
from orchestration.progress import Progress
from orchestration.publishing.files import remove_tree, write_json
from orchestration.reports import PublishedVersion
from orchestration.serving.cells import Column, harmless_cell, literal, plain_cell, quoted
from orchestration.serving.query import DEFAULT_MEMORY
from orchestration.serving.tables import Said, said_of_tables
from orchestration.serving.version import version_to_read
from orchestration.serving.workbook import write_workbook
from orchestration.settings import Settings

FORMATS = ("parquet", "csv", "xlsx")
MANIFEST_NAME = "export.json"
_WORK_NAME = ".export"
_NEAREST = 3
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads a CSV file in the encoding of the country


@dataclass(frozen=True)
class Wish:
    """What is to be exported.

    Attributes:
        form: "parquet", "csv" or "xlsx".
        tables: Names of tables, English or Chinese, with or without schema; none for all of `marts`.
        since: Only rows of days and periods that begin then or later, in tables whose rows are dated.
        lang: "zh" for Chinese headers.
    """

    form: str
    tables: Sequence[str] = ()
    since: date | None = None
    lang: str = "en"


@dataclass(frozen=True)
class ExportedTable:
    """One written file.

    Attributes:
        file: Its name.
        table: `<schema>.<table>`.
        rows: How many it holds.
        size_bytes: Its size.
        dated_by: The column that was held to `since`; None where all rows were written.
    """

    file: str
    table: str
    rows: int
    size_bytes: int
    dated_by: str | None


@dataclass(frozen=True)
class Export:
    """What was written, and from which version."""

    version: PublishedVersion
    folder: Path
    tables: tuple[ExportedTable, ...]


@dataclass(frozen=True)
class _Table:
    schema: str
    name: str
    kinds: dict[str, str]

    @property
    def said(self) -> Said:
        return said_of_tables().get(self.name, Said())

    def columns(self, lang: str) -> list[Column]:
        return [
            Column(name, self.said.label(name) if lang == "zh" else name, kind)
            for name, kind in self.kinds.items()
        ]


def export_tables(
    settings: Settings, wish: Wish, out: Path | None = None, progress: Progress | None = None
) -> Export:
    """Write tables of the version that is current now, one file each, and `export.json` beside them.

    Files get their names when all are written; those of an earlier export are replaced, others stay.

    Args:
        settings: Names the published version.
        wish: What, and how.
        out: Folder to write into; default `<home>/out`.
        progress: Hears the stage "export", a table at a time.

    Raises:
        ShequnError: nothing published, an unknown table, a folder of the house or a text too long for a
            sheet (exit 2); another export into the folder (4); the files cannot be written (1).
    """
    folder = (out or settings.out_dir).expanduser().absolute()
    refuse_rooms_of_the_house(settings, folder)
    progress = progress or Progress()
    version, path = version_to_read(settings)
    config: dict[str, Any] = {"memory_limit": DEFAULT_MEMORY, "autoinstall_known_extensions": "false"}
    with duckdb.connect(str(path), read_only=True, config=config) as connection:
        tables = _chosen(connection, wish.tables)
        with _work_folder(folder) as work:
            connection.execute(f"set temp_directory = {literal(str(work / 'spill'))}")
            progress.stage("export", total=len(tables))
            written = []
            for table in tables:
                written.append(_write_table(connection, table, wish, work))
                progress.advance(table.name)
            export = Export(version, folder, tuple(written))
            _give_names(settings, export, wish, work)
    return export


def refuse_rooms_of_the_house(settings: Settings, folder: Path) -> None:
    """What is written into the inbox would land again; the other rooms are looked after by the house."""
    for room in (settings.exports, settings.published_dir, settings.build_dir, settings.vault_dir):
        if folder.resolve().is_relative_to(room.resolve()):
            raise ShequnError("serving.export_into_house", EXIT_USAGE, path=folder, room=room)


def _chosen(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[_Table]:
    """The tables of these names, or all of `marts`."""
    tables: dict[tuple[str, str], _Table] = {}
    for schema, name, column, kind in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns()"
        " where schema_name in ('marts', 'core') order by table_name, column_index"
    ).fetchall():
        tables.setdefault((schema, name), _Table(schema, name, {})).kinds[column] = kind
    if not names:
        return [table for table in tables.values() if table.schema == "marts"]
    called = {
        title.casefold(): table
        for table in tables.values()
        for title in (table.name, f"{table.schema}.{table.name}", table.said.label_zh)
        if title
    }
    chosen = [called[_known_name(name, called)] for name in names]
    return list({id(table): table for table in chosen}.values())


def _known_name(name: str, called: dict[str, _Table]) -> str:
    wanted = name.strip().casefold()
    if wanted not in called:
        close = difflib.get_close_matches(wanted, called, n=2 * _NEAREST, cutoff=0.3)
        nearest = list(dict.fromkeys(called[title].name for title in close))[:_NEAREST]
        raise ShequnError("serving.unknown_table", EXIT_USAGE, name=name, nearest=", ".join(nearest) or "–")
    return wanted


@contextmanager
def _work_folder(folder: Path) -> Iterator[Path]:
    """A room of this export's own inside `folder`, emptied of what a killed one left, and gone at the end."""
    work = folder / _WORK_NAME
    try:
        work.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(work, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _lock(descriptor, folder)
            for leftover in work.iterdir():
                remove_tree(leftover) if leftover.is_dir() else leftover.unlink()
            try:
                yield work
            finally:
                remove_tree(work)
        finally:
            os.close(descriptor)
    except (OSError, duckdb.IOException) as error:
        cause = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ShequnError("serving.not_written", EXIT_FAILURE, path=folder, cause=cause) from error


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ShequnError("serving.export_busy", EXIT_LOCKED, path=folder) from None


def _write_table(
    connection: duckdb.DuckDBPyConnection, table: _Table, wish: Wish, work: Path
) -> ExportedTable:
    path = work / f"{table.name}.{wish.form}"
    dated_by = table.said.dated_by if wish.since and table.said.dated_by in table.kinds else None
    source = f"{quoted(table.schema)}.{quoted(table.name)}"
    if dated_by is not None:  # of a row without a day nobody knows that it is older
        source += f" where coalesce({quoted(dated_by)} >= date '{wish.since}', true)"
    columns = table.columns(wish.lang)
    if wish.form == "xlsx":
        title = table.said.label_zh if wish.lang == "zh" else None
        rows = write_workbook(path, connection, source, columns, title or table.name)
    else:
        rows = _copy(connection, source, columns, wish, path)
    return ExportedTable(path.name, f"{table.schema}.{table.name}", rows, path.stat().st_size, dated_by)


def _copy(
    connection: duckdb.DuckDBPyConnection, source: str, columns: Sequence[Column], wish: Wish, path: Path
) -> int:
    """Write a Parquet or CSV file; gives its rows."""
    as_csv = wish.form == "csv"
    cell = harmless_cell if as_csv else plain_cell
    labels = [column.label for column in columns]
    if as_csv and wish.lang == "zh":
        labels[0] = _BYTE_ORDER_MARK + labels[0]
    cells = ", ".join(
        f"{cell(column)} as {quoted(label)}" for column, label in zip(columns, labels, strict=True)
    )
    options = "format csv, header" if as_csv else "format parquet, compression zstd"
    copied = connection.execute(f"copy (select {cells} from {source}) to {literal(str(path))} ({options})")
    return int((copied.fetchone() or (0,))[0])


def _give_names(settings: Settings, export: Export, wish: Wish, work: Path) -> None:
    """Move the files to their names. Without `export.json` a folder is between two states."""
    manifest = export.folder / MANIFEST_NAME
    names = {table.file for table in export.tables}
    others = [
        entry
        for entry in _entries(manifest)
        if entry["file"] not in names and (export.folder / entry["file"]).exists()
    ]
    origin = {
        "version": export.version.name,
        "as_of_date": export.version.manifest["as_of_date"],
        "since": wish.since,
        "headers": wish.lang,
        "exported_at": datetime.now(ZoneInfo(settings.business_timezone)).isoformat(timespec="seconds"),
    }
    written = [asdict(table) | origin for table in export.tables]
    write_json(
        work / MANIFEST_NAME, {"files": sorted(others + written, key=lambda entry: str(entry["file"]))}
    )
    manifest.unlink(missing_ok=True)
    for table in export.tables:
        (work / table.file).replace(export.folder / table.file)
    (work / MANIFEST_NAME).replace(manifest)


def _entries(manifest: Path) -> list[dict[str, Any]]:
    """What an earlier export wrote here."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return [entry for entry in json.loads(manifest.read_text(encoding="utf-8"))["files"] if entry["file"]]
    return []
