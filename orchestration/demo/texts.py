"""What the invented people write: a pool of texts by topic and product category."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
import pyarrow as pa

from orchestration.demo import vocabulary as words
from orchestration.demo.plan import Ints, Plan

TOPICS = tuple(words.TEMPLATES)
TOPIC_INDEX = {topic: number for number, topic in enumerate(TOPICS)}
_SEASONS = 4
_CELLS = _SEASONS + len(words.CATEGORIES) - 1


@dataclass(frozen=True)
class TextPool:
    """All texts in one array, those of a cell (topic, category in season) next to each other."""

    texts: pa.Array
    starts: Ints
    sizes: Ints

    def pick(self, rng: np.random.Generator, topics: Ints, categories: Ints, moments: Ints) -> Ints:
        """An index into `texts` for each message; a cell's first texts are the most common."""
        cells = np.where(categories == words.FRUIT, _season(moments), categories + _SEASONS - 1)
        place = topics, cells
        return np.asarray(
            self.starts[place] + self.sizes[place] * rng.random(len(topics)) ** 1.6, dtype=np.int64
        )


def _season(moments: Ints) -> Ints:
    month = moments.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12
    return month // 3


def write_texts(plan: Plan) -> TextPool:
    """The pool: `plan.texts` texts a cell, fewer where the words run out."""
    random = Random(f"{plan.seed}/{plan.scale}/texts")
    texts: list[str] = []
    starts = np.zeros((len(TOPICS), _CELLS), dtype=np.int64)
    sizes = np.zeros_like(starts)
    for topic_number, topic in enumerate(TOPICS):
        for cell in range(_CELLS):
            if topic in words.GENERIC_TOPICS and cell:
                starts[topic_number, cell] = starts[topic_number, 0]
                sizes[topic_number, cell] = sizes[topic_number, 0]
                continue
            fresh = _cell_texts(random, topic, cell, plan.texts)
            starts[topic_number, cell], sizes[topic_number, cell] = len(texts), len(fresh)
            texts += fresh
    return TextPool(pa.array(texts, pa.string()), starts, sizes)


def _cell_texts(random: Random, topic: str, cell: int, count: int) -> list[str]:
    """Distinct texts in order of invention, so that the common ones differ by seed."""
    category = words.FRUIT if cell < _SEASONS else cell - _SEASONS + 1
    goods = [item for item in words.GOODS[category] if _on_sale(item[4], cell)]
    found: dict[str, None] = {}
    for _ in range(count * 2):
        found[_one_text(random, topic, goods)] = None
        if len(found) == count:
            break
    return list(found)


def _on_sale(months: tuple[int, ...], cell: int) -> bool:
    if cell >= _SEASONS or not months:
        return True
    return any((month - 1) // 3 == cell for month in months)


def _one_text(random: Random, topic: str, goods: list[tuple[str, float, str, int, tuple[int, ...]]]) -> str:
    product, partner = random.choice(goods), random.choice(goods)
    return random.choice(words.TEMPLATES[topic]).format(
        p=product[0],
        p2=partner[0],
        price=product[1],
        u=product[2],
        n=random.randint(1, 9),
        buy=random.choice(words.BUY_WORDS),
        good=random.choice(words.PRAISE),
        good2=random.choice(words.PRAISE),
        bad=random.choice(words.TROUBLES),
        habit=random.choice(words.HABITS),
        life=random.choice(words.LIFE),
        place=random.choice(words.PLACES),
        end=random.choice(words.ENDINGS),
        short=random.choice(words.SHORT),
        noise=random.choice(words.NOISE),
    )
