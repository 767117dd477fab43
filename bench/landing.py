"""How fast the gate lands a clean file, and how much memory it takes.

Writes an invented file of ROWS rows and lands it on one core; a canonical CSV is then read with DuckDB's
own reader too (all text, provenance columns, one thread), in the same run:

    .venv/bin/python bench/landing.py --rows 5000000
    .venv/bin/python bench/landing.py --rows 500000 --kind wecom-jsonl
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

LAND = """
import os, resource, sys, time
import pandas  # DuckDB imports it with the first parameter that it is given: a cost of any start
os.sched_setaffinity(0, {0})
from orchestration.landing import land_inbox
from orchestration.progress import Progress
from orchestration.settings import load_settings
settings = load_settings(home=sys.argv[1])
settings.create_folders()
start = time.process_time()
report = land_inbox(settings, Progress())
seconds = time.process_time() - start
for outcome in report.files:
    assert outcome.status == "landed", outcome
    assert outcome.lines == outcome.header + outcome.accepted + outcome.rejected + outcome.blank
accepted = max(outcome.accepted for outcome in report.files)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f'{{"accepted": {accepted}, "seconds": {seconds}, "peak_kib": {peak}}}')
"""

DUCKDB = """
import os, sys, time
os.sched_setaffinity(0, {0})
import duckdb
connection = duckdb.connect(sys.argv[1], config={"threads": 1})
connection.execute("set enable_progress_bar = false")
start = time.process_time()
connection.execute(
    "create table messages as select *, 'canonical' as system, 'sha' as file_sha256,"
    " row_number() over () + 1 as line, 1 as load_seq, current_timestamp as landed_at"
    " from read_csv(?, header = true, all_varchar = true)", [sys.argv[2]])
(rows,) = connection.execute("select count(*) from messages").fetchone()
print(f'{{"accepted": {rows}, "seconds": {time.process_time() - start}}}')
"""


def write_messages(path: Path, rows: int) -> None:
    """A clean messages file: eight columns, Chinese text, no quotes."""
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
    book = Workbook(write_only=True)
    sheet = book.create_sheet("消息")
    sheet.append(["消息ID", "群ID", "发送人ID", "接收人ID", "发送时间", "消息类型", "消息内容", "撤回时间"])
    for number in range(rows):
        minute = number % 1440
        sent_at = datetime(2026, 3, number % 28 + 1, minute // 60, minute % 60, number % 60)
        row = [f"m{number:09d}", f"g{number % 500:04d}", f"u{number % 20011:06d}", None, sent_at, "text"]
        sheet.append([*row, f"今天的草莓很甜 {number % 977}", None])
    book.save(path)


def write_jsonl(path: Path, rows: int) -> None:
    """The same as one object a line."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            minute = number % 1440
            row = {
                "message_id": f"m{number:09d}",
                "group_id": f"g{number % 500:04d}",
                "sender_id": f"u{number % 20011:06d}",
                "sent_at": f"2026-03-{number % 28 + 1:02d}T{minute // 60:02d}:{minute % 60:02d}:00",
                "message_type": "text",
                "content": f"今天的草莓很甜 {number % 977}",
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_archive(path: Path, rows: int) -> None:
    """Lines of WeCom's message archive, all of them texts."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            row = archived(number) | {
                "msgtype": "text",
                "text": {"content": f"今天的草莓很甜 {number % 977}"},
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def archived(number: int) -> dict[str, Any]:
    """What all messages of the archive have."""
    return {
        "msgid": f"CAQQ{number:09d}",
        "action": "send",
        "from": f"wm{number % 20011:06d}",
        "tolist": [f"wm{number % 977:06d}", "XiaoHe"],
        "roomid": f"wr{number % 500:04d}",
        "msgtime": 1772971200000 + number,
    }


def write_varied_archive(path: Path, rows: int) -> None:
    """The same with messages of other kinds: of a hundred eighty texts, ten pictures, one mixed."""
    item = {"type": "text", "content": json.dumps({"content": "今天的草莓很甜"}, ensure_ascii=False)}
    picture = {"md5sum": "50de8e5ae8ffe4f1df7a93841f71993a", "filesize": 70961, "sdkfileid": "CtYBMzA2" * 32}
    others: list[dict[str, Any]] = [
        *[{"msgtype": "image", "image": picture}] * 10,
        *[{"msgtype": "revoke", "revoke": {"pre_msgid": "CAQQ000000001"}}] * 3,
        *[{"msgtype": "link", "link": {"title": "草莓", "description": "甜", "link_url": "https://a.cn/1"}}]
        * 4,
        {
            "msgtype": "redpacket",
            "redpacket": {"type": 1, "wish": "恭喜", "totalcnt": 2, "totalamount": 3000},
        },
        {"msgtype": "vote", "vote": {"votetitle": "哪天", "voteitem": ["周一", "周二"], "votetype": 101}},
        {"msgtype": "mixed", "mixed": {"item": [item]}},
    ]
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            text = {"msgtype": "text", "text": {"content": f"今天的草莓很甜 {number % 977}"}}
            place = number % 100
            row = archived(number) | (others[place // 5] if place % 5 == 0 else text)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_orders(path: Path, rows: int) -> None:
    """Youzan's export of orders, with its dashes, masked phones and packed names of goods."""
    names = (
        "订单号,订单状态,订单创建时间,买家付款时间,商品金额合计,运费,订单实付金额,全部商品名称,商品种类数,"
    )
    names += (
        "收货人/提货人,收货人手机号/提货人手机号,买家昵称,买家是否会员,买家手机号,分销员,商家订单备注,分销员"
    )
    with path.open("w", encoding="utf-8-sig") as file:
        file.write(f"{names}\n")
        for number in range(rows):
            moment = f"2026-03-{number % 28 + 1:02d} {number % 24:02d}:{number % 60:02d}:00"
            file.write(
                f"E2026{number:012d},交易完成,{moment},{moment},{number % 300}.50,0.00,{number % 300}.50,"
                f"草莓(大盒)(1件);蓝莓(125g)({number % 5 + 1}件),2,某人,186******05,昵称{number % 977},是,"
                f"1380000{number % 10000:04d},——,——,——\n"
            )


WRITERS: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "csv": ("canonical/messages.csv", write_messages),
    "xlsx": ("canonical/messages.xlsx", write_workbook),
    "jsonl": ("canonical/messages.jsonl", write_jsonl),
    "wecom-jsonl": ("wecom/messages.jsonl", write_archive),
    "wecom-varied-jsonl": ("wecom/messages.jsonl", write_varied_archive),
    "youzan-csv": ("youzan/orders.csv", write_orders),
}


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
    parser.add_argument("--kind", choices=tuple(WRITERS), default="csv")
    arguments = parser.parse_args()
    rows, is_csv = arguments.rows, arguments.kind == "csv"
    name, write = WRITERS[arguments.kind]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        inbox_file = home / "exports" / name
        inbox_file.parent.mkdir(parents=True)
        write(inbox_file, rows)
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
