"""The same marts by one hand-written DuckDB script: the yardstick of a full build.

Runs bench/by_hand/*.sql over a home's landed rows, times each statement, and compares every table that it
makes with the project's own, row for row:

    .venv/bin/python bench/by_hand.py --home HOME [--memory-limit 5GB] [--keep FILE]

The script reads what the gate landed (schema raw of build/private.duckdb), the seeds, and what Python makes
there: words of texts and predictions of lifetime value. It writes the marts and core.fct_member_day.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb

SCRIPT = Path(__file__).parent / "by_hand"
MAKES = re.compile(r"create (?:temp )?(?:table|type|macro) (\S+)")


def statements() -> list[tuple[str, str]]:
    """Each statement of the script with the name of what it makes."""
    found = []
    for file in sorted(SCRIPT.glob("*.sql")):
        for text in re.split(r";\s*\n", file.read_text("utf-8")):
            code = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip()
            if code:
                made = MAKES.match(code)
                found.append((made.group(1) if made else code.split("\n")[0], code))
    return found


def build(home: Path, result: Path, memory_limit: str, threads: int) -> list[tuple[str, float, float]]:
    """Run the script into a new file; what each statement makes, its seconds, and those of the processors."""
    connection = duckdb.connect(
        str(result),
        config={"memory_limit": memory_limit, "threads": threads, "temp_directory": f"{result}.spill"},
    )
    connection.execute("set enable_progress_bar = false; set preserve_insertion_order = false")
    connection.execute(f"attach '{home}/build/private.duckdb' as landed (read_only)")
    connection.execute("create schema core; create schema marts")
    timings = []
    for name, code in [*statements(), ("checkpoint", "checkpoint")]:
        start, processors = time.perf_counter(), time.process_time()
        try:
            connection.execute(code)
        except duckdb.Error as error:
            raise SystemExit(f"{name}: {error}") from error
        timings.append((name, time.perf_counter() - start, time.process_time() - processors))
        print(f"{name}: {timings[-1][1]:.1f} s", file=sys.stderr)
    connection.close()
    return timings


def differences(home: Path, result: Path, memory_limit: str) -> dict[str, tuple[int, int, int]]:
    """Of each table: its rows, those that only the project has, those that only the script has.

    Doubles are compared at nine places. Sums of doubles depend on their order, and what lies on the edge
    between two values of nine places may fall to either side: tables that differ are compared again with the
    edges moved.
    """
    connection = duckdb.connect(config={"memory_limit": memory_limit, "temp_directory": f"{result}.spill"})
    connection.execute(f"attach '{home}/build/shequn.duckdb' as project (read_only)")
    connection.execute(f"attach '{result}' as script (read_only)")

    def count(query: str) -> int:
        (rows,) = connection.execute(f"select count(*) from ({query})").fetchall()[0]
        return int(rows)

    def only(table: str, one: str, other: str) -> int:
        columns = connection.execute(f"describe project.{table}").fetchall()
        fewest = sys.maxsize
        for shift in (0, 4e-10):
            listed = ", ".join(
                f"round({name} + {shift}, 9)" if kind == "DOUBLE" else name for name, kind, *_ in columns
            )
            fewest = min(
                fewest,
                count(f"select {listed} from {one}.{table} except all select {listed} from {other}.{table}"),
            )
            if fewest == 0:
                break
        return fewest

    made = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'script'"
        " order by all"
    ).fetchall()
    compared = {
        table: (
            count(f"from project.{table}"),
            only(table, "project", "script"),
            only(table, "script", "project"),
        )
        for (table,) in made
    }
    connection.close()
    return compared


def print_timings(timings: list[tuple[str, float, float]]) -> None:
    _, seconds, of_processors = zip(*timings, strict=True)
    for timing in [*timings, ("all", sum(seconds), sum(of_processors))]:
        print("{1:9.3f} {2:9.3f}  {0}".format(*timing))


def print_differences(compared: dict[str, tuple[int, int, int]]) -> int:
    """Say of each table whether it is equal; how many are not."""
    wrong = {table for table, (_, *only) in compared.items() if any(only)}
    for table, (rows, only_project, only_other) in compared.items():
        print(f"{rows:12,}  {table}" + f"  DIFFERS -{only_project} +{only_other}" * (table in wrong))
    return len(wrong)


def make(
    home: Path, memory_limit: str, keep: Path | None = None
) -> tuple[list[tuple[str, float, float]], dict[str, tuple[int, int, int]]]:
    """What each statement made, its seconds and those of the processors; and how the tables differ."""
    with tempfile.TemporaryDirectory(dir=home) as folder:
        result = Path(folder) / "by_hand.duckdb"
        timings = build(home, result, memory_limit, threads=2)
        compared = differences(home, result, memory_limit)
        if keep:
            shutil.copy(result, keep)
    return timings, compared


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--memory-limit", default="5GB")
    parser.add_argument("--keep", type=Path, help="where to leave the result")
    arguments = parser.parse_args()
    timings, compared = make(arguments.home, arguments.memory_limit, arguments.keep)
    print_timings(timings)
    return print_differences(compared)


if __name__ == "__main__":
    sys.exit(main())
