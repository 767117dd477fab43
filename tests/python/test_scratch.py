"""Folders for what is on its way: whose they are, and who clears them away."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

from homes import run_in_fork

from orchestration.serving.scratch import scratch_folder

PREFIX = ".serve-"


def entries(place: Path) -> list[Path]:
    return list(place.iterdir())


def test_what_a_killed_process_left_goes_with_the_next_and_what_is_in_use_stays(tmp_path: Path) -> None:
    def die() -> None:
        with scratch_folder(tmp_path, PREFIX) as folder:
            (folder / "half.csv").write_text("a,b\n1")
            os.kill(os.getpid(), signal.SIGKILL)

    assert run_in_fork(die) == -signal.SIGKILL
    (left,) = entries(tmp_path)
    with scratch_folder(tmp_path, PREFIX) as mine:
        assert entries(tmp_path) == [mine] != [left]
        (mine / "whole.csv").write_text("a\n")
        with scratch_folder(tmp_path, PREFIX) as other:
            assert mine != other
            assert (mine / "whole.csv").exists()
    assert entries(tmp_path) == []


def test_many_at_once_never_take_each_others(tmp_path: Path) -> None:
    lost = []

    def work() -> None:
        for _ in range(100):
            with scratch_folder(tmp_path, PREFIX) as folder:
                (folder / "row").write_text("1")
                if not (folder / "row").exists():
                    lost.append(folder)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not lost
    assert entries(tmp_path) == []
