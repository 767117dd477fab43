"""What landed, what was refused or late, and where vendors count otherwise."""

from __future__ import annotations

import streamlit as st

from orchestration.figures import landings as figures
from orchestration.pages.house import House, heading, plain
from orchestration.reports import CheckResult

_MART = "mart_data_quality"
_SUMS = ("files", "rows_read", "rows_accepted", "rows_rejected", "rows_duplicate", "rows_late")
_FAR_APART = (
    "system",
    "figure_date",
    "scope_type",
    "scope_id",
    "label",
    "vendor_value",
    "our_value",
    "difference",
    "difference_rate",
)


def draw(house: House) -> None:
    """The page."""
    words = house.words
    if not house.lacks(_MART):
        found = house.ask(figures.landings)
        with st.container(key="cards"):
            for column in _SUMS:
                measure = words.measure(column, _MART)
                total = f"{int(found[column].sum()):,}"
                st.metric(plain(heading(measure.label)), total, help=measure.definition, border=True)
        opened = int(found["rows_open"].sum())
        if opened:
            st.warning(house.say("rows_open", count=f"{opened:,}"))
        house.section("landings")
        titles = {
            "last_landed": words.measure("landed_date", _MART).label,
            "rows_open": words.measure("rows_open", "fct_landing").label,
        }
        house.table("landings", found, _MART, titles)
    _checks(house)
    _still_empty(house)
    house.section("vendors")
    if not house.lacks("mart_vendor_reconciliation"):
        apart = house.ask(figures.reconciliation)
        if not house.nothing_found(apart):
            apart = apart.assign(label=apart["label_zh" if house.lang == "zh" else "label_en"])
            titles = {"label": words.measure("vendor_metric", "mart_vendor_reconciliation").label}
            house.table("vendors", apart[list(_FAR_APART)], "mart_vendor_reconciliation", titles)


def _checks(house: House) -> None:
    """What the version was checked for before it was published."""
    checks = house.published.version.manifest["checks"]
    passed = sum(counts.get("pass", 0) for counts in checks["counts"].values())
    total = sum(sum(counts.values()) for counts in checks["counts"].values())
    st.markdown(plain(house.say("checks", passed=f"{passed:,}", total=f"{total:,}")))
    lines = [f"* {plain(' '.join(CheckResult(**check).words(house.lang)))}" for check in checks["not_passed"]]
    if lines:
        st.markdown("\n".join(lines))


def _still_empty(house: House) -> None:
    """Marts without a row, and what would fill them."""
    empty = house.published.version.manifest.get("empty_marts", {})
    lines = []
    for mart, found in empty.items():
        exports = ", ".join(house.published.missing_exports(mart, house.lang))
        name = f"{found['label_zh']} {mart}" if house.lang == "zh" else mart
        lines.append("* " + plain(house.say("empty_mart", mart=name, exports=exports)))
    if lines:
        house.section("empty_marts")
        st.markdown("\n".join(lines))
