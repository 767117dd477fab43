"""Entities of invented systems, described as `sources/<system>.yml` describes them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from orchestration.landing import catalogue
from orchestration.landing.catalogue import Entity, load_catalogue

SHOP = """
system: shop
label: {en: a shop, zh: 某商城}
empty: ["——", "—", "-"]
private: [收货人, 详细地址]
entities:
  orders:
    label: {en: orders, zh: 订单}
    forms: [csv, sheet, sqlite, json]
    tables: [orders]
    key: [order_id]
    columns: {order_id: id!, paid_at: moment, paid_amount: yuan, seller: text, second_seller: text,
              buyer_phone: text, share: share, lasted: seconds, is_member: flag, items: count}
    headers:
      order_id: [订单号]
      paid_at: [买家付款时间]
      paid_amount: [订单实付金额, 实付]
      seller: [分销员]
      second_seller: [分销员__2]
      buyer_phone: [买家手机号]
      share: [占比]
      lasted: [时长]
      is_member: [买家是否会员]
      items: [件数]
    needs: [order_id, paid_at, paid_amount]
    contact: {buyer_phone: keyed}
    owner: order_id
    may_be_short: true
  lines:
    label: {en: lines, zh: 明细}
    forms: [csv, sheet]
    key: [line_id]
    columns: {line_id: id!, goods: text!, amount: yuan!}
    headers: {line_id: [明细号], goods: [商品], amount: [金额]}
"""


def use_sources(monkeypatch: pytest.MonkeyPatch, place: Path, *texts: str) -> None:
    """Let the catalogue hold these systems beside the canonical one."""
    place.mkdir()
    (place / "canonical.yml").write_bytes((catalogue.SOURCES_DIR / "canonical.yml").read_bytes())
    for text in texts:
        (place / f"{yaml.safe_load(text)['system']}.yml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(catalogue, "SOURCES_DIR", place)
    load_catalogue.cache_clear()


def shop(monkeypatch: pytest.MonkeyPatch, place: Path) -> dict[str, Entity]:
    """The entities of an invented shop."""
    use_sources(monkeypatch, place, SHOP)
    return load_catalogue().systems["shop"]
