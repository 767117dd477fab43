"""`shequn shell`: a SQL client for the terminal, kept by others, on the published version."""

from __future__ import annotations

import os
import subprocess
import sys

from rich.text import Text

from orchestration.commands.console import output
from orchestration.commands.frame import Context
from orchestration.errors import EXIT_FAILURE, EXIT_OK, EXIT_USAGE, ShequnError
from orchestration.memory import memory_bytes
from orchestration.messages import say
from orchestration.serving.lockdown import lockdown
from orchestration.serving.version import version_to_read
from orchestration.settings import PROJECT_DIR, Settings

# An environment of its own: the client is a program with close pins, not a library of ours.
CLIENT = PROJECT_DIR / ".venv-shell" / "bin" / "harlequin"


def shell_command(context: Context, settings: Settings, memory: str) -> int:
    """Open the client and wait for its end.

    Raises:
        ShequnError: nothing published, a bad limit, no client or no terminal (exit 2).
    """
    version, path = version_to_read(settings)
    limit = memory_bytes(memory)
    if not CLIENT.exists():
        raise ShequnError("serving.no_shell", EXIT_USAGE)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ShequnError("serving.no_terminal", EXIT_USAGE)
    room = settings.home / "shell"
    room.mkdir(mode=0o700, exist_ok=True)
    start = room / "start.sql"
    start.write_text("".join(f"{statement};\n" for statement in lockdown(limit, room / "spill")), "utf-8")
    as_of = version.manifest["as_of_date"] or "–"
    sentence = say("serving.shell_opens", context.lang, version=version.name, as_of=as_of)
    output().print(Text(sentence, style="dim"), soft_wrap=True)
    options = ["--profile", "None", "--adapter", "duckdb", "--read-only", "--init-path", str(start)]
    # What it keeps (history, drafts) belongs into the home, too.
    kept = dict.fromkeys(("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"), str(room))
    ended = subprocess.run([CLIENT, *options, str(path)], env=os.environ | kept, check=False)
    return EXIT_OK if ended.returncode == 0 else EXIT_FAILURE
