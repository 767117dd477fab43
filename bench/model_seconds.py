"""What each SQL model costs DuckDB by itself, without dbt, tests and the models before it.

Runs the compiled SQL of a built home, one model after the other, over the tables that the home holds, into a
scratch file; seconds of processor time tell models apart on a busy machine:

    .venv/bin/python bench/model_seconds.py --home HOME [--select NAME ...]
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from pathlib import Path

import duckdb
from by_hand import print_timings

# what macros/engine/parts.sql has run again with the number of each other part
PART = "/* part */ 0"
PARTS_MACRO = Path(__file__).parent.parent / "macros/engine/parts.sql"


def seconds_of_models(home: Path, memory_limit: str, chosen: set[str]) -> list[tuple[str, float, float]]:
    """Name, seconds and processor seconds of each table model, in the order of the last build."""
    target = home / "build" / "target"
    nodes = json.loads((target / "manifest.json").read_text("utf-8"))["nodes"]
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    (parts,) = re.findall(r"number_of_parts\(\) -%}\s*{{ return\((\d+)\)", PARTS_MACRO.read_text("utf-8"))
    timings = []
    with tempfile.TemporaryDirectory(dir=home) as folder:
        connection = duckdb.connect(
            f"{folder}/scratch.duckdb",
            config={"memory_limit": memory_limit, "threads": 2, "temp_directory": f"{folder}/spill"},
        )
        connection.execute("set enable_progress_bar = false")
        for database in ("private", "shequn"):
            connection.execute(f"attach '{home}/build/{database}.duckdb' as {database} (read_only)")
        for result in results:
            node = nodes.get(result["unique_id"], {})
            if node.get("resource_type") != "model" or node["language"] != "sql":
                continue
            if node["config"]["materialized"] == "view" or (chosen and node["name"] not in chosen):
                continue
            code = (target / "compiled" / "shequn" / node["original_file_path"]).read_text("utf-8")
            start, processors = time.perf_counter(), time.process_time()
            connection.execute(f"create or replace table result as {code}")
            for number in range(1, int(parts) if PART in code else 1):
                connection.execute(f"insert into result {code.replace(PART, f'/* part */ {number}')}")
            timings.append((node["name"], time.perf_counter() - start, time.process_time() - processors))
        connection.close()
    return timings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--memory-limit", default="5GB")
    parser.add_argument("--select", nargs="*", default=[])
    arguments = parser.parse_args()
    print_timings(seconds_of_models(arguments.home, arguments.memory_limit, set(arguments.select)))


if __name__ == "__main__":
    main()
