"""Superset itself: set up where it is new, given the dashboard where that changed, then served on 127.0.0.1.

Run by `.venv-superset/bin/python -m orchestration.superset.server`, see `start.py`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from orchestration.errors import EXIT_FAILURE
from orchestration.messages import say
from orchestration.superset.room import FIRST_PASSWORD, PASSWORD, SLUG, Room, Start, own_room

ADMIN = "admin"
# Each answers one request at a time, so that none waits for another's query, nor shares its settings.
WORKERS = 3

Tell = Callable[[str], None]


def main() -> None:
    """Serve until told to stop."""
    room = own_room()
    start = room.read_start()
    tell = _log_apart(Path(start.log))
    try:
        from superset.app import create_app

        app = create_app()
        with app.app_context():
            login = _prepare(room, start, tell)
    except Exception:
        traceback.print_exc()
        tell(say("superset.failed", start.lang, log=start.log, room=room.folder))
        sys.exit(EXIT_FAILURE)
    url = f"http://127.0.0.1:{start.port}/superset/dashboard/{SLUG}/"
    sentences = [say("superset.ready", start.lang, url=url), *login]
    Server(app, start, lambda _: tell("\n".join(sentences))).run()


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn on an application that is there already."""

    def __init__(self, app: Flask, start: Start, when_ready: Callable[[Any], None]) -> None:
        self._app, self._start, self._when_ready = app, start, when_ready
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from the defaults."""
        for name, value in {
            "bind": f"127.0.0.1:{self._start.port}",
            "workers": WORKERS,
            "timeout": int(self._start.timeout) + 30,
            "graceful_timeout": 2,
            "preload_app": True,
            "loglevel": "warning",
            "when_ready": self._when_ready,
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application."""
        return self._app


def _log_apart(path: Path) -> Tell:
    """Send what Superset and its parts print into the log of this start; how to say something still."""
    voice = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    with path.open("w", encoding="utf-8") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
    return lambda sentence: print(sentence, file=voice, flush=True)


def _prepare(room: Room, start: Start, tell: Tell) -> list[str]:
    """Set up and bring in what is not there yet; how to log in, where that is news."""
    from superset import db

    contents = room.assets.read_bytes()
    wanted = {"superset": version("apache-superset"), "assets": hashlib.sha256(contents).hexdigest()}
    ready = json.loads(room.ready.read_text("utf-8")) if room.ready.exists() else {}
    if ready.get("superset") != wanted["superset"]:
        tell(say("superset.sets_up", start.lang))
        _set_up()
    login = _see_to_admin(start, is_first=not ready)
    if ready != wanted:
        _import(json.loads(contents))
        room.ready.write_text(json.dumps(wanted), "utf-8")
    db.session.remove()
    db.engine.dispose()  # workers open their own
    return login


def _set_up() -> None:
    """Bring the metadata database to this Superset, and give its roles their rights."""
    import flask_migrate
    import superset
    from superset import appbuilder, security_manager

    flask_migrate.upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()


def _see_to_admin(start: Start, is_first: bool) -> list[str]:
    """See that there is an administrator with the password asked for; how to log in, where nobody asked."""
    from superset import security_manager

    asked, first = os.environ.pop(PASSWORD, None), os.environ.pop(FIRST_PASSWORD)
    password = asked or (first if is_first else None)
    if user := security_manager.find_user(ADMIN):
        if password:
            security_manager.reset_password(user.id, password)
    else:
        role = security_manager.find_role("Admin")
        security_manager.add_user(ADMIN, ADMIN, "", f"{ADMIN}@localhost", role, password=password)
    return [say("superset.admin", start.lang, user=ADMIN, password=first)] if is_first and not asked else []


def _import(contents: dict[str, str]) -> None:
    """Bring in the dashboard as it is kept as code; charts that are no longer in it go."""
    from superset import db, security_manager
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.models.slice import Slice
    from superset.utils.core import override_user

    with override_user(security_manager.find_user(ADMIN)):
        ImportAssetsCommand(contents).run()
    kept = {Path(name).stem for name in contents if name.startswith("charts/")}
    for chart in db.session.query(Slice).filter_by(is_managed_externally=True):
        if str(chart.uuid) not in kept:
            db.session.delete(chart)
    db.session.commit()


if __name__ == "__main__":
    main()
