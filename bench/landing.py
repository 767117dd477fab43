"""How fast the gate lands a clean file, and how much memory it takes.

Writes an invented messages file of ROWS rows, lands it on one core, and reads the same file with
DuckDB's own CSV reader (all text, provenance columns, one thread) in the same run:

    .venv/bin/python bench/landing.py --rows 5000000

With --format xlsx the file is a workbook of one sheet, which DuckDB does not read beside it:

    .venv/bin/python bench/landing.py --rows 500000 --format xlsx
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

LAND = """
import os, resource, sys, time
os.sched_setaffinity(0, {0})
from orchestration.landing import land_inbox
from orchestration.progress import Progress
from orchestration.settings import load_settings
settings = load_settings(home=sys.argv[1])
settings.create_folders()
start = time.perf_counter()
report = land_inbox(settings, Progress())
seconds = time.perf_counter() - start
(outcome,) = report.files
assert outcome.status == "landed", outcome
assert outcome.lines == outcome.header + outcome.accepted + outcome.rejected + outcome.blank
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f'{{"accepted": {outcome.accepted}, "seconds": {seconds}, "peak_kib": {peak}}}')
"""

DUCKDB = """
import os, sys, time
os.sched_setaffinity(0, {0})
import duckdb
connection = duckdb.connect(sys.argv[1], config={"threads": 1})
connection.execute("set enable_progress_bar = false")
start = time.perf_counter()
connection.execute(
    "create table messages as select *, 'canonical' as system, 'sha' as file_sha256,"
    " row_number() over () + 1 as line, 1 as load_seq, current_timestamp as landed_at"
    " from read_csv(?, header = true, all_varchar = true)", [sys.argv[2]])
(rows,) = connection.execute("select count(*) from messages").fetchone()
print(f'{{"accepted": {rows}, "seconds": {time.perf_counter() - start}}}')
"""


def write_messages(path: Path, rows: int) -> None:
    """A clean messages file: eight columns, Chinese text, no quotes."""
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8") as file:
        file.write("message_id,group_id,sender_id,receiver_id,sent_at,message_type,content,recalled_at\n")
        for number in range(rows):
            minute = number % 1440
            file.write(
                f"m{number:09d},g{number % 500:04d},u{number % 20011:06d},,"
                f"2026-03-{number % 28 + 1:02d}T{minute // 60:02d}:{minute % 60:02d}:{number % 60:02d},"
                f"text,今天的草莓很甜 {number % 977},\n"
            )


def write_workbook(path: Path, rows: int) -> None:
    """The same as a sheet with Chinese headers, moments in date cells."""
    path.parent.mkdir(parents=True)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("消息")
    sheet.append(["消息ID", "群ID", "发送人ID", "接收人ID", "发送时间", "消息类型", "消息内容", "撤回时间"])
    for number in range(rows):
        minute = number % 1440
        sent_at = datetime(2026, 3, number % 28 + 1, minute // 60, minute % 60, number % 60)
        row = [f"m{number:09d}", f"g{number % 500:04d}", f"u{number % 20011:06d}", None, sent_at, "text"]
        sheet.append([*row, f"今天的草莓很甜 {number % 977}", None])
    book.save(path)


def run(script: str, *arguments: str) -> dict[str, float]:
    """The figures that `script` prints, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], check=True, capture_output=True, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--format", choices=("csv", "xlsx"), default="csv")
    arguments = parser.parse_args()
    rows, is_csv = arguments.rows, arguments.format == "csv"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        inbox_file = home / "exports" / "canonical" / f"messages.{arguments.format}"
        (write_messages if is_csv else write_workbook)(inbox_file, rows)
        megabytes = inbox_file.stat().st_size / 1e6
        time.sleep(2)  # a file younger than two seconds is looked at twice
        gate = run(LAND, str(home))
        reader = run(DUCKDB, str(Path(folder) / "reader.duckdb"), str(inbox_file)) if is_csv else None
    assert gate["accepted"] == rows
    print(f"file            {rows:,} rows, {megabytes:,.0f} MB, one core")
    print(
        f"gate            {rows / gate['seconds']:,.0f} rows/s, {gate['seconds']:.1f} s,"
        f" peak {gate['peak_kib'] / 1024:,.0f} MiB"
    )
    if reader is None:
        return
    assert reader["accepted"] == rows
    print(f"DuckDB all text {rows / reader['seconds']:,.0f} rows/s, {reader['seconds']:.1f} s")
    print(f"ratio           {reader['seconds'] / gate['seconds']:.2f} of DuckDB's speed")


if __name__ == "__main__":
    main()
