"""The community's lives as the dashboard of its 视频号 tells them: money in 分, no title."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.demo.vendors.community import Community, File, Row, Vendor
from orchestration.demo.vendors.forms import fen, json_line, unix_seconds
from orchestration.demo.vendors.shops import LIVE_RENAMED

_LIVES = """
    select live_id, started_at, ended_at, viewers, comments, gmv_amount from live_sessions order by live_id
"""


def _files(community: Community) -> Iterator[File]:
    for live in community.rows("select * from weixin_channels_live_sessions order by live_id"):
        yield f"live_{live['live_id']}.json", iter([json_line(_dashboard(live))])


def _dashboard(live: Row) -> Row:
    """An answer of getlivedata; the length of a live that was cut off is missing."""
    times: Row = {"start_time": unix_seconds(live["started_at"])}
    if live["ended_at"]:
        times["live_duration"] = int((live["ended_at"] - live["started_at"]).total_seconds())
    viewers, comments = live["viewers"], live["comments"]
    summary = {"new_watch_uv": str(viewers), "max_online_watch_uv": str(viewers // 3)}
    shop = {"total_gmv": fen(live["gmv_amount"]), "new_comment_count": comments}
    return {
        "errcode": 0,
        "errmsg": "ok",
        "live_dashboard_data": times | {"live_dashboard_data": {"summary": summary}},
        "live_ec_data_summary": shop,
    }


VENDOR = Vendor(says={"live_sessions": _LIVES}, files=_files, renames={"live_id": LIVE_RENAMED})
