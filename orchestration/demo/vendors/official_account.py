"""The community's articles as the datacube of its 公众号 tells them: by source, and of all as 99999999."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from orchestration.demo.vendors.community import Community, File, Row, Vendor
from orchestration.demo.vendors.forms import json_line

_ALL_SOURCES = "99999999"
_POSTS = """
    select
        post_date, '2247' || lpad(post_id[5:], 6, '0') || '_1' as post_id,
        title, reads, readers, shares, favorites
    from content_posts order by post_date, post_id
"""


def _files(community: Community) -> Iterator[File]:
    for month in community.months():
        yield f"getarticlesummary_{month}.jsonl", _articles(community, month)
        yield f"getuserread_{month}.jsonl", _reads(community, month)


def _days(community: Community, month: str) -> Iterator[list[Row]]:
    rows = community.rows(
        "select * from official_account_content_posts where strftime(post_date, '%Y-%m') = ?", month
    )
    for _, found in groupby(rows, key=lambda row: row["post_date"]):
        yield list(found)


def _articles(community: Community, month: str) -> Iterator[str]:
    """An answer a day: two sources and their total for each article."""
    for found in _days(community, month):
        yield json_line({"list": [row for post in found for row in _by_source(post)]})


def _by_source(post: Row) -> Iterator[Row]:
    head = {"ref_date": post["post_date"].isoformat(), "msgid": post["post_id"], "title": post["title"]}
    for source, part in (("0", 2), ("1", 3), (_ALL_SOURCES, 1)):
        yield head | {"user_source": int(source)} | _figures(post, part)


def _figures(post: Row, part: int) -> Row:
    return {
        "int_page_read_user": post["readers"] // part,
        "int_page_read_count": post["reads"] // part,
        "ori_page_read_user": 0,
        "ori_page_read_count": 0,
        "share_user": post["shares"] // part,
        "share_count": post["shares"] // part,
        "add_to_fav_user": post["favorites"] // part,
        "add_to_fav_count": post["favorites"] // part,
    }


def _reads(community: Community, month: str) -> Iterator[str]:
    """An answer a day of what all articles together were read; its rows have no article."""
    for found in _days(community, month):
        total = {
            name: sum(post[name] for post in found) for name in ("reads", "readers", "shares", "favorites")
        }
        rows = [
            {"ref_date": found[0]["post_date"].isoformat(), "user_source": source} | _figures(total, part)
            for source, part in ((0, 2), (1, 3), (int(_ALL_SOURCES), 1))
        ]
        yield json_line({"list": rows})


VENDOR = Vendor(says={"content_posts": _POSTS}, files=_files)
