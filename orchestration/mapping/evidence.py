"""What speaks for a name of a file being a column of the neutral export: its wording, and its values."""

from __future__ import annotations

import difflib
import re
from functools import cache

import duckdb

from orchestration.landing.catalogue import Column, Entity, load_catalogue
from orchestration.landing.inbox import CANONICAL
from orchestration.landing.mappings import EMPTY, LENIENT
from orchestration.landing.normal_forms import create_macros, literal
from orchestration.landing.vault import normal_phone
from orchestration.landing.wording import plain_name
from orchestration.mapping.words import known_words, plain_word
from orchestration.settings import Settings

AS_WRITTEN, OF_VENDORS, KNOWN_IDS, WORDS, PHONES = 1.0, 0.9, 0.85, 0.75, 0.7
ENOUGH = 0.8
_MOBILE = re.compile(r"1[3-9]\d{9}|1[3-9]\d\*{4}\d{4}")
_DATED = re.compile(r"\d[-/.年:T]\d|\d{10}")
# Where the ids are that the warehouse knows, by the end of a column's name.
_KNOWN = {
    "member_id": ("int_accounts", "account_id"),
    "sender_id": ("int_accounts", "account_id"),
    "receiver_id": ("int_accounts", "account_id"),
    "actor_id": ("int_accounts", "account_id"),
    "inviter_id": ("int_accounts", "account_id"),
    "sharer_id": ("int_accounts", "account_id"),
    "visitor_id": ("int_accounts", "account_id"),
    "group_id": ("int_all_groups", "group_id"),
    "staff_id": ("int_all_staff", "staff_id"),
    "activity_id": ("int_all_activities", "activity_id"),
    "channel_id": ("int_all_channels", "channel_id"),
    "product_id": ("int_all_products", "product_id"),
    "order_id": ("int_all_orders", "order_id"),
    "live_id": ("int_all_live_sessions", "live_id"),
}


class Evidence:
    """What the values of a file's columns could be.

    Args:
        columns: Texts by name.
        settings: The house, whose warehouse may know some of the ids.
    """

    def __init__(self, columns: dict[str, list[str]], settings: Settings) -> None:
        self._texts = {
            name: [text for text in texts if text and text not in EMPTY] for name, texts in columns.items()
        }
        self._known = _known_shares(self._texts, settings)
        self._parsing = duckdb.connect()
        create_macros(self._parsing)
        self._zone = settings.business_timezone
        self._shares: dict[tuple[str, str], float] = {}

    def parsed(self, name: str, kind: str) -> float:
        """The share of a column's values that are of a lenient type; 1 where it has none."""
        if (name, kind) not in self._shares:
            texts = self._texts[name]
            zone = f", {literal(self._zone)}" if kind in ("moment", "day") else ""
            row = self._parsing.execute(
                f"select count(normal_{kind}(given{zone})) from (select unnest(?::varchar[]) as given)",
                [texts],
            ).fetchone()
            self._shares[name, kind] = row[0] / len(texts) if row and texts else 1.0
        return self._shares[name, kind]

    def are_phones(self, name: str) -> bool:
        """Whether most values are mobile numbers."""
        texts = self._texts[name]
        phones = [
            text for text in texts if _MOBILE.fullmatch(text) or _MOBILE.fullmatch(normal_phone(text) or "")
        ]
        return bool(texts) and len(phones) >= ENOUGH * len(texts)

    def words(self, name: str, column: Column) -> dict[str, str | None]:
        """The words that stand under a name, and what each is in a column that holds one of a few."""
        known = known_words(column)
        return {text: known.get(plain_word(text)) for text in dict.fromkeys(self._texts[name])}

    def score(self, name: str, column: Column, entity: Entity) -> tuple[float, str]:
        """How much speaks for a name being a column (0 to 1), and what: name, alike or values."""
        kind = LENIENT.get(column.type)
        if kind and self.parsed(name, kind) < ENOUGH:
            return 0.0, ""
        words = self.words(name, column) if column.values else {}
        if column.values and self._texts[name] and not any(words.values()):
            return 0.0, ""
        worded = _worded(plain_name(name.rsplit(".", 1)[-1]), entity, column)
        found = [(worded, "name" if worded >= OF_VENDORS else "alike")]
        if self._known.get((name, column.name), 0) > 1 - ENOUGH:
            found.append((KNOWN_IDS, "values"))
        # One word alone may mean anything.
        if len(words) > 1 and all(words.values()):
            found.append((WORDS, "values"))
        is_dated = kind == "moment" and self._texts[name] and all(map(_DATED.search, self._texts[name]))
        if is_dated:
            found.append((0.55, "values"))
        if self.are_phones(name):
            if column.type == "id" and column.name in entity.member_ids:
                found.append((PHONES, "values"))
            elif column.contact != "keyed":
                return 0.0, ""
        return max(found)


def _worded(name: str, entity: Entity, column: Column) -> float:
    own = {plain_name(wording) for wording in (column.name, *column.headers)}
    if name in own:
        return AS_WRITTEN
    if name in _vendor_words().get((entity.name, column.name), ()):
        return OF_VENDORS
    return max((_likeness(name, wording) for wording in own), default=0.0)


def _likeness(name: str, wording: str) -> float:
    """0 to 0.8: how alike two wordings are; one within the other is much."""
    short, long = sorted((name, wording), key=len)
    if len(short) >= 2 and short in long:
        return 0.5 + 0.3 * len(short) / len(long)
    ratio = difflib.SequenceMatcher(None, name, wording).ratio()
    return 0.8 * ratio if ratio >= 0.65 else 0.0


@cache
def _vendor_words() -> dict[tuple[str, str], frozenset[str]]:
    """How vendors call the columns of the neutral export: their headers of columns of the same name."""
    found: dict[str, set[str]] = {}
    for entity in load_catalogue().entities:
        if entity.is_recognised:
            for column in entity.columns:
                found.setdefault(column.name, set()).update(map(plain_name, column.headers))
    return {
        (entity.name, column.name): frozenset(found.get(column.name, ()))
        for entity in load_catalogue().systems[CANONICAL].values()
        for column in entity.columns
    }


def _known_shares(texts: dict[str, list[str]], settings: Settings) -> dict[tuple[str, str], float]:
    """By name and id column the share of values that the warehouse knows; none where it cannot be asked."""
    if not settings.private_db.exists():
        return {}
    try:
        connection = duckdb.connect(str(settings.private_db), read_only=True)
    except duckdb.Error:
        return {}
    shares = {}
    with connection:
        for name, found in texts.items():
            values = sorted(set(found))
            for column, (model, key) in _KNOWN.items():
                try:
                    known = f"select distinct {key} from intermediate.{model} where list_contains(?, {key})"
                    row = connection.execute(f"select count(*) from ({known})", [values]).fetchone()
                except duckdb.Error:
                    return {}
                if row and values:
                    shares[name, column] = row[0] / len(values)
    return shares
