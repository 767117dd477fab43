"""A text without what is not said by its writer: addresses, mentions, codes, long numbers."""

from __future__ import annotations

import re
import unicodedata

# WeChat ends a mention with this space; folding would make it a plain one.
_MENTION_END = "\u2005"
_MARK = "\x00"
# Characters of addresses: printable ASCII. Chinese text may follow an address without a space.
_ADDRESS = r"[\x21-\x7e]"
_NOISE = re.compile(
    "|".join(
        (
            rf"https?://{_ADDRESS}+",
            rf"www\.{_ADDRESS}+",
            rf"#小程序://[^\s/]+/{_ADDRESS}*",
            r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+",  # mail
            rf"(?<![a-z0-9])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|top|shop|vip|cc|me|co|app)"
            rf"(?![a-z0-9])(?:/{_ADDRESS}*)?",
            rf"@[^@\n{_MARK}]{{1,40}}{_MARK}",  # a name picked from the list of members
            rf"@[^\s@{_MARK},.;:!?()，。；：！？、（）]*",
            r"[¥$€£]\s?[0-9a-z]{8,}\s?[¥$€£]?",  # codes that open a shop's page
            r"\[[^\[\]\s]{1,12}\]",  # [微笑], [图片]
            r"wxid_[0-9a-z_-]+",
            r"[0-9a-z_+#%.-]*[0-9]{5}[0-9a-z_+#%.-]*",  # phones, orders, parcels
        )
    )
)
# Without one of these there is nothing to take out, and most texts have none.
_TRACE = re.compile(r"[0-9a-z@\[¥$€£#]")


def fold(text: str) -> str:
    """Full-width characters as half-width ones, capitals as small ones."""
    return unicodedata.normalize("NFKC", text).casefold()


def clean(text: str) -> str:
    """The folded text with a blank in place of all that is no word: what remains is to be segmented."""
    folded = fold(text.replace(_MENTION_END, _MARK))
    return _NOISE.sub(" ", folded) if _TRACE.search(folded) else folded
