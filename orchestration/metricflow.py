"""MetricFlow's own program, in `.venv-metricflow`, without its look for a newer one at each call."""

from __future__ import annotations

from dbt_metricflow.cli.main import cli
from update_checker import UpdateChecker

if __name__ == "__main__":
    UpdateChecker.check = lambda *_: None
    cli(prog_name="shequn mf")
