"""Arrow columns from numpy arrays; what is unknown becomes an empty cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo.plan import DAY, FOREVER, NONE, Bools, Floats, Ints


def ids(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """Ids such as `g0001`: `prefix` and the number, padded with zeros to `width`."""
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def lookup(values: pa.Array | Sequence[str | None], index: Ints) -> pa.Array:
    """`values[index]`, empty where the index is NONE."""
    pool = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    return pool.take(pa.array(index, mask=index < 0))


def moments(seconds: Ints) -> pa.Array:
    """Timestamps; NONE and FOREVER are empty."""
    return pa.array(seconds, pa.int64(), mask=(seconds < 0) | (seconds >= FOREVER)).cast(pa.timestamp("s"))


def days(seconds: Ints) -> pa.Array:
    """The days of the moments; NONE is empty."""
    return pa.array((seconds // DAY).astype(np.int32), pa.int32(), mask=seconds < 0).cast(pa.date32())


def money(cents: Ints) -> pa.Array:
    """Yuan with two decimals; NONE is empty."""
    cents = np.ascontiguousarray(cents, dtype=np.int64)
    wide = np.empty((len(cents), 2), dtype=np.int64)
    wide[:, 0], wide[:, 1] = cents, cents >> 63
    bits = np.packbits(cents != NONE, bitorder="little")
    return pa.Array.from_buffers(pa.decimal128(14, 2), len(cents), [pa.py_buffer(bits), pa.py_buffer(wide)])


def whole(numbers: Ints) -> pa.Array:
    """Whole numbers; NONE is empty."""
    return pa.array(numbers, pa.int64(), mask=numbers == NONE)


def decimals(numbers: Floats) -> pa.Array:
    """Numbers with a fraction; NaN is empty."""
    return pa.array(numbers, pa.float64(), mask=np.isnan(numbers))


def flags(truths: Bools) -> pa.Array:
    """true or false."""
    return pa.array(truths, pa.bool_())


def empty(count: int) -> pa.Array:
    """A text column without a value."""
    return pa.nulls(count, pa.string())


def joined(parts: Sequence[Ints]) -> Ints:
    """The arrays one after the other."""
    return np.concatenate([np.asarray(part, dtype=np.int64) for part in parts])
