"""What each step of a refresh hands to the next one, to the command line and to Dagster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from orchestration.messages import LANGUAGES

FileStatus = Literal["landed", "unchanged", "refused", "waiting", "ignored"]
Part = Literal["sheet", "table"]


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file of the inbox.

    `lines == header + accepted + rejected + blank` holds for every landed file; a record that
    runs over several physical lines counts as one line.

    Attributes:
        path: Relative to the inbox, with forward slashes; of a sheet or a table in it
            `<path>#<name>`.
        status: landed now; unchanged (its sha256 landed before); refused whole; waiting (still
            being written); ignored (hidden or temporary, by name; a sheet that is hidden, empty or a guide; a
            table that no export names).
        code: Refusal code such as E_HEADER, else None.
        params: Placeholders of the message `landing.<code>` (empty without code).
        totals: Rows of a sheet that sum up others, which count as blank.
        part: What it is of a file: a sheet, a table of a database; None: neither.
        belongs_in: The folder of the system that its content shows, where it lies in another.
        rows_late: Accepted rows dated before the newest day already built.
    """

    path: str
    status: FileStatus
    system: str | None = None
    entity: str | None = None
    sha256: str | None = None
    code: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    encoding: str | None = None
    size_bytes: int = 0
    lines: int = 0
    header: int = 0
    accepted: int = 0
    rejected: int = 0
    blank: int = 0
    totals: int = 0
    rows_late: int = 0
    unknown_columns: tuple[str, ...] = ()
    part: Part | None = None
    belongs_in: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class LandingReport:
    """Outcome of one pass over the inbox, files in order of their relative path."""

    files: tuple[FileOutcome, ...]
    seconds: float = 0.0

    def with_status(self, status: FileStatus) -> tuple[FileOutcome, ...]:
        """The files of one status."""
        return tuple(outcome for outcome in self.files if outcome.status == status)


@dataclass(frozen=True)
class CheckResult:
    """One dbt test or expectation.

    Attributes:
        kind: dbt_test or expectation.
        name: What was checked, in words or by its node name.
        where: The table (and column) it looked at.
        status: pass, warn, fail (the data is wrong) or error (the check itself broke).
        failures: How many rows or cells fail.
        message: One sentence on the failure; empty where it passed.
        name_zh: The name in Chinese, empty where it has none; `message_zh` likewise.
    """

    kind: Literal["dbt_test", "expectation"]
    name: str
    where: str
    status: Literal["pass", "warn", "fail", "error"]
    failures: int = 0
    message: str = ""
    name_zh: str = ""
    message_zh: str = ""

    def words(self, lang: str) -> tuple[str, str]:
        """Name and message in `lang`, in English where they have no Chinese."""
        if lang == "en":
            return self.name, self.message
        return self.name_zh or self.name, self.message_zh or self.message

    def params(self) -> dict[str, str]:
        """Name, place and message as placeholders of messages."""
        named = {"where": self.where}
        for lang in LANGUAGES:
            named[f"name_{lang}"], named[f"message_{lang}"] = self.words(lang)
        return named


@dataclass(frozen=True)
class AuditReport:
    """Results of one Great Expectations suite run ("raw" or "published")."""

    suite: str
    checks: tuple[CheckResult, ...]
    seconds: float = 0.0

    @property
    def success(self) -> bool:
        return all(check.status in ("pass", "warn") for check in self.checks)


@dataclass(frozen=True)
class BuildReport:
    """Results of one `dbt build`."""

    models: int
    checks: tuple[CheckResult, ...]
    seconds: float = 0.0

    @property
    def success(self) -> bool:
        return all(check.status in ("pass", "warn") for check in self.checks)


@dataclass(frozen=True)
class PublishedVersion:
    """A published version and its manifest.

    Attributes:
        name: `v<build>-<sha12>`.
        manifest: The parsed manifest.json.
    """

    name: str
    manifest: dict[str, Any]


@dataclass(frozen=True)
class RefreshReport:
    """All of one refresh; `published` is None where nothing new was published."""

    landing: LandingReport
    raw_audit: AuditReport | None = None
    build: BuildReport | None = None
    published_audit: AuditReport | None = None
    published: PublishedVersion | None = None
    nothing_new: bool = False
    seconds: float = 0.0
