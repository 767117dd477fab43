"""What the community's advertising costs, as 腾讯广告 (money in 分) and 小红书聚光 (in yuan) report it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from orchestration.demo.vendors.community import Community, File, Row, Vendor
from orchestration.demo.vendors.forms import fen, json_line

_CHANNEL = "case {0} when 'ch_tencent' then 'tencent_ads' when 'ch_xhs' then 'xiaohongshu' else {0} end"
_PLATFORMS = "('tencent_ads', 'xiaohongshu')"
_SPEND = f"""
    select
        spend_date, channel_id, cost_kind, cost_amount, impressions, clicks,
        case channel_id when 'tencent_ads' then '71' else '88' end
        || coalesce(right(campaign_id, 2), '00') as campaign_id
    from channel_spend where cost_kind = 'ad' and channel_id in {_PLATFORMS}
    order by spend_date, channel_id
"""
_REPORT = """
    select * from ads_channel_spend
    where channel_id = ? and strftime(spend_date, '%Y-%m') = ? order by spend_date
"""


def _files(community: Community) -> Iterator[File]:
    for month in community.months():
        yield f"tencent_daily_reports_{month}.json", _tencent(community, month)
        yield f"xiaohongshu_report_{month}.json", _xiaohongshu(community, month)


def _tencent(community: Community, month: str) -> Iterator[str]:
    """A month's report; the day before its first stands in it again, complete by then."""
    rows = list(community.rows(_REPORT, "tencent_ads", month))
    if not rows:
        return
    before = rows[0]["spend_date"] - timedelta(days=1)
    again = community.rows(
        "select * from ads_channel_spend where channel_id = 'tencent_ads' and spend_date = ?", before
    )
    last = community.months()[-1] == month
    found = [_tencent_day(row) for row in (*again, *rows)]
    if not last:
        found[-1] |= {"cost": found[-1]["cost"] // 2, "view_count": found[-1]["view_count"] // 2}
    page_info = {"page": 1, "page_size": 1000, "total_number": len(found), "total_page": 1}
    yield json_line({"code": 0, "message": "", "data": {"list": found, "page_info": page_info}})


def _tencent_day(row: Row) -> Row:
    return {
        "date": row["spend_date"].isoformat(),
        "campaign_id": int(row["campaign_id"]),
        "view_count": row["impressions"],
        "valid_click_count": row["clicks"],
        "cost": fen(row["cost_amount"]),
    }


def _xiaohongshu(community: Community, month: str) -> Iterator[str]:
    """A month's report; numbers are texts."""
    found = [
        {
            "time": row["spend_date"].isoformat(),
            "campaign_id": int(row["campaign_id"]),
            "campaign_name": f"种草计划{row['campaign_id']}",
            "fee": str(row["cost_amount"]),
            "impression": str(row["impressions"]),
            "click": str(row["clicks"]),
        }
        for row in community.rows(_REPORT, "xiaohongshu", month)
    ]
    yield json_line({"code": 0, "success": True, "data": {"total_count": len(found), "data_list": found}})


VENDOR = Vendor(
    says={"channel_spend": _SPEND},
    files=_files,
    takes={"channel_spend": f"cost_kind = 'ad' and channel_id in {_PLATFORMS}"},
    renames=dict.fromkeys(("channel_id", "parent_channel_id"), _CHANNEL),
)
