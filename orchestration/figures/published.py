"""One published version, open for questions; it never changes while it is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.landing.catalogue import load_catalogue
from orchestration.reports import PublishedVersion
from orchestration.serving.version import version_to_read
from orchestration.settings import Settings

if TYPE_CHECKING:
    import pandas

_CONFIG: dict[str, Any] = {
    "memory_limit": "2GB",
    "threads": "2",
    "temp_directory": "",  # nothing is written beside the version
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class Published:
    """A version and its answers; opened with the first question, since many are answered from a cache.

    Attributes:
        version: Name and manifest.
        path: Its file.
    """

    def __init__(self, version: PublishedVersion, path: Path) -> None:
        self.version = version
        self.path = path
        self._connection: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Published:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> pandas.DataFrame:
        """The answer to `sql`; decimals as floats, days as `datetime64`, unknown as NaN, NaT or None.

        Raises:
            ShequnError: the version lacks a table or a column that this release asks for (exit 2).
        """
        if self._connection is None:
            self._connection = duckdb.connect(str(self.path), read_only=True, config=_CONFIG)
        try:
            return self._connection.execute(sql, list(parameters)).df()
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            cause = str(error).partition("\n")[0]
            params = {"version": self.version.name, "cause": cause}
            raise ShequnError("serving.older_version", EXIT_USAGE, **params) from error

    def is_empty(self, mart: str) -> bool:
        """Whether the version has no row of this mart."""
        return not self.version.manifest["tables"].get(f"marts.{mart}")

    def missing_exports(self, mart: str, lang: str) -> list[str]:
        """Names of the exports that would help to fill an empty mart and never came."""
        canonical = load_catalogue().systems["canonical"]
        found = self.version.manifest.get("empty_marts", {}).get(mart, {"missing": ()})
        return [
            f"{canonical[entity].label_zh} {entity}" if lang == "zh" else entity
            for entity in found["missing"]
        ]


def open_published(settings: Settings) -> Published:
    """The version that is current now, as a context manager.

    Raises:
        ShequnError: `serving.no_version` (exit 2).
    """
    return Published(*version_to_read(settings))
