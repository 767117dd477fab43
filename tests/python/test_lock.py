"""One writer at a time, whoever starts it and however it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from homes import make_home

from orchestration.child import child_environment
from orchestration.errors import EXIT_LOCKED, ShequnError
from orchestration.lock import held_fd, writer_lock
from orchestration.settings import Settings

FORK = multiprocessing.get_context("fork")


def wait_until(condition: object, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def is_free(settings: Settings) -> bool:
    try:
        with writer_lock(settings, "look"):
            return True
    except ShequnError:
        return False


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def contend(settings: Settings, barrier: Barrier, results: Queue[tuple[str, int, float, str]]) -> None:
    barrier.wait()
    started = time.monotonic()
    try:
        with writer_lock(settings, "race"):
            # Held until every loser has had its answer.
            barrier.wait(timeout=10)
            results.put(("won", os.getpid(), 0.0, ""))
    except ShequnError as error:
        elapsed = time.monotonic() - started
        barrier.wait(timeout=10)
        results.put(("lost", error.exit_code, elapsed, str(error)))


@pytest.mark.parametrize("round_number", range(5))
def test_of_processes_that_start_together_one_writes(tmp_path: Path, round_number: int) -> None:
    settings = make_home(tmp_path)
    barrier, results = FORK.Barrier(4), FORK.Queue()
    racers = [FORK.Process(target=contend, args=(settings, barrier, results)) for _ in range(4)]
    for racer in racers:
        racer.start()
    outcomes = [results.get(timeout=15) for _ in racers]
    for racer in racers:
        racer.join()
    winners = [outcome for outcome in outcomes if outcome[0] == "won"]
    losers = [outcome for outcome in outcomes if outcome[0] == "lost"]
    assert (len(winners), len(losers)) == (1, 3)
    for _, exit_code, elapsed, sentence in losers:
        assert exit_code == EXIT_LOCKED
        assert elapsed < 1.0
        assert f"process {winners[0][1]}" in sentence
        assert "race" in sentence


def test_the_lock_is_free_afterwards_and_not_reentrant(tmp_path: Path) -> None:
    settings = make_home(tmp_path)
    assert held_fd(settings) is None
    with writer_lock(settings, "outer"):
        assert held_fd(settings) is not None
        holder = rf"outer, process {os.getpid()}, since \d{{4}}-.*\+08:00"
        with pytest.raises(ShequnError, match=holder), writer_lock(settings, "inner"):
            pass
    assert held_fd(settings) is None
    assert is_free(settings)


def test_an_error_inside_frees_the_lock(tmp_path: Path) -> None:
    settings = make_home(tmp_path)
    with pytest.raises(ValueError), writer_lock(settings, "refresh"):
        raise ValueError
    assert is_free(settings)


def test_a_killed_holder_leaves_the_lock_free(tmp_path: Path) -> None:
    settings = make_home(tmp_path)
    locked = FORK.Event()

    def hold() -> None:
        with writer_lock(settings, "refresh"):
            locked.set()
            time.sleep(60)

    holder = FORK.Process(target=hold)
    holder.start()
    assert locked.wait(10)
    assert not is_free(settings)
    holder.kill()
    holder.join()
    assert is_free(settings)


def test_an_orphan_that_inherited_the_lock_keeps_it(tmp_path: Path) -> None:
    settings = make_home(tmp_path)
    with writer_lock(settings, "refresh"):
        descriptor = held_fd(settings)
        assert descriptor is not None
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[descriptor]
        )
    assert not is_free(settings)
    child.communicate(b"\n")
    assert is_free(settings)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills orphans")
def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    (tmp_path / "sleeper.py").write_text("import time\nprint('up', flush=True)\ntime.sleep(60)\n")
    program = (
        "import subprocess, sys\n"
        "from orchestration.child import child_command\n"
        "child = subprocess.Popen(child_command('sleeper'), stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    environment = {**child_environment(), "PYTHONPATH": f"{child_environment()['PYTHONPATH']}:{tmp_path}"}
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert parent.stdout is not None
    child_pid = int(parent.stdout.readline())
    assert is_running(child_pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert wait_until(lambda: not is_running(child_pid))
