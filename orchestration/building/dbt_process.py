"""The dbt process: runs one command and tells on stdout, a line of JSON each, what `run_dbt` wants to hear.

`python -m orchestration.child <parent pid> orchestration.building.dbt_process <arguments of dbt…>`. dbt's own
JSON log would say as much, but dbt writes out every event of a build, 15 000 of them, before it looks whether
its log wants events of that level.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from dbt.cli.main import dbtRunner

_FINISHED_EVENTS = ("ModelResult", "SeedResult", "TestResult", "NoOpResult", "SkippingDetails")
_said = threading.Lock()


def main() -> None:
    """Run dbt; its own exit codes: 0, 1 where a node failed, 2 where dbt itself did."""
    run = dbtRunner(callbacks=[_hear]).invoke(sys.argv[1:])
    if run.exception is not None:
        print(run.exception, file=sys.stderr)
    sys.exit(0 if run.success else 1 if run.exception is None else 2)


def _hear(event: Any) -> None:
    """Take one of dbt's events; dbt calls this from every thread that works on a node."""
    name = event.info.name
    if name == "MainReportVersion":
        _say(invocation_id=event.info.invocation_id)
    elif name == "MainEncounteredError":
        _say(error=event.info.msg)
    elif name == "LogStartLine":
        _say(total=event.data.total)
    elif name.endswith(_FINISHED_EVENTS):
        _say(finished=event.data.node_info.node_name)


def _say(**content: object) -> None:
    line = json.dumps(content) + "\n"
    with _said:
        sys.stdout.write(line)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
