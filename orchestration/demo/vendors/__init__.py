"""The invented community as the systems tell it that its data comes from, quirks included.

A vendor tells some rows of the community and not all of each: `Vendor.says` is that part in canonical
columns, from which its files are written. So the same part can be written as a canonical export too, and
both must come to the same marts.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.demo.vendors import ads, official_account, wecom, weixin_channels, youzan
from orchestration.demo.vendors.community import Community, Vendor

VENDORS: dict[str, Vendor] = {
    "wecom": wecom.VENDOR,
    "youzan": youzan.VENDOR,
    "weixin_channels": weixin_channels.VENDOR,
    "official_account": official_account.VENDOR,
    "ads": ads.VENDOR,
}
"""In the order in which they tell their part."""


def write_as_vendor(community: Community, system: str, folder: Path) -> None:
    """Write the exports of `system` into its folder of the inbox."""
    for name, pieces in VENDORS[system].files(community):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(pieces)
