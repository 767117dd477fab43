"""Open alerts as a list, most severe first."""

from __future__ import annotations

import streamlit as st

from orchestration.figures import Scope
from orchestration.figures.alerts import open_alerts
from orchestration.pages.house import House, heading, plain

MAX_SHOWN = 5
_MAX_TOLD = 200  # the rest is in the file
_COLORS = {"critical": "red", "warning": "orange", "info": "gray"}


def alert_list(house: House, scope: Scope) -> None:
    """The open alerts of a scope; all but the first few behind a fold."""
    if house.published.is_empty("mart_alert"):
        st.success(house.say("no_alerts"))
        return
    found = house.ask(open_alerts, scope)
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        house.section("alerts", count=f"{len(found):,}")
        if len(found):
            house.download("open_alerts", found)
    if not len(found):
        st.success(house.say("no_alerts"))
        return
    lines = []
    for row in found.head(_MAX_TOLD).itertuples():
        badge = f":{_COLORS[row.severity]}-badge[{house.words.word('severity', row.severity)}]"
        kind = house.words.word("alert_kind", row.alert_kind)
        text = row.message_zh if house.lang == "zh" else row.message
        colon = "：" if house.lang == "zh" else ": "
        since = house.say("since", date=f"{row.occurred_on:%Y-%m-%d}")
        said = f"**{plain(heading(kind))}**{plain(colon + text)}"
        lines.append(f"{badge} {said} :gray[{plain(since)}]")
    st.markdown("\n\n".join(lines[:MAX_SHOWN]))
    if len(lines) > MAX_SHOWN:
        with st.expander(house.say("more_alerts", count=f"{len(found) - MAX_SHOWN:,}")):
            st.markdown("\n\n".join(lines[MAX_SHOWN:]))
