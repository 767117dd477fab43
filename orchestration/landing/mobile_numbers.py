"""Mobile numbers in columns that the gate does not know: masked, since nobody could key or move them."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

_DIGITS = r"(1[3-9][0-9])[- ]?[0-9]{4}[- ]?([0-9]{4})"
# JSON spells a control character as \u00 and two digits: these are no part of the number behind them.
_MOBILE = re.compile(
    rf"(?:(?<![0-9])|(?<=\\u00[01][0-9a-f]))((?:\+|00)?86[- ]?)?{_DIGITS}(?![0-9])", re.IGNORECASE
)


def mask_phones(text: str) -> str:
    """`text` with mobile numbers as 138****0001; with or without 86, in one piece or split 3-4-4."""
    return _MOBILE.sub(r"\1\2****\3", text)


def mask_column(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """`mask_phones` of each text, NULL stays NULL."""
    may_hold = pc.match_substring_regex(texts, _DIGITS)
    if not pc.any(may_hold).as_py():
        return texts
    masked = [mask_phones(text) if text is not None else None for text in texts.to_pylist()]
    return pa.chunked_array([pa.array(masked, texts.type)])
