"""Distinct texts segmented a second of processor time, by the dictionary of the seeds."""

from __future__ import annotations

import argparse
import csv
import resource
import time
from random import Random

import pyarrow as pa

from orchestration.demo.texts import TOPICS, words
from orchestration.settings import PROJECT_DIR
from orchestration.topics import Segmenter
from orchestration.topics.batches import BATCH_ROWS, segmented

SCHEMA = pa.schema([("text_key", pa.string()), ("content", pa.string())])


def seed(name: str) -> list[str]:
    with (PROJECT_DIR / "seeds" / f"{name}.csv").open(encoding="utf-8") as stream:
        return [row["word"] for row in csv.DictReader(stream)]


def texts(count: int) -> pa.RecordBatchReader:
    """Sentences of the demo, each with a number so that all differ, and a clause more in half of them."""
    random = Random(1)
    goods = [item for items in words.GOODS.values() for item in items]

    def sentence(number: int) -> str:
        product, partner = random.choice(goods), random.choice(goods)
        one = random.choice(words.TEMPLATES[random.choice(TOPICS)]).format(
            p=product[0],
            p2=partner[0],
            price=product[1],
            u=product[2],
            n=number,
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
        return f"{one} {number}" if number % 2 else f"{one}，{random.choice(words.LIFE)} {number}"

    def batches():  # type: ignore[no-untyped-def]
        for start in range(0, count, BATCH_ROWS):
            numbers = range(start, min(start + BATCH_ROWS, count))
            columns = [[str(number) for number in numbers], [sentence(number) for number in numbers]]
            yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=SCHEMA)

    return pa.RecordBatchReader.from_batches(SCHEMA, batches())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=1_000_000)
    wanted = parser.parse_args().texts
    invented = texts(wanted).read_all()
    started = time.process_time()
    segmenter = Segmenter(seed("topic_user_words"), seed("topic_stop_words"))
    ready = time.process_time()
    found = sum(
        len(batch.column("terms").flatten())
        for batch in segmented(invented.to_reader(max_chunksize=BATCH_ROWS), segmenter)
    )
    seconds = time.process_time() - ready
    print(f"dictionary: {ready - started:.2f} s")
    print(f"{wanted} texts, {found} terms: {seconds:.1f} s, {wanted / seconds:,.0f} texts/s")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
