"""What tests need of the system, by its package manager."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from pathlib import Path


def install(*packages: str) -> None:
    """Install Debian packages; of test processes one at a time, or `apt-get` fails on the other's lock."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with (Path(tempfile.gettempdir()) / "shequn-tests-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-qq", "--no-install-recommends", *packages],
        ):
            subprocess.run(command, check=True, capture_output=True, env=environment)
