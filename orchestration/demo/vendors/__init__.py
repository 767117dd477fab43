"""The invented community as the systems tell it that its data comes from, quirks included.

A vendor tells some rows of the community and not all of each: `Vendor.says` is that part in canonical
columns, from which its files are written. So the same part can be written as a canonical export too, and
both must come to the same marts.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from orchestration.demo.vendors import (
    ads,
    chat_export,
    kuaituantuan,
    official_account,
    scrm,
    wecom,
    weixin_channels,
    weixin_shop,
    youzan,
)
from orchestration.demo.vendors.community import Community, Vendor

VENDORS: dict[str, Vendor] = {
    "wecom": wecom.VENDOR,
    "scrm": scrm.VENDOR,
    "chat_export": chat_export.VENDOR,
    "youzan": youzan.VENDOR,
    "weixin_shop": weixin_shop.VENDOR,
    "kuaituantuan": kuaituantuan.VENDOR,
    "weixin_channels": weixin_channels.VENDOR,
    "official_account": official_account.VENDOR,
    "ads": ads.VENDOR,
}
"""In the order in which they tell their part."""


def write_as_vendor(community: Community, system: str, folder: Path) -> None:
    """Write the exports of `system` into its folder of the inbox; no file where nothing is to be said."""
    for name, content in VENDORS[system].files(community):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(path)
        elif first := next(content, ""):
            with path.open("w", encoding="utf-8", newline="") as stream:
                stream.writelines(chain((first,), content))
