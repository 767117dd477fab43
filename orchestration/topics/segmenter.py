"""Chinese word segmentation by rjieba, with this trade's words and without words that say nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import rjieba

from orchestration.topics.cleaning import clean, fold

_CACHED_WORDS = 1 << 18
_MOST_DIGITS = 4
# Written numbers, with the measure word that the segmenter leaves at them: 两份, 第三次, 五月.
_NUMBER = re.compile(
    "[第约近]?[零〇一二三四五六七八九十百千万亿两几半]+"
    "[个份只件条瓶罐箱袋包盒斤两克张块元角分毛次天日号月年周岁点位人名支双套把根颗粒片枚串篮提卷桶杯碗盘组批单样种层楼栋米折倍回遍趟秒度]?"
)
_QUANTITY = re.compile(r"[0-9.]+[a-z]{1,3}")
_REPEATED = re.compile(r"(.)\1{2,}")
# A word unknown to the dictionary, guessed from its characters, is none with one of these: 价是, 个剧.
_FUNCTION_CHARACTERS = frozenset(
    "的了着过是在有没不也都就还又很太吗呢吧啊呀哦嘛啦我你他她它这那要会能可和跟给把被让到去来说个些"
)


class Segmenter:
    """Terms of texts by one dictionary.

    Attributes:
        version: Equal where segmenter, cleaning, words and stop words are equal.
    """

    def __init__(self, words: Iterable[str], stop_words: Iterable[str]) -> None:
        """Take the words; each is folded, and what could be no term is passed over.

        Args:
            words: To be kept in one piece.
            stop_words: Never terms.
        """
        self._jieba = rjieba.Jieba()
        self._stop_words = frozenset(map(fold, stop_words))
        known = sorted({folded for word in words if self._is_word(folded := fold(word).strip())})
        for word in known:
            self._jieba.add_word(word, None, None)
        self.version = _digest(known, self._stop_words)
        self._is_kept = lru_cache(_CACHED_WORDS)(self._is_term)

    def terms(self, text: str) -> list[str]:
        """The distinct terms of a text, sorted."""
        return sorted({token for token in self._jieba.cut(clean(text)) if self._is_kept(token)})

    def _is_term(self, token: str) -> bool:
        if not self._is_word(token) or token in self._stop_words:
            return False
        return self._jieba.has_word(token) or _FUNCTION_CHARACTERS.isdisjoint(token)

    @staticmethod
    def _is_word(token: str) -> bool:
        """Whether a token is more than a character, a number, a cry or a blank."""
        return (
            len(token) > 1
            and any(character.isalpha() for character in token)
            and sum(character.isdigit() for character in token) <= _MOST_DIGITS
            and not any(character.isspace() for character in token)
            and not any(pattern.fullmatch(token) for pattern in (_NUMBER, _QUANTITY, _REPEATED))
        )


def _digest(words: list[str], stop_words: frozenset[str]) -> str:
    digest = hashlib.md5(version("rjieba").encode(), usedforsecurity=False)
    for name in ("cleaning.py", "segmenter.py"):
        digest.update((Path(__file__).parent / name).read_bytes())
    digest.update("\n".join([*words, "", *sorted(stop_words)]).encode())
    return digest.hexdigest()
