"""Reads a Parquet file and turns its values into exact text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.landing.blocks import Block, split_columns, trimmed
from orchestration.landing.catalogue import Column, Entity
from orchestration.landing.faults import FileRefused
from orchestration.landing.header import checked_columns
from orchestration.landing.survey import is_encrypted

ROWS_PER_BLOCK = 50_000
MAGIC = b"PAR1"
_DAMAGED = (pa.ArrowException, OSError, ValueError)


def _open(path: Path) -> pq.ParquetFile:
    with path.open("rb") as file:
        head = file.read(len(MAGIC))
        file.seek(0, 2)
        size = file.tell()
    if size == 0:
        raise FileRefused("E_EMPTY")
    if is_encrypted(path):
        raise FileRefused("E_ENCRYPTED")
    if head != MAGIC:
        raise FileRefused("E_NOT_PARQUET")
    try:
        return pq.ParquetFile(path, memory_map=False, pre_buffer=False)
    except _DAMAGED as error:
        raise _refusal(error) from None


def _refusal(error: Exception) -> Exception:
    """What to raise for `error`: with an errno the disk or network failed, which says nothing of the file."""
    if isinstance(error, OSError) and error.errno is not None:
        return error
    return FileRefused("E_TRUNCATED", detail=_first_line(error))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_null(kind)
    )


def _suits(kind: pa.DataType, column: Column) -> bool:
    """Whether values of that Parquet type can stand for the column's without a loss."""
    if _is_text(kind):
        return True
    if column.type == "id":
        return bool(pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0))
    if column.type in ("timestamp", "date"):
        return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))
    if column.type == "bool":
        return bool(pa.types.is_boolean(kind) or pa.types.is_integer(kind))
    if column.type in ("money", "number", "int"):
        return _is_number(kind)
    return not pa.types.is_nested(kind)


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _plain(array: pa.Array) -> pa.Array:
    """The array in a type that the database reads."""
    kind = _value_type(array.type)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_null(kind):
        kind = pa.string()
    if pa.types.is_float16(kind):
        kind = pa.float32()
    return array if kind == array.type else array.cast(kind)


def _text_sql(name: str, kind: pa.DataType, column: Column | None, zone: str) -> str:
    if pa.types.is_floating(kind):
        return f"float_text({name})"
    if pa.types.is_timestamp(kind):
        if kind.tz is not None:
            return f"cast(timezone('{zone}', {name}) as varchar)"
        if column is not None and column.type == "date":
            return f"midnight_text(cast({name} as timestamp))"
    return f"cast({name} as varchar)"


class ParquetReader:
    """One Parquet file; see `blocks.Reader`. Rows count from 1, there is no header."""

    def __init__(self, path: Path, entity: Entity, connection: duckdb.DuckDBPyConnection, zone: str) -> None:
        self._file = _open(path)
        self._entity = entity
        self._connection = connection
        self._zone = zone
        self._names = checked_columns([name.strip() for name in self._file.schema_arrow.names], entity)
        self._row = 0
        self.encoding: str | None = None
        self.header = 0
        self.blank = 0
        self.totals = 0
        self._check_types()

    @property
    def lines(self) -> int:
        return int(self._file.metadata.num_rows)

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        return tuple(name for name in self._names if name not in self._entity.column_names)

    def _check_types(self) -> None:
        columns = {column.name: column for column in self._entity.columns}
        for name, kind in zip(self._names, self._file.schema_arrow.types, strict=True):
            column = columns.get(name)
            if column is not None and not _suits(_value_type(kind), column):
                raise FileRefused("E_PARQUET_TYPE", column=name, found=str(kind), expected=column.type)

    def blocks(self) -> Iterator[Block]:
        """The file's rows.

        Raises:
            FileRefused: the file is cut or damaged.
            OSError: it cannot be read now.
        """
        batches = self._file.iter_batches(batch_size=ROWS_PER_BLOCK, use_threads=False)
        while True:
            try:
                batch = next(batches, None)
            except _DAMAGED as error:
                raise _refusal(error) from None
            if batch is None:
                return
            yield self._block(batch)

    def _block(self, batch: pa.RecordBatch) -> Block:
        columns = {column.name: column for column in self._entity.columns}
        arrays = []
        for name, array in zip(self._names, batch.columns, strict=True):
            try:
                arrays.append(_plain(array))
            except (pa.ArrowException, UnicodeDecodeError):
                raise FileRefused(
                    "E_PARQUET_TYPE", column=name, found=str(array.type), expected="text in UTF-8"
                ) from None
        labels = [f"p{number}" for number in range(len(arrays))]
        selected = [
            f"{_text_sql(label, array.type, columns.get(name), self._zone)} as {label}"
            for label, name, array in zip(labels, self._names, arrays, strict=True)
        ]
        parquet_block = pa.table(arrays, names=labels)  # noqa: F841 (named in the statement)
        texts = self._connection.execute(f"select {', '.join(selected)} from parquet_block").to_arrow_table()
        return self._to_block([trimmed(column.cast(pa.string())) for column in texts.columns])

    def _to_block(self, arrays: list[pa.Array]) -> Block:
        rows = len(arrays[0])
        lines = np.arange(self._row + 1, self._row + rows + 1)
        self._row += rows
        known, unknown = split_columns(self._names, arrays, self._entity)
        for array in known.values():
            has_nul = pc.fill_null(pc.match_substring(array, "\0"), False)
            if pc.any(has_nul).as_py():
                raise FileRefused("E_NUL", line=int(lines[pc.index(has_nul, True).as_py()]))

        def original(row: int) -> str:
            values = {name: array[row].as_py() for name, array in zip(self._names, arrays, strict=True)}
            return json.dumps(values, ensure_ascii=False)

        return Block(known, lines, original, unknown=unknown)
