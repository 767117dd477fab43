"""How names that people write are compared: of columns, of sheets."""

from __future__ import annotations

import re
import unicodedata

_NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_GAP = re.compile(r"[\s_]+")


def plain_name(name: str) -> str:
    """A name without what does not matter: width, case, white space, `_` and notes in brackets."""
    return _GAP.sub("", _NOTE.sub("", unicodedata.normalize("NFKC", name))).casefold()
