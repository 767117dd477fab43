"""Personal contact data: keyed in raw, kept in the vault alone."""

from __future__ import annotations

import hmac
import os
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property

import duckdb
import pyarrow as pa

from orchestration.landing.catalogue import Column
from orchestration.landing.normal_forms import identifier, literal
from orchestration.settings import Settings

KEY_FILE = "hmac.key"
KEY_BYTES = 32
# A person of whom a file says the phone alone: this and the phone's key.
PHONE_ID = "phone:"
CONTACTS_FILE = "contacts.duckdb"
_CONTACTS = """
    create table if not exists contacts (
        system varchar, member_id varchar, display_name varchar, phone varchar,
        file_sha256 varchar, line bigint, load_seq bigint)"""
# Whatever else systems say of a person (receiver, address, …), by the column's name.
_OTHERS = "alter table contacts add column if not exists others varchar"
_OWN = ("display_name", "phone")
# What WeChat writes into a group, its quotes escaped where the text stands in JSON.
_NOTICE_END = re.compile(r"(?:加入了?|移出了?)群聊")
_QUOTED = re.compile(r'(\\?["“])([^"“”\\]*)(\\?["”])')
_NOTICE = re.compile(
    r'(?P<notice>(?:你|\\?["“][^"“”\\]*\\?["”])(?:邀请|通过扫描|将)[^\n]*?'
    r'(?:加入了?|移出了?)群聊)(?:，群聊参与人还有：[^"]*)?'
)


def vault_key(settings: Settings) -> bytes:
    """The key of the house; made on first use, readable by its owner alone."""
    path = settings.vault_dir / KEY_FILE
    if not path.exists():
        settings.vault_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written aside and renamed: a kill must not leave half a key behind.
        draft = path.with_name(f".{KEY_FILE}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    return path.read_bytes()


def normal_phone(text: str) -> str | None:
    """A phone's digits without China's country code; None where unknown or masked."""
    if len(text) == 11 and text.isascii() and text.isdecimal() and text[0] == "1":
        return text
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain or "*" in plain:
        return None
    digits = "".join(character for character in plain if character.isdecimal() and character.isascii())
    if digits.startswith("0086"):
        digits = digits[4:]
    elif digits.startswith("86") and (plain.startswith("+") or len(digits) == 13):
        digits = digits[2:]
    return digits or None


def phone_keys(phones: pa.Array, key: bytes) -> pa.Array:
    """HMAC-SHA256 in hex of each phone, NULL where there is none."""
    begun = hmac.new(key, b"phone\0", "sha256")

    def keyed(text: str) -> str | None:
        phone = normal_phone(text)
        if phone is None:
            return None
        digest = begun.copy()
        digest.update(phone.encode())
        return digest.hexdigest()

    return _each_once(phones, keyed)


def name_keys(names: pa.Array, key: bytes) -> pa.Array:
    """HMAC-SHA256 in hex of each name, NULL where there is none."""
    return _each_once(names, lambda name: _name_key(name, key) if name.strip() else None)


def _each_once(texts: pa.Array, keyed: Callable[[str], str | None]) -> pa.Array:
    """What `keyed` makes of each text, asked once for equal ones; NULL stays NULL."""
    found = texts.dictionary_encode()
    return pa.array(map(keyed, found.dictionary.to_pylist()), pa.string()).take(found.indices)


def _name_key(name: str, key: bytes) -> str:
    plain = unicodedata.normalize("NFKC", name).strip()
    return hmac.digest(key, b"name\0" + plain.encode(), "sha256").hex()


def keyed_notices(texts: pa.Array, key: bytes) -> pa.Array:
    """The texts, with keys in the place of names where WeChat tells who came into a group or was removed.

    `"甲"邀请"乙"加入了群聊` becomes `"<key>"邀请"<key>"加入了群聊`; who else is in the group is left out.
    """

    def keyed(match: re.Match[str]) -> str:
        return _QUOTED.sub(
            lambda quoted: (
                quoted[1] + "、".join(_name_key(name, key) for name in quoted[2].split("、")) + quoted[3]
            ),
            match["notice"],
        )

    return _each_once(texts, lambda text: _NOTICE.sub(keyed, text) if _NOTICE_END.search(text) else text)


# How a personal column becomes what raw holds of it.
KEYED: dict[str | None, Callable[[pa.Array, bytes], pa.Array]] = {
    "keyed": phone_keys,
    "named": name_keys,
    "noticed": keyed_notices,
}


def keyed_by(column: Column) -> Callable[[pa.Array, bytes], pa.Array] | None:
    """What makes the keys that raw holds of a column; None: it holds none."""
    return phone_keys if column.type == "phone" else KEYED.get(column.contact)


class Contacts:
    """The contact table of one landing, opened for the first file that needs it: that takes a while."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open = ExitStack()

    def __enter__(self) -> Contacts:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        return self._open.enter_context(open_contacts(self._settings))


@contextmanager
def open_contacts(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The contact table, in a file of its own."""
    path = settings.vault_dir / CONTACTS_FILE
    # Blocks are too small to share out, and a second thread would only wait for them busily.
    connection = duckdb.connect(str(path), config={"storage_compatibility_version": "latest", "threads": 1})
    try:
        path.chmod(0o600)
        connection.execute(_CONTACTS)
        connection.execute(_OTHERS)
        yield connection
    finally:
        connection.close()


def add_contacts(
    connection: duckdb.DuckDBPyConnection,
    contacts_of_file: pa.Table,
    system: str,
    file_sha256: str,
    load_seq: int,
) -> None:
    """Append what one file says of people.

    Args:
        connection: The contact table.
        contacts_of_file: member_id, line and personal columns; those the table lacks go to `others` as JSON.
        system: Whose file it is.
        file_sha256: Its digest.
        load_seq: Its place in the order of landings.
    """
    names = [name for name in contacts_of_file.column_names if name not in ("member_id", "line")]
    own = ", ".join(identifier(name) if name in names else "null" for name in _OWN)
    pairs = ", ".join(f"{literal(name)}: {identifier(name)}" for name in names if name not in _OWN)
    others = f"to_json({{{pairs}}})" if pairs else "null"
    connection.execute(
        "insert into contacts (system, member_id, display_name, phone, file_sha256, line, load_seq, others)"
        f" select ?, member_id, {own}, ?, line, ?, {others} from contacts_of_file",
        [system, file_sha256, load_seq],
    )


def delete_contacts(connection: duckdb.DuckDBPyConnection, file_sha256s: Collection[str]) -> None:
    """Remove the contacts of these files."""
    connection.execute("delete from contacts where list_contains(?, file_sha256)", [list(file_sha256s)])
