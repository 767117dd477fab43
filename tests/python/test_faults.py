"""A kill or a full disk at every single step of publishing: the published version stays, a rerun heals."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import audit_passes, finish_build, make_home, published_value, run_in_fork

from orchestration.errors import ShequnError
from orchestration.publishing import (
    list_versions,
    publish,
    publisher,
    remove_leftovers,
    rollback,
    settle_current,
)
from orchestration.settings import Settings

# Every call by which publishing changes the disk.
CALLS = [
    (os, "write"),
    (os, "fsync"),
    (Path, "mkdir"),
    (Path, "chmod"),
    (Path, "rename"),
    (Path, "replace"),
    (Path, "symlink_to"),
    (Path, "open"),
    (shutil, "rmtree"),
]
MOST_CALLS = 200


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with version 1 published and a build of value 2 waiting."""
    monkeypatch.setattr(publisher, "checkpoint", lambda path: None)
    settings = make_home(tmp_path)
    finish_build(settings, 1)
    publish(settings, audit_passes)
    finish_build(settings, 2)
    return settings


def break_call(number: int, fault: Callable[[], None]) -> None:
    """From now on, the `number`th of CALLS meets `fault` before it does anything."""
    counter = iter(range(1, sys.maxsize))

    def wrapped(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if next(counter) == number:
                fault()
            return original(*arguments, **named)

        return call

    for owner, name in CALLS:
        setattr(owner, name, wrapped(getattr(owner, name)))


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fault_runs(settings: Settings, fault: Callable[[], None], action: Callable[[], Any]) -> Iterator[int]:
    """Exit codes of `action` in forks whose first, second, third… call is broken, until none is."""
    for number in range(1, MOST_CALLS):

        def broken(number: int = number) -> None:
            break_call(number, fault)
            action()

        code = run_in_fork(broken)
        yield code
        if code == 0:
            return
    raise AssertionError("there are more calls than expected")


def reset(settings: Settings) -> None:
    """Back to version 1, with the build of value 2 waiting."""
    remove_leftovers(settings)
    newest = list_versions(settings)[0]
    if newest.manifest["build_id"] > 1:
        rollback(settings, "v1")
        (settings.published_dir / "rollback.json").unlink()
        shutil.rmtree(settings.published_dir / newest.name)


def test_a_kill_at_any_call_leaves_the_old_or_the_new_version(settings: Settings) -> None:
    seen = []
    for code in fault_runs(settings, kill, lambda: publish(settings, audit_passes)):
        assert code in (0, -signal.SIGKILL)
        seen.append(published_value(settings))
        settle_current(settings)
        if len(list_versions(settings)) == 1:
            publish(settings, audit_passes)
        assert published_value(settings) == 2
        reset(settings)
        assert not list(settings.published_dir.glob(".tmp-*"))
    assert set(seen) == {1, 2}
    assert seen == sorted(seen), "once the new version is out, no later step takes it back"
    assert len(seen) > 12


def test_a_kill_at_any_call_of_a_rollback_leaves_one_of_both(settings: Settings) -> None:
    newest = publish(settings, audit_passes)
    seen = []
    for code in fault_runs(settings, kill, lambda: rollback(settings, "v1")):
        assert code in (0, -signal.SIGKILL)
        seen.append(published_value(settings))
        settled = settle_current(settings)
        assert settled is not None
        assert published_value(settings) == seen[-1], "a refresh with nothing new leaves it as it is"
        rollback(settings, newest.name)
    assert seen[0] == 2
    assert seen[-1] == 1


def full_disk() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_at_any_call_leaves_the_old_or_the_new_version(settings: Settings) -> None:
    def action() -> None:
        try:
            publish(settings, audit_passes)
        except ShequnError as error:
            assert error.key == "publishing.not_written"
            assert os.strerror(errno.ENOSPC) in str(error)
            os._exit(7)

    failures = 0
    for code in fault_runs(settings, full_disk, action):
        if code == 7:
            failures += 1
        assert code in (0, 7)
        assert published_value(settings) in (1, 2)
        assert not [
            path for path in settings.published_dir.glob(".tmp-*") if path.is_dir() and not path.is_symlink()
        ]
        settle_current(settings)
        if len(list_versions(settings)) == 1:
            publish(settings, audit_passes)
        assert published_value(settings) == 2
        reset(settings)
    assert failures > 8


@pytest.mark.parametrize("limit", [1, 5000, 200_000])
def test_a_real_write_limit_stops_the_copy_alone(settings: Settings, limit: int) -> None:
    def action() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        with pytest.raises(ShequnError, match="could not be written"):
            publish(settings, audit_passes)

    assert run_in_fork(action) == 0
    assert published_value(settings) == 1
    publish(settings, audit_passes)
    assert published_value(settings) == 2


def test_a_partial_write_is_continued(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, content[:1000]))
    publish(settings, audit_passes)
    assert published_value(settings) == 2
