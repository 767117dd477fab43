"""mart_topic: what a scope talks about, in the words of the segmenter."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from rjieba import Jieba

from .calendar import periods, shift
from .load import Row
from .seeds import seed
from .tables import Table, columns, ratio
from .world import Scope, World

TOP = 200
# What is no talk (D23), in folded text.
_CLUTTER = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:https?://|www\.)[!-~]*",
        r"#小程序://\S*",
        r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+",
        r"@[\w-]*",
        r"¥[^¥\s]+¥",
        r"\[[^\[\]\s]{1,12}\]",
        r"wxid_[a-z0-9_-]*",
        r"(?=[a-z0-9_+#%.-]*[0-9]{5})[a-z0-9_+#%.-]+",
    )
)
# WeChat ends a mention by a space of its own, which folding would make a common one.
_MENTION = re.compile("@[^@\u2005\n]*\u2005")
_NUMERALS = "零〇一二三四五六七八九十百千万亿两几半"
_MEASURES = (
    "个份只件条瓶罐箱袋包盒斤两克张块元角分毛次天日号月年周岁点位人名支双套把根颗粒片枚"
    "串篮提卷桶杯碗盘组批单样种层楼栋米折倍回遍趟秒度"
)
_NUMBER = re.compile(f"[第约近]?[{_NUMERALS}]+[{_MEASURES}]?")
_QUANTITY = re.compile(r"[0-9.]+[a-z]{1,3}")
# A word that the dictionary does not know and that holds one of these is a wrong guess.
_FUNCTION = "的了着过是在有没不也都就还又很太吗呢吧啊呀哦嘛啦我你他她它这那要会能可和跟给把被让到去来说个些"
_THRICE = re.compile(r"(.)\1{2,}")


@dataclass
class Talk:
    """The valid text messages of one scope and period.

    Attributes:
        texts: How many there are.
        messages: How many contain each term.
        speakers: Who wrote those.
    """

    texts: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    speakers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def topic(world: World) -> Table:
    """The most frequent terms of scopes all and group, by week and month."""
    table = Table(
        "marts",
        "mart_topic",
        ("period_type", "period_start", "scope_type", "scope_id", "term"),
        columns(
            "text: period_type; date: period_start; text: scope_type scope_id term; count: messages speakers;"
            "double: message_share; count: previous_messages; bool: is_activity_keyword"
        ),
    )
    keywords = _activity_keywords(world)
    segmenter = Segmenter(keywords)
    for period_type in ("week", "month"):
        heard = _heard(world, period_type, segmenter)
        for (scope, start), talk in heard.items():
            before = heard.get((scope, shift(period_type, start, -1)), Talk())
            has_before = _has_row(world, scope, period_type, shift(period_type, start, -1))
            for term in _top(talk):
                table.rows.append(
                    {
                        "period_type": period_type,
                        "period_start": start,
                        "scope_type": scope[0],
                        "scope_id": scope[1],
                        "term": term,
                        "messages": talk.messages[term],
                        "speakers": len(talk.speakers[term]),
                        "message_share": ratio(talk.messages[term], talk.texts),
                        "previous_messages": before.messages[term] if has_before else None,
                        "is_activity_keyword": term in keywords,
                    }
                )
    return table


def _heard(world: World, period_type: str, segmenter: Segmenter) -> dict[tuple[Scope, Any], Talk]:
    """What was said, by scope and period of the history."""
    heard: dict[tuple[Scope, Any], Talk] = defaultdict(Talk)
    starts = {day: period.start for period in _periods(world, period_type) for day in period.days}
    for message in world.messages:
        if not message.is_valid or message.message_type != "text" or message.sent_date not in starts:
            continue
        for scope in (("all", "all"), ("group", message.group_id)):
            talk = heard[scope, starts[message.sent_date]]
            talk.texts += 1
            for term in segmenter.terms(message.content or ""):
                talk.messages[term] += 1
                talk.speakers[term].add(message.member_id)
    return heard


def _periods(world: World, period_type: str) -> list[Any]:
    return periods(period_type, world.history_start, world.as_of)


def _has_row(world: World, scope: Scope, period_type: str, start: Any) -> bool:
    """Whether the scope has a row in that period (R6)."""
    groups = [world.groups[scope[1]]] if scope[0] == "group" else list(world.groups.values())
    first = min(group.first_date for group in groups if group.first_date)
    ends = {period.start: period.end for period in _periods(world, period_type)}
    return start in ends and first <= ends[start]


def _top(talk: Talk) -> list[str]:
    """By messages, then speakers, then the term itself."""
    ranked = sorted(talk.messages, key=lambda term: (-talk.messages[term], -len(talk.speakers[term]), term))
    return ranked[:TOP]


def _activity_keywords(world: World) -> set[str]:
    """Keywords of the activities that have started, in the terms' own spelling."""
    rows: list[Row] = [row for row in world.rows["activities"] if world.is_counted_time(row["started_at"])]
    texts = [text for row in rows for text in (row["topic_keywords"] or "").split("|")]
    return {_folded(text).strip() for text in texts} - {""}


class Segmenter:
    """Cuts texts into words, those of the seed and the keywords of activities in one piece."""

    def __init__(self, keywords: set[str]) -> None:
        self._jieba = Jieba()
        for word in sorted({_folded(row["word"]) for row in seed("topic_user_words")} | keywords):
            if _is_word(word):
                self._jieba.add_word(word, None, None)
        self._stop_words = {_folded(row["word"]) for row in seed("topic_stop_words")}
        self._known: dict[str, frozenset[str]] = {}

    def terms(self, text: str) -> frozenset[str]:
        """The words of a message that say what it is about."""
        if text not in self._known:
            rest = _folded(_MENTION.sub(" ", text))
            for pattern in _CLUTTER:
                rest = pattern.sub(" ", rest)
            self._known[text] = frozenset(word for word in self._jieba.cut(rest) if self._is_term(word))
        return self._known[text]

    def _is_term(self, word: str) -> bool:
        if not _is_word(word) or word in self._stop_words:
            return False
        return self._jieba.has_word(word) or not any(char in _FUNCTION for char in word)


def _is_word(word: str) -> bool:
    """Longer than a character, and neither a number, a quantity nor a cry."""
    if len(word) < 2 or not any(unicodedata.category(char)[0] == "L" for char in word):
        return False
    if sum(char.isdigit() for char in word) > 4:
        return False
    return not any(pattern.fullmatch(word) for pattern in (_NUMBER, _QUANTITY, _THRICE))


def _folded(text: str) -> str:
    """Full width as half width, capitals as small letters."""
    return unicodedata.normalize("NFKC", text).casefold()
