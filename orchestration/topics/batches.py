"""Segmentation of many texts in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from orchestration.topics.segmenter import Segmenter

BATCH_ROWS = 50_000
TERMS_SCHEMA = pa.schema(
    [
        ("text_key", pa.string()),
        ("dictionary_version", pa.string()),
        ("terms", pa.list_(pa.string())),
    ]
)


def segmented(texts: pa.RecordBatchReader, segmenter: Segmenter) -> pa.RecordBatchReader:
    """Terms of each text, batch by batch as they are asked for.

    Args:
        texts: text_key and content.
        segmenter: Finds the terms; a text without any has an empty list.
    """

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in texts:
            terms = [segmenter.terms(content) for content in batch.column("content").to_pylist()]
            versions = pa.array([segmenter.version] * batch.num_rows, pa.string())
            columns = [batch.column("text_key"), versions, pa.array(terms, TERMS_SCHEMA.field("terms").type)]
            yield pa.RecordBatch.from_arrays(columns, schema=TERMS_SCHEMA)

    return pa.RecordBatchReader.from_batches(TERMS_SCHEMA, batches())
