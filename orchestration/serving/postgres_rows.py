"""Rows as PostgreSQL takes them fastest: its binary `copy`, encoded column by column, many rows at a time.

A row is the number of its fields, then of each its size (-1: NULL) and its bytes, all of them big-endian.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_DAY_0 = 10_957  # 2000-01-01 in days since 1970: PostgreSQL counts from there
_MICROSECOND_0 = _DAY_0 * 86_400_000_000
_GROUP_DIGITS = 4  # a numeric is of digits to the base 10,000
_MINUS = 0x4000
_MOST = (1 << 63) - 1  # of a half that is not negative
_HALF = (1 << 32) - 1
_ONE_LIMB = 18  # digits that fit into 64 bits

Values = np.ndarray[Any, np.dtype[Any]]


def binary_rows(batches: pa.RecordBatchReader) -> Iterator[memoryview | bytes]:
    """What `copy … from stdin (format binary)` reads of these rows.

    Args:
        batches: Columns of text, numbers, decimals, booleans, dates, times and timestamps without zone.
    """
    yield _BEGIN
    for batch in batches:
        yield _encoded(batch)
    yield _END


def _encoded(batch: pa.RecordBatch) -> memoryview:
    """The rows of a batch: blocks of fixed width, and between them what differs in width from row to row."""
    parts: list[pa.Array] = []
    block = [np.array(batch.num_columns, ">i2")]
    for column in batch.columns:
        if pa.types.is_string(column.type):
            varying = column.cast(pa.binary())
            sizes = pc.fill_null(pc.binary_length(varying), -1).to_numpy()
        elif column.null_count:
            values, known = _values(column), column.is_valid().to_numpy(zero_copy_only=False)
            size = values.dtype.itemsize * int(np.prod(values.shape[1:]))
            varying = _binary(np.append(0, np.cumsum(known)) * size, values[known])
            sizes = np.where(known, size, -1)
        else:
            values = _values(column)
            block += [np.array(values[:1].nbytes, ">i4"), values]
            continue
        parts += [_side_by_side([*block, sizes.astype(">i4")], batch.num_rows), pc.fill_null(varying, b"")]
        block = []
    if block:
        parts.append(_side_by_side(block, batch.num_rows))
    return memoryview(pc.binary_join_element_wise(*parts, b"").buffers()[2])


def _side_by_side(fields: list[Values], rows: int) -> pa.Array:
    """Fields of fixed width, joined row by row; one without rows is the same in all."""
    kinds = [(str(place), field.dtype, field.shape[1:]) for place, field in enumerate(fields)]
    joined = np.empty(rows, dtype=kinds)
    for place, field in enumerate(fields):
        joined[str(place)] = field
    return _binary(np.arange(rows + 1) * joined.itemsize, joined)


def _binary(ends: Values, data: Values) -> pa.Array:
    buffers = [None, pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(np.ascontiguousarray(data))]
    return pa.Array.from_buffers(pa.binary(), len(ends) - 1, buffers)


def _values(column: pa.Array) -> Values:
    """The bytes of each value, as a big-endian number or several; of an unknown one they mean nothing."""
    kind = column.type
    if pa.types.is_boolean(kind):
        return _numbers(column.cast(pa.uint8()), np.uint8)
    if pa.types.is_date32(kind):
        return (_numbers(column, np.int32) - _DAY_0).astype(">i4")
    if pa.types.is_timestamp(kind):
        return (_numbers(column, np.int64) - _MICROSECOND_0).astype(">i8")
    if pa.types.is_decimal(kind):
        return _numeric(column)
    native = np.dtype(np.int64) if pa.types.is_time(kind) else np.dtype(kind.to_pandas_dtype())
    return _numbers(column, native).astype(native.newbyteorder(">"))


def _numbers(column: pa.Array, kind: Any, width: int = 1) -> Values:
    """The numbers that a column holds, `width` of them a value."""
    held = np.frombuffer(column.buffers()[1], dtype=kind)
    return held[column.offset * width : (column.offset + len(column)) * width]


def _numeric(column: pa.Array) -> Values:
    """Decimals: number of digits, weight of the first, sign, scale, and all digits that the type may need."""
    precision, scale = column.type.precision, column.type.scale
    low, high = _numbers(column, np.uint64, width=2).reshape(-1, 2).T
    is_negative = high > _MOST
    low = np.where(is_negative, ~low + np.uint64(1), low)
    high = np.where(is_negative, ~high + (low == 0), high)
    limbs = [low] if precision <= _ONE_LIMB else [high >> 32, high & _HALF, low >> 32, low & _HALF]
    odd = scale % _GROUP_DIGITS
    digits = [_divide(limbs, 10**odd) * 10 ** (_GROUP_DIGITS - odd)] if odd else []
    whole, part = (-(-places // _GROUP_DIGITS) for places in (precision - scale, scale))
    digits += [_divide(limbs, 10**_GROUP_DIGITS) for _ in range(whole + part - len(digits))]
    written = np.empty((len(column), 4 + len(digits)), ">i2")
    written[:, 0] = len(digits)
    written[:, 1] = whole - 1
    written[:, 2] = np.where(is_negative, _MINUS, 0)
    written[:, 3] = scale
    for place, digit in enumerate(reversed(digits), 4):
        written[:, place] = digit
    return written


def _divide(limbs: list[Values], divisor: int) -> Values:
    """Divide numbers, given as halves of 64 bits from the highest on, in place; gives what remains."""
    rest = np.zeros_like(limbs[0])
    for place, limb in enumerate(limbs):
        limbs[place], rest = np.divmod((rest << 32) | limb, divisor)
    return rest
