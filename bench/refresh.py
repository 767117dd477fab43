"""What refreshes cost: a full build, the next day at several lengths of history, nothing new; and queries.

Invents a demo, cuts it at a day after so many months, refreshes what lies before, then the day, then nothing,
each as a user would (`shequn refresh`), and asks the published file bench/queries.sql:

    .venv/bin/python bench/refresh.py --size small --work FOLDER [--months 3 6 12 24]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import duckdb

SHEQUN = Path(sys.executable).parent / "shequn"
QUERIES = Path(__file__).parent / "queries.sql"
# the column by which a row of an entity is of a day; entities that are not here are there from the start
DATED_BY = {
    "messages": "sent_at",
    "membership_events": "occurred_at",
    "message_actions": "occurred_at",
    "contact_events": "occurred_at",
    "activities": "started_at",
    "activity_participations": "participated_at",
    "orders": "ordered_at",
    "refunds": "refunded_at",
    "touches": "touched_at",
    "page_views": "viewed_at",
    "feedback": "opened_at",
    "member_tags": "tagged_at",
    "channel_spend": "spend_date",
    "content_posts": "post_date",
    "live_sessions": "started_at",
}
STAGES = {
    "Taking in files": "landing",
    "Checking what landed": "raw checks",
    "Building models and testing them": "build and tests",
    "Checking what will be published": "audit",
    "Publishing": "publish",
}


def memory_of_tree(root: int) -> int:
    """KiB that a process and all below it hold now, each page of theirs by its share."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            parents.setdefault(parent, []).append(int(folder.name))
    waiting, held = [root], 0
    while waiting:
        process = waiting.pop()
        waiting += parents.get(process, [])
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        held += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return held


def run(*command: str | Path) -> dict[str, Any]:
    """Seconds, of the stages too, and peak memory of a command that must succeed."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None and process.stdout is not None
    peak, ended = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(1):
            peak = max(peak, memory_of_tree(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    output = threading.Thread(target=process.stdout.read)
    output.start()
    began: list[tuple[str, float]] = []
    told = []
    for line in process.stderr:
        told.append(line)
        stage = STAGES.get(line.rstrip().split(":")[0])
        if stage and stage not in dict(began):
            began.append((stage, time.perf_counter()))
    code = process.wait()
    seconds = time.perf_counter() - start
    ended.set()
    watcher.join()
    output.join()
    if code:
        raise SystemExit(f"{command}: {code}\n{''.join(told[-20:])}")
    ends = [*(moment for _, moment in began[1:]), start + seconds]
    stages = {stage: end - moment for (stage, moment), end in zip(began, ends, strict=False)}
    return {"seconds": seconds, "peak_mib": peak / 1024, "stages": stages}


def files_of(master: Path, entity: str = "*") -> list[Path]:
    """The demo's files of an entity, or of all: one each, or by month in a folder of its name."""
    folder = master / "canonical"
    return sorted(
        path for path in [*folder.glob(f"{entity}.*"), *folder.glob(f"{entity}/*")] if path.is_file()
    )


def cut(master: Path, exports: Path, first: str, last: str, part: str) -> int:
    """Write of the master's files the rows dated from first to before last; how many."""
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    written = 0
    for file in files_of(master):
        place = file.relative_to(master)
        entity = place.parts[1].split(".")[0]
        reader = "read_parquet" if file.suffix == ".parquet" else "read_csv"
        options = "" if file.suffix == ".parquet" else ", all_varchar = true, header = true"
        source = f"{reader}('{file}'{options})"
        if entity == "order_items":
            same = [path for path in files_of(master, "orders") if path.suffix == file.suffix]
            orders = ", ".join(f"'{path}'" for path in same)
            dated = f"{reader}([{orders}]{options}) as orders"
            query = (
                f"select items.* from {source} as items where items.order_id in (select order_id from {dated}"
            )
            query += f" where ordered_at::varchar >= '{first}' and ordered_at::varchar < '{last}')"
        elif entity in DATED_BY:
            day = f"{DATED_BY[entity]}::varchar"
            query = f"from {source} where {day} >= '{first}' and {day} < '{last}'"
        elif part == "history":
            query = f"from {source}"
        else:
            continue
        target = exports / place.with_name(f"{file.stem.replace('.demo', '')}.{part}{file.suffix}")
        target.parent.mkdir(parents=True, exist_ok=True)
        kind = "parquet" if file.suffix == ".parquet" else "csv, header"
        rows = connection.execute(f"copy ({query}) to '{target}' (format {kind})").fetchall()[0][0]
        if not rows:
            target.unlink()
        written += rows
    return written


