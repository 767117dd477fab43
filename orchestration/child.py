"""Child processes that never outlive the process that started them.

`python -m orchestration.child <parent pid> <module> <arguments…>` runs a module that way. A wrapper of its
own, not a hook between fork and exec, because such hooks may deadlock where the parent has threads.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PACKAGE_ROOT = Path(__file__).resolve().parent.parent


def die_with_parent(parent_pid: int) -> None:
    """Have the kernel kill this process when its parent dies.

    Elsewhere than on Linux there is no such call: an orphan then ends by itself, and the inherited
    lock keeps other writers out until it does.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:  # the parent died before the call
        os._exit(1)


def child_command(module: str, arguments: Sequence[str] = ()) -> list[str]:
    """Command line that runs `module` as a child of this process."""
    return [sys.executable, "-m", "orchestration.child", str(os.getpid()), module, *arguments]


def child_environment(**changes: str) -> dict[str, str]:
    """This process's environment, with the package importable from any working directory."""
    search_path = os.environ.get("PYTHONPATH")
    root = str(_PACKAGE_ROOT)
    return {
        **os.environ,
        "PYTHONPATH": f"{root}{os.pathsep}{search_path}" if search_path else root,
        **changes,
    }


def main() -> None:
    """Run the module named on the command line, as `python -m` would, until the parent dies."""
    parent_pid, module = int(sys.argv[1]), sys.argv[2]
    die_with_parent(parent_pid)
    sys.argv = [module, *sys.argv[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
