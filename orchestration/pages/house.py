"""What all pages share: questions with a memory, heads, filters, drawings and tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas
import streamlit as st

from orchestration.charts import Drawing, csv_bytes
from orchestration.figures import Measure, Published, Scope, Words, words_of
from orchestration.figures.periods import Period, newest_complete, periods
from orchestration.figures.scopes import SCOPE_TYPES, name_of, scopes
from orchestration.messages import say

MAX_FOUND = 50
_STALE_DAYS = 2
_AROUND = 90  # pixels of a drawing that are not its chart
# Where an address would become a link, an invisible joiner keeps it text.
_LINK = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|$~:])")


def plain(text: str) -> str:
    """`text` as Markdown that shows it as it is: names of groups may hold anything."""
    return _MARKDOWN.sub(r"\\\1", _LINK.sub("\u2060", text))


def heading(text: str) -> str:
    """`text` as the head of something: labels of the catalogue begin small, for the middle of sentences."""
    is_name = "_" in text.partition(" ")[0]
    return text if is_name else text[:1].upper() + text[1:]


# Versions never change, so an answer holds as long as its version is asked.
@st.cache_data(max_entries=500, show_spinner=False)
def _remembered(path: str, question: str, arguments: tuple[Any, ...], _ask: Callable[[], Any]) -> Any:
    return _ask()


def _recall(published: Published, question: Callable[..., Any], *arguments: Any) -> Any:
    name = f"{question.__module__}.{question.__name__}"
    return _remembered(
        str(published.path), name, tuple(map(repr, arguments)), lambda: question(published, *arguments)
    )


def put_into_address(key: str, value: str, default: str) -> None:
    """Note a choice in the address of the view, unless it is the one that needs no word."""
    if value != default:
        st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]


@dataclass(frozen=True)
class House:
    """One view of the published version.

    Attributes:
        published: The version that this view stays with.
        words: Names, units and definitions in the reader's language.
    """

    published: Published
    words: Words

    @classmethod
    def open(cls, published: Published, lang: str) -> House:
        """The view of a version in a language."""
        return cls(published, _recall(published, words_of, lang))

    @property
    def lang(self) -> str:
        """Either "en" or "zh"."""
        return self.words.lang

    def ask(self, question: Callable[..., Any], *arguments: Any) -> Any:
        """The answer of a function of `orchestration.figures`, remembered for as long as the version is."""
        return _recall(self.published, question, *arguments)

    def say(self, key: str, **params: object) -> str:
        """A message in the reader's language."""
        return say(f"pages.{key}", self.lang, **params)

    # What stands around figures

    def head(self, name: str) -> None:
        """The page's title, and which version it shows, how old."""
        st.header(self.say(name), anchor=False)
        manifest = self.published.version.manifest
        as_of, built = manifest["as_of_date"], datetime.fromisoformat(manifest["built_at"])
        now = datetime.now(ZoneInfo(manifest["business_timezone"]))
        told = self.say(
            "version",
            as_of=as_of or "–",
            version=self.published.version.name,
            built=f"{built:%Y-%m-%d %H:%M}",
            age=self._age((now - built).total_seconds()),
        )
        st.caption(plain(told))
        days = 0 if as_of is None else (now.date() - datetime.fromisoformat(as_of).date()).days
        if days > _STALE_DAYS:
            st.caption(f":orange[{plain(self.say('stale', days=f'{days:,}'))}]")

    def _age(self, seconds: float) -> str:
        for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
            if seconds >= 2 * length or unit == "minutes":
                return self.say(f"age_{unit}", count=f"{max(0, seconds) // length:,.0f}")
        raise AssertionError

    def section(self, key: str, **params: object) -> None:
        """A heading within a page."""
        st.subheader(plain(self.say(key, **params)), anchor=False, width="stretch")

    def lacks(self, mart: str) -> bool:
        """Whether a mart is empty; if so, says which exports would help to fill it."""
        if not self.published.is_empty(mart):
            return False
        missing = self.published.missing_exports(mart, self.lang)
        separator = "、" if self.lang == "zh" else ", "
        key = "no_data_missing" if missing else "no_data"
        st.info(plain(self.say(key, exports=separator.join(missing))))
        return True

    def nothing_found(self, frame: pandas.DataFrame) -> bool:
        """Whether a frame has no rows; if so, says so."""
        if len(frame):
            return False
        st.info(plain(self.say("nothing_found")))
        return True

    def remark(self, key: str) -> None:
        """A line of small print."""
        st.caption(plain(self.say(key)))

    # Filters; they stand in the address, so that a view can be passed on, and hold on all pages

    def choose(
        self, key: str, options: Sequence[str], show: Callable[[str], str], index: int = 0, label: str = ""
    ) -> str:
        """One of a few values; `options[index]` until the reader or the address says otherwise."""
        asked = st.query_params.get(key)
        if st.session_state.get(key) not in options:
            st.session_state[key] = asked if asked in options else options[index]
        chosen = str(
            st.selectbox(
                label or self.say(f"filter.{key}"),
                options,
                format_func=show,
                key=key,
                persist_state="session",
            )
        )
        put_into_address(key, chosen, options[index])
        return chosen

    def period(self, types: Sequence[str] = ("week", "month", "quarter", "year", "day")) -> Period | None:
        """A period of the chosen type, by default the newest complete one; None where there is none."""
        kind = self.choose("period", types, lambda name: self.say(f"period.{name}"))
        found: list[Period] = self.ask(periods, kind)
        newest = newest_complete(found)
        if newest is None:
            return None
        by_start = {period.start.isoformat(): period for period in found}

        def show(start: str) -> str:
            running = self.say("running") if by_start[start].is_partial else ""
            return self.words.period(kind, by_start[start].start) + running

        starts = list(by_start)
        label = self.say(f"period.{kind}")
        return by_start[self.choose(kind, starts, show, starts.index(newest.start.isoformat()), label)]

    def scope(self, types: Sequence[str] = SCOPE_TYPES) -> Scope:
        """Whom figures are about; groups are found by name."""
        kind = self.choose("scope", types, lambda name: self.words.word("scope_type", name))
        if kind == "all":
            return Scope()
        return Scope(kind, self.one_of(kind) or "")

    def one_of(self, kind: str) -> str | None:
        """One scope of a type: from a list, of groups after a search."""
        search = ""
        if kind == "group":
            search = st.text_input(self.say("filter.search"), key="search", type="search", live=True) or ""
        found = self.ask(scopes, kind, search, MAX_FOUND)
        names = dict(zip(found["scope_id"], found["name"], strict=True))
        asked = st.session_state.get(kind) or st.query_params.get(kind)
        if asked and asked not in names:  # chosen before the search
            names = {asked: self.ask(name_of, Scope(kind, asked)), **names}
        if not names:
            return None
        return self.choose(kind, list(names), lambda name: self._scope_name(kind, names[name]))

    def _scope_name(self, kind: str, name: str) -> str:
        return self.words.word(kind, name)

    @contextmanager
    def filters(self, name: str = "page") -> Iterator[None]:
        """A row of filters, which wraps on a narrow screen."""
        with st.container(horizontal=True, vertical_alignment="bottom", key=f"filters_{name}"):
            yield

    # Figures

    def show(self, drawing: Drawing) -> None:
        """A drawing with its title, its definition on hover, its note and its data."""
        with st.container(border=True, gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="xsmall"):
                title, definition = (
                    f"**{plain(heading(drawing.title))}**",
                    drawing.definition.replace("$", r"\$"),
                )
                st.markdown(title, help=definition, width="stretch")
                if len(drawing.data):
                    self.download(drawing.name, drawing.data)
            if len(drawing.data):
                st.altair_chart(drawing.chart, theme=None, width="stretch", key=f"chart_{drawing.name}")
            else:
                self.remark("nothing_found")
            if drawing.note:
                st.caption(plain(drawing.note))

    def download(self, name: str, data: pandas.DataFrame) -> None:
        """A button that hands out data as a CSV file."""
        st.download_button(
            self.say("download"),
            lambda: csv_bytes(data),
            file_name=f"{name}.csv",
            mime="text/csv",
            key=f"download_{name}",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )

    def pair(self, *drawings: Drawing) -> None:
        """Drawings in two columns of about one height; one below the other on a narrow screen."""
        columns, heights = st.columns(2), [0.0, 0.0]
        for drawing in drawings:
            shorter = heights.index(min(heights))
            heights[shorter] += _AROUND + float(drawing.chart.height)
            with columns[shorter]:
                self.show(drawing)

    def named(self, frame: pandas.DataFrame, column: str) -> pandas.DataFrame:
        """The frame with the values of a column in words; what is unknown stays so."""
        told = [
            None if value is None or value != value else self.words.word(column, value)
            for value in frame[column]
        ]
        return frame.assign(**{column: told})

    def table(
        self,
        name: str,
        frame: pandas.DataFrame,
        mart: str,
        titles: dict[str, str] | None = None,
        selects_from: str | None = None,
    ) -> int | None:
        """A table with headers in words and figures by their units, and its data; gives the chosen row.

        Args:
            name: Of its file.
            frame: The columns that show, in order.
            mart: Whose columns they are.
            titles: Headers of columns that the mart does not have.
            selects_from: Where a click on a row chooses it: what the rows were chosen by, since a choice
                holds for them alone.
        """
        titles = titles or {}
        config: dict[str, Any] = {}
        for column in frame.columns:
            measure = self.words.measure(column, mart)
            config[column] = _column(titles.get(column), measure, str(frame[column].dtype))
        chosen: Any = st.dataframe(
            frame,
            hide_index=True,
            column_config=config,
            placeholder="–",
            key=f"table_{name}_{selects_from}",
            on_select="ignore" if selects_from is None else "rerun",
            selection_mode="single-row",
        )
        headers = {column: titles.get(column) or self.words.measure(column, mart).label for column in frame}
        self.download(name, frame.rename(columns=headers))
        rows = [] if selects_from is None else chosen["selection"]["rows"]
        return int(rows[0]) if rows else None


def _column(title: str | None, measure: Measure, dtype: str) -> Any:
    """How a table shows a column: money and rates by their signs, days as days, texts as they are."""
    kinds = st.column_config
    unit = ("date" if dtype.startswith("datetime") else "text") if title is not None else measure.unit
    label, told = heading(title or measure.label), measure.definition
    if unit == "rate":
        return kinds.NumberColumn(label, format="percent", help=told)
    if unit == "yuan":
        return kinds.NumberColumn(f"{label} (¥)", format="accounting", help=told)
    if unit in ("text", "name", "id", "list", "flag", "time"):
        return kinds.Column(label, help=told)
    if unit == "date":
        return kinds.DateColumn(label, format="YYYY-MM-DD", help=told)
    if unit == "timestamp":
        return kinds.DatetimeColumn(label, format="YYYY-MM-DD HH:mm", help=told)
    return kinds.NumberColumn(heading(measure.title), format="localized", help=told)