def days_of(master: Path) -> tuple[date, date]:
    """The first and the last day with messages."""
    largest = max(files_of(master, "messages"), key=lambda file: file.stat().st_size)
    files = [str(file) for file in files_of(master, "messages") if file.suffix == largest.suffix]
    ((first, last),) = duckdb.execute(
        "select min(sent_at)::timestamp::date, max(sent_at)::timestamp::date"
        f" from {'read_parquet' if largest.suffix == '.parquet' else 'read_csv'}({files})"
    ).fetchall()
    return first, last


def disk(folder: Path) -> int:
    """Bytes of the files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def ask(database: Path) -> dict[str, list[float]]:
    """Milliseconds of each query: on a connection of its own, and again on one that has asked it before."""
    statements = [text for text in QUERIES.read_text("utf-8").split(";\n") if "select" in text]
    cold, warm = [], []
    for statement in statements:
        start = time.perf_counter()
        with duckdb.connect(str(database), read_only=True) as connection:
            connection.execute(statement).fetchall()
            cold.append(1000 * (time.perf_counter() - start))
            start = time.perf_counter()
            connection.execute(statement).fetchall()
            warm.append(1000 * (time.perf_counter() - start))
    return {"cold": cold, "warm": warm}


def fixed_costs() -> dict[str, float]:
    """Seconds of what each start pays."""
    python = sys.executable
    return {
        name: run(*command)["seconds"]
        for name, command in {
            "shequn --help": (SHEQUN, "--help"),
            "dbt --version": (Path(python).parent / "dbt", "--version"),
            "import dagster": (python, "-c", "import dagster"),
        }.items()
    }


def measure(size: str, work: Path, months: list[int]) -> dict[str, Any]:
    """All figures of a size, as they go into the results file."""
    master = work / "master"
    run(SHEQUN, "demo", "--home", work / "demo", "--out", master, "--scale", size, "--quiet")
    first, last = days_of(master)
    histories = []
    for length in months:
        ((day, fits),) = duckdb.execute(
            "select least((?::date + to_months(?))::date, ?::date),"
            " (?::date + to_months(?))::date <= ?::date + 15",
            [first, length, last, first, length, last],
        ).fetchall()
        if not fits:
            continue
        next_day = day + timedelta(days=1)
        home = work / f"months_{length}"
        history_rows = cut(master, home / "exports", "0", str(day), "history")
        refresh = (SHEQUN, "refresh", "--home", home, "--json", "--lang", "en")
        full = run(*refresh)
        day_rows = cut(master, home / "exports", str(day), str(next_day), "day")
        figures = {
            "months": length,
            "history_rows": history_rows,
            "day_rows": day_rows,
            "full": full,
            "day": run(*refresh),
            "nothing": run(*refresh),
            "build_bytes": disk(home / "build"),
            "published_bytes": (home / "published/current/shequn.duckdb").stat().st_size,
            "queries": ask(home / "published/current/shequn.duckdb"),
        }
        histories.append(figures)
        print(json.dumps({key: value for key, value in figures.items() if key != "queries"}), flush=True)
        shutil.rmtree(home)
    return {"histories": histories, "fixed": fixed_costs()}


def report(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    lines = [
        "| months | rows | full refresh | build and tests | a day's rows | day refresh | of full"
        " | nothing new | peak memory | published | publish a GB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in results["histories"]:
        full, day = row["full"], row["day"]
        lines.append(
            f"| {row['months']} | {row['history_rows']:,} | {full['seconds']:.1f} s"
            f" | {full['stages']['build and tests']:.1f} s | {row['day_rows']:,} | {day['seconds']:.1f} s"
            f" | {day['seconds'] / full['seconds']:.0%} | {row['nothing']['seconds']:.1f} s"
            f" | {full['peak_mib']:,.0f} MiB | {row['published_bytes'] / 2**20:,.0f} MiB"
            f" | {full['stages']['publish'] / (row['published_bytes'] / 1e9):.1f} s |"
        )
    asked = results["histories"][-1]["queries"]
    lines += ["", "| twenty queries | p50 | p95 |", "| --- | --- | --- |"]
    for kind, milliseconds in asked.items():
        parts = quantiles(milliseconds, n=20, method="inclusive")
        lines.append(f"| {kind} connection | {parts[9]:.0f} ms | {parts[18]:.0f} ms |")
    lines += ["", "| start | seconds |", "| --- | --- |"]
    lines += [f"| `{name}` | {seconds:.1f} |" for name, seconds in results["fixed"].items()]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="small", choices=["small", "medium", "large"])
    parser.add_argument("--work", type=Path, required=True, help="an empty folder for homes")
    parser.add_argument("--months", type=int, nargs="*", default=[3, 6, 12, 24])
    arguments = parser.parse_args()
    print(report(measure(arguments.size, arguments.work.resolve(), arguments.months)))


if __name__ == "__main__":
    main()
