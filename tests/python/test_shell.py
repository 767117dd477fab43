"""`shequn shell` in a pseudo-terminal: it opens, answers, and refuses to write or to read files."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from homes import audit_passes, finish_build, make_home

from orchestration.cli import build_cli
from orchestration.commands import shell
from orchestration.publishing import publish
from orchestration.settings import Settings

ESCAPES = re.compile(rb"\x1b(\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>78]?)")
SELECT_ALL_AND_DELETE = b"\x01\x7f"
RUN, LEAVE, CLOSE_MESSAGE = b"\n", b"\x11", b"\x1b"


# Test workers name a size of their own, in which messages have no room.
TERMINAL = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "COLUMNS": "160", "LINES": "45"}


class Terminal:
    """A child in a terminal of 160 by 45."""

    def __init__(self, command: list[str]) -> None:
        self.pid, self.screen = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 45, 160, 0, 0))
            os.execve(command[0], command, os.environ | TERMINAL)

    def wait_for(self, words: str, seconds: float = 60) -> str:
        """What is drawn until `words` are among it."""
        drawn, end = b"", time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.screen], [], [], 0.2)[0]:
                try:
                    drawn += os.read(self.screen, 1 << 16)
                except OSError:
                    break
            text = ESCAPES.sub(b"", drawn).decode("utf-8", "replace")
            if words in text:
                return text
        raise AssertionError(f"no {words!r} in {ESCAPES.sub(b'', drawn).decode('utf-8', 'replace')[-4000:]}")

    def ask(self, sql: str, answer: str) -> None:
        os.write(self.screen, SELECT_ALL_AND_DELETE)
        time.sleep(0.5)
        os.write(self.screen, sql.encode())
        self.wait_for(sql[-8:])
        os.write(self.screen, RUN)
        self.wait_for(answer)

    def close_message(self) -> None:
        os.write(self.screen, CLOSE_MESSAGE)
        time.sleep(1)

    def leave(self) -> int:
        os.write(self.screen, LEAVE)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if select.select([self.screen], [], [], 0.2)[0]:
                try:
                    os.read(self.screen, 1 << 16)
                except OSError:
                    break
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_home(tmp_path)


@pytest.fixture
def terminal(settings: Settings) -> Iterator[Terminal]:
    finish_build(settings, 7)
    publish(settings, audit_passes)
    opened = Terminal([sys.executable, "-m", "orchestration.cli", "--home", str(settings.home), "shell"])
    yield opened
    os.close(opened.screen)


def test_it_answers_and_refuses(settings: Settings, terminal: Terminal) -> None:
    text = terminal.wait_for("Executed")
    assert "Opening version v1-" in text
    terminal.ask("create table core.t as select 1", "read-only mode")
    terminal.close_message()
    terminal.ask("select * from read_text('/etc/passwd')", "disabled by configuration")
    terminal.close_message()
    terminal.ask("set enable_external_access = true", "locked")
    terminal.close_message()
    terminal.ask("select 'an' || 'swer ' || max(value) from mart_tiny", "answer 7")
    assert terminal.leave() == 0
    kept = {path.name for path in (settings.home / "shell").iterdir()}
    assert kept >= {"start.sql", "harlequin"}


def test_nothing_published_says_what_to_run(settings: Settings) -> None:
    done = CliRunner().invoke(build_cli("en"), ["--home", str(settings.home), "shell"])
    assert done.exit_code == 2
    assert "shequn refresh" in done.stderr


def test_without_client_or_terminal_it_says_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    finish_build(settings, 1)
    publish(settings, audit_passes)
    arguments = ["--home", str(settings.home), "shell"]
    assert "needs a terminal" in CliRunner().invoke(build_cli("en"), arguments).stderr
    monkeypatch.setattr(shell, "CLIENT", settings.home / "none")
    done = CliRunner().invoke(build_cli("en"), arguments)
    assert done.exit_code == 2
    assert "make shell" in done.stderr
