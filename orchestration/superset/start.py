"""`shequn serve superset`: leaves word what to show, and becomes the server."""

from __future__ import annotations

import json
import os
import secrets
import signal
from typing import NoReturn

from orchestration.child import child_environment
from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.memory import memory_bytes
from orchestration.serving.address import see_that_free
from orchestration.serving.version import version_to_read
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.superset.bundle import make_bundle
from orchestration.superset.room import FIRST_PASSWORD, VARIABLE, Room, Start

# An environment of its own: Superset pins an older SQLAlchemy, pandas and much else.
PYTHON = PROJECT_DIR / ".venv-superset" / "bin" / "python"
CONFIGURATION = PROJECT_DIR / "orchestration" / "superset" / "configuration.py"


def start_superset(settings: Settings, lang: str, port: int, memory: str, timeout: float) -> NoReturn:
    """Become Superset on 127.0.0.1.

    Args:
        settings: Name the published version and the home.
        lang: "en" or "zh": of Superset and of the dashboard.
        port: To listen on.
        memory: What a query may take, such as "1GB".
        timeout: Seconds after which a query is stopped.

    Raises:
        ShequnError: nothing published, or by another release; a bad limit; Superset not installed; the port
            is taken (exit 2).
    """
    version_to_read(settings)
    limit = memory_bytes(memory)
    if not PYTHON.exists():
        raise ShequnError("superset.not_installed", EXIT_USAGE)
    see_that_free(port)
    bundle = make_bundle(settings, lang)
    room = _make_room(settings)
    room.assets.write_text(json.dumps(bundle, ensure_ascii=False), "utf-8")
    settings.logs_dir.mkdir(parents=True, exist_ok=True)
    settings.logs_dir.chmod(0o700)
    log = settings.logs_dir / "superset.log"
    room.write_start(Start(str(settings.published_db), str(log), lang, port, limit, timeout))
    # A shell ignores SIGINT for what it starts in the background; the server would then ignore it, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(room.folder)
    os.execve(PYTHON, [str(PYTHON), "-m", "orchestration.superset.server"], _environment(room))


def _make_room(settings: Settings) -> Room:
    room = Room(settings.home / "superset")
    room.folder.mkdir(mode=0o700, exist_ok=True)
    if not room.secret_key.exists():
        room.secret_key.touch(mode=0o600)
        room.secret_key.write_text(secrets.token_urlsafe(48), "utf-8")
    return room


def _environment(room: Room) -> dict[str, str]:
    """What the server sees; settings of another Superset on this machine are none of its own."""
    mine = {name: value for name, value in child_environment().items() if not name.startswith("SUPERSET_")}
    mine |= {
        VARIABLE: str(room.folder),
        "SUPERSET_HOME": str(room.folder),
        "SUPERSET_CONFIG_PATH": str(CONFIGURATION),
        FIRST_PASSWORD: secrets.token_urlsafe(12),
        "FLASK_APP": "superset",
        "PYTHONUTF8": "1",
    }
    return mine
