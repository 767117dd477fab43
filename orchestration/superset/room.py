"""Where Superset keeps what is its own, and what it is told at each start; read on both sides."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

VARIABLE = "SHEQUN_SUPERSET_ROOM"
PASSWORD = "SHEQUN_SUPERSET_PASSWORD"
FIRST_PASSWORD = "SHEQUN_SUPERSET_FIRST_PASSWORD"
SLUG = "shequn"


@dataclass(frozen=True)
class Start:
    """What a start was asked for.

    Attributes:
        published: `published/current/shequn.duckdb`, absolute.
        log: The log file.
        lang: "en" or "zh".
        port: On 127.0.0.1.
        memory_bytes: What a query may take.
        timeout: Seconds after which a query is stopped.
    """

    published: str
    log: str
    lang: str
    port: int
    memory_bytes: int
    timeout: float


@dataclass(frozen=True)
class Room:
    """`<home>/superset`, closed to others."""

    folder: Path

    @property
    def metadata(self) -> Path:
        """Superset's own database: users, dashboards, saved queries."""
        return self.folder / "superset.db"

    @property
    def secret_key(self) -> Path:
        """What sessions and stored passwords are signed with."""
        return self.folder / "secret_key"

    @property
    def assets(self) -> Path:
        """The dashboard and all it needs in Superset's export format: one JSON of path and text."""
        return self.folder / "assets.json"

    @property
    def ready(self) -> Path:
        """What was set up and brought in last."""
        return self.folder / "ready.json"

    @property
    def spill(self) -> Path:
        """Where queries put what does not fit into memory."""
        return self.folder / "spill"

    def write_start(self, start: Start) -> None:
        """Leave word for the server."""
        (self.folder / "start.json").write_text(json.dumps(asdict(start)), "utf-8")

    def read_start(self) -> Start:
        """What the server was told."""
        return Start(**json.loads((self.folder / "start.json").read_text("utf-8")))


def own_room() -> Room:
    """The room of the server that runs this."""
    return Room(Path(os.environ[VARIABLE]))
