"""A PostgreSQL of the tests' own: installed where it is missing, started on a free port of 127.0.0.1."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from system_packages import install


def _programs() -> Path | None:
    """The folder of initdb and pg_ctl."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("pg_ctl")
    return Path(on_path).parent if on_path else None


def _install() -> Path:
    install("postgresql")
    programs = _programs()
    assert programs is not None
    return programs


@contextmanager
def running_server() -> Iterator[str]:
    """The address of a server that lives, with its data, as long as the context."""
    programs = _programs() or _install()
    is_root = os.geteuid() == 0  # as whom the server refuses to run
    as_user = ["runuser", "-u", "postgres", "--"] if is_root else []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="shequn-postgres-") as folder:
        if is_root:
            shutil.chown(folder, "postgres", "postgres")
        data, log = f"{folder}/data", f"{folder}/log"
        start = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"

        def do(program: str, *arguments: str) -> None:
            command = [*as_user, str(programs / program), "-D", data, *arguments]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

        do("initdb", "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        do("pg_ctl", "-w", "-o", start, "-l", log, "start")
        try:
            yield f"postgresql://owner@127.0.0.1:{port}/postgres"
        finally:
            do("pg_ctl", "-m", "immediate", "stop")
