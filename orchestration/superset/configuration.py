"""Superset's configuration; it takes the names in capitals."""

from __future__ import annotations

import logging
from typing import Any

from duckdb_engine import ConnectionWrapper
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine
from sqlalchemy.pool import NullPool

from orchestration.messages import say
from orchestration.superset.reader import Reader
from orchestration.superset.room import own_room

_room = own_room()
_start = _room.read_start()

SECRET_KEY = _room.secret_key.read_text("utf-8")
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_room.metadata}"
LOG_LEVEL = logging.WARNING

BABEL_DEFAULT_LOCALE = _start.lang
LANGUAGES = {"zh": {"flag": "cn", "name": "中文"}, "en": {"flag": "us", "name": "English"}}
FEATURE_FLAGS = {"DASHBOARD_RBAC": True}

D3_FORMAT = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["¥", ""]}
CURRENCIES = ["CNY"]

SQLLAB_TIMEOUT = SUPERSET_WEBSERVER_TIMEOUT = (
    int(_start.timeout) + 5
)  # the reader stops a query first, and says so

# Pages fetch nothing from elsewhere; Superset's own policy lets its makers count visits, others draw maps.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}


def DB_SQLA_URI_VALIDATOR(uri: URL) -> None:
    """No other file of this machine becomes a database, such as the private one."""
    if uri.drivername.startswith("duckdb") and uri.database != _start.published:
        raise ValueError(say("superset.other_file", _start.lang, path=_start.published))


def DB_CONNECTION_MUTATOR(uri: URL, parameters: dict[str, Any], *_: Any) -> tuple[URL, dict[str, Any]]:
    """Every query reads the published file afresh, through the one reader."""
    if uri.drivername.startswith("duckdb"):
        return uri, {"poolclass": NullPool, "creator": lambda: ConnectionWrapper(Reader(_room, _start))}
    return uri, parameters


@event.listens_for(Engine, "connect")
def _keep_metadata_quickly(connection: Any, _: Any) -> None:
    """A set-up commits thousands of times: with a log ahead of the file it need not wait for each."""
    if type(connection).__module__.startswith("sqlite3"):
        for pragma in ("journal_mode = wal", "synchronous = normal", "busy_timeout = 10000"):
            connection.execute(f"pragma {pragma}")
