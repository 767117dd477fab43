"""Dagster's own home inside ours: telemetry off, one writer at a time, dead runs noticed.

`python -m orchestration.assets.instance [port]` writes it and opens Dagster on 127.0.0.1.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import yaml

from orchestration.settings import Settings, load_settings

HOST = "127.0.0.1"
DEFAULT_PORT = "3000"
CONFIGURATION: dict[str, Any] = {
    "telemetry": {"enabled": False},
    "run_monitoring": {
        "enabled": True,
        "start_timeout_seconds": 120,
        "cancel_timeout_seconds": 30,
        "max_runtime_seconds": 6 * 3600,
        "poll_interval_seconds": 5,
        "free_slots_after_run_end_seconds": 60,
    },
    # Runs whose process died are started again; steps that failed have their own retries.
    "run_retries": {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False},
    "concurrency": {
        "runs": {"max_concurrent_runs": 2},
        "pools": {"default_limit": 1, "granularity": "run"},
    },
    "freshness": {"enabled": True},
    "nux": {"enabled": False},
}


def write_instance(settings: Settings) -> Path:
    """Write `<home>/dagster/dagster.yaml`, closed to others, and give the folder."""
    folder = settings.home / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    text = "# Written by shequn at every start.\n" + yaml.safe_dump(CONFIGURATION, sort_keys=False)
    path = folder / "dagster.yaml"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return folder


def main() -> None:
    """Become `dagster dev`, on this machine's own address alone: it has no login."""
    settings = load_settings()
    environment = {
        **os.environ,
        "SHEQUN_HOME": str(settings.home),
        "DAGSTER_HOME": str(write_instance(settings)),
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }
    # A shell ignores SIGINT for what it starts in the background; Dagster would then ignore SIGTERM too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    port = sys.argv[1] if len(sys.argv) > 1 else DEFAULT_PORT
    command = ["dev", "--host", HOST, "--port", port, "--module-name", "orchestration.definitions"]
    os.execve(sys.executable, [sys.executable, "-m", "dagster", *command], environment)


if __name__ == "__main__":
    main()
