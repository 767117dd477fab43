"""Writes tables as the files of a canonical export and remembers what it wrote."""

from __future__ import annotations

import csv
from io import BufferedWriter
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

_SAMPLE = 400


def _quoting(entity: str) -> str:
    """Only what people wrote holds quotes, commas or line ends; elsewhere such a cell is an error."""
    return "needed" if entity == "messages" else "none"


class Sink:
    """One file an entity in CSV; in Parquet one file, or one a part.

    Attributes:
        rows: Rows written, by entity.
    """

    def __init__(self, folder: Path, file_format: Literal["csv", "parquet"]) -> None:
        self._folder = folder
        self._format = file_format
        self._open: dict[str, tuple[BufferedWriter, pa_csv.CSVWriter]] = {}
        self._samples: dict[str, pa.Table] = {}
        self._parted: set[str] = set()
        self.rows: dict[str, int] = {}

    def write(self, entity: str, table: pa.Table, part: str | None = None) -> None:
        """Write rows of `entity`; `part` is their month, None where it is written at once."""
        self.rows[entity] = self.rows.get(entity, 0) + table.num_rows
        if table.num_rows or entity not in self._samples:
            self._samples[entity] = table.slice(max(0, table.num_rows - _SAMPLE))
        if self._format == "csv":
            self._csv_writer(entity, table.schema).write_table(table)
        elif table.num_rows or part is None:
            pq.write_table(table, self._parquet_path(entity, part), compression="zstd")

    def sample(self, entity: str) -> list[dict[str, object]]:
        """The last few hundred rows of what was written."""
        return list(self._samples[entity].to_pylist())

    def write_later(self, entity: str, rows: list[dict[str, object]]) -> None:
        """A second CSV file of `entity`, whose path sorts after all others of it."""
        if entity in self._parted:
            path = self._folder / entity / "late.demo.csv"
        else:
            path = self._folder / f"{entity}.late.demo.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def close(self) -> None:
        """Finish all files."""
        for stream, writer in self._open.values():
            writer.close()
            stream.close()
        self._open.clear()

    def _csv_writer(self, entity: str, schema: pa.Schema) -> pa_csv.CSVWriter:
        if entity not in self._open:
            stream = (self._folder / f"{entity}.demo.csv").open("wb")
            stream.write((",".join(schema.names) + "\n").encode())
            options = pa_csv.WriteOptions(include_header=False, quoting_style=_quoting(entity))
            self._open[entity] = stream, pa_csv.CSVWriter(stream, schema, write_options=options)
        return self._open[entity][1]

    def _parquet_path(self, entity: str, part: str | None) -> Path:
        if part is None:
            return self._folder / f"{entity}.demo.parquet"
        self._parted.add(entity)
        (self._folder / entity).mkdir(exist_ok=True)
        return self._folder / entity / f"{part}.demo.parquet"
