"""Streamlit's entry: run afresh for every view and every change of a filter.

`python -m streamlit run orchestration/pages/app.py -- HOME LANG`
"""

from __future__ import annotations

import sys

import streamlit as st
from altair.utils.schemapi import debug_mode

from orchestration.errors import ShequnError
from orchestration.figures import open_published
from orchestration.messages import LANGUAGES, say
from orchestration.pages import (
    customers,
    engagement,
    groups,
    growth,
    health,
    overview,
    retention,
    scorecard,
    service,
)
from orchestration.pages.house import House, put_into_address
from orchestration.settings import load_settings

PAGES = (overview, growth, engagement, retention, customers, service, scorecard, groups, health)
_SIDEBAR = 210  # pixels
_NAMES = {"zh": "中文", "en": "English"}


def main(home: str, asked_lang: str) -> None:
    """Draw the page that is asked for, or say that nothing is published."""
    st.set_page_config(page_title="Shequn 社群", layout="wide", initial_sidebar_state=_SIDEBAR)
    st.html(_STYLE)
    lang = _language(asked_lang)
    settings = load_settings(home)
    try:
        # Tests check charts against their schema; at each view it would take as long as all else.
        with open_published(settings) as published, debug_mode(False):
            _navigate(House.open(published, lang))
    except ShequnError as error:
        st.title("Shequn 社群")
        st.warning(error.text(lang))


def _language(default: str) -> str:
    """As the switch says; at first as the address or else the command did."""
    asked = st.query_params.get("lang", default)
    if "lang" not in st.session_state:
        st.session_state["lang"] = asked if asked in LANGUAGES else default
    with st.sidebar:
        lang = st.segmented_control(
            "语言 Language",
            LANGUAGES[::-1],
            required=True,
            format_func=_NAMES.__getitem__,
            key="lang",
            persist_state="session",
        )
    put_into_address("lang", str(lang), default)
    return str(lang)


def _navigate(house: House) -> None:
    def page(module: object) -> None:
        house.head(module.__name__.rpartition(".")[2])  # type: ignore[attr-defined]
        module.draw(house)  # type: ignore[attr-defined]

    shown = []
    for module in PAGES:
        name = module.__name__.rpartition(".")[2]
        shown.append(
            st.Page(
                lambda module=module: page(module),  # type: ignore[misc]
                title=say(f"pages.{name}", house.lang),
                url_path="" if module is overview else name,
                default=module is overview,
            )
        )
    st.navigation(shown).run()


# Streamlit has no grid that fits its columns to the window; keyed containers may be styled by their names.
_STYLE = """
<style>
[data-testid="stMainBlockContainer"] {padding: 2.8rem 2rem 3rem; max-width: 1280px;}
.st-key-cards {display: grid; grid-template-columns: repeat(auto-fill, minmax(158px, 1fr)); gap: 0.75rem;}
.st-key-cards > * {width: auto; max-width: none; min-width: 0;}
@media (max-width: 640px) {
    [data-testid="stMainBlockContainer"] {padding-left: 1rem; padding-right: 1rem;}
    .st-key-cards {grid-template-columns: repeat(auto-fill, minmax(136px, 1fr));}
}
</style>
"""

if __name__ == "__main__":
    main(*sys.argv[1:3])
