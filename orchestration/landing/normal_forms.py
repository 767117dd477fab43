"""Text to normal form, in SQL: what is not a value of its type becomes NULL.

In normal form a plain cast never fails. The first branch of each macro proves what is in normal form already,
the common case, by casting there and back. `plain_<type>` knows the common case alone: where it is NULL, the
text may be a value of the type all the same.
"""

from __future__ import annotations

import duckdb

from orchestration.landing.catalogue import Entity
from orchestration.landing.lenient_forms import LENIENT_MACROS

_MONEY = r"[+-]?(\d+(\.\d*)?|\.\d+)"
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?"
_OFFSET = r"([Zz]|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"
_TIMESTAMP = rf"\d{{4}}-\d{{2}}-\d{{2}}([Tt ]{_TIME}{_OFFSET}?)?"

# An argument stands once in each macro where it can: macros are pasted in, and long statements plan slowly.
_MACROS = (
    # A moment's text; NULL outside the years 1 to 9999. Microseconds are kept, finer fractions were cut.
    r"""moment_text(moment) as
        nullif(regexp_extract(cast(moment as varchar), '^\d{4}-\d\d-\d\d [\d:.]+$'), '')""",
    # The database reads an offset only after seconds.
    r"""with_seconds(given) as regexp_replace(upper(given), '^(.{11}\d\d:\d\d)([Z+-].*)$', '\1:00\2')""",
    rf"""parsed_timestamp(given, zone) as
        case
            when not regexp_full_match(given, '{_TIMESTAMP}') then null
            when regexp_matches(given, ':.*{_OFFSET}$')
                then moment_text(timezone(zone, try_cast(with_seconds(given) as timestamptz)))
            else moment_text(try_cast(upper(given) as timestamp))
        end""",
    """plain_timestamp(given, zone) as
        case
            when strlen(given) = 19 and cast(try_cast(given as timestamp) as varchar) = given then given
            when strlen(given) = 19 and strftime(try_cast(given as timestamp), '%Y-%m-%dT%H:%M:%S') = given
                then cast(try_cast(given as timestamp) as varchar)
        end""",
    """normal_timestamp(given, zone) as
        case when plain_timestamp(given, zone) is not null then plain_timestamp(given, zone)
            else parsed_timestamp(given, zone) end""",
    """normal_date(given) as
        case when length(given) = 10 and cast(try_cast(given as date) as varchar) = given then given end""",
    # The cast rounds half away from zero.
    rf"""normal_money(given) as
        case
            when cast(try_cast(given as decimal(18, 2)) as varchar) = given then given
            when regexp_full_match(given, '{_MONEY}') then cast(try_cast(given as decimal(18, 2)) as varchar)
        end""",
    rf"""normal_number(given) as
        case when regexp_full_match(given, '{_MONEY}') and isfinite(try_cast(given as double))
            then ltrim(given, '+') end""",
    r"""normal_int(given) as
        case
            when cast(try_cast(given as bigint) as varchar) = given then given
            when regexp_full_match(given, '[+-]?\d+') then cast(try_cast(given as bigint) as varchar)
        end""",
    """normal_bool(given) as
        case when lower(given) in ('true', '1', '是') then 'true'
             when lower(given) in ('false', '0', '否') then 'false' end""",
    # A spreadsheet wrote a long id as a number: its last digits are gone.
    """is_destroyed_id(given) as
        contains(given, '+') and regexp_full_match(given, '-?\\d(\\.\\d+)?[eE]\\+\\d{2,3}')""",
    # For Parquet: a float's exact text, without exponent; whole numbers without a fraction.
    """float_text(given) as
        case
            when not isfinite(given) then cast(given as varchar)
            when given = trunc(given) and abs(given) < 1e15 then cast(cast(given as bigint) as varchar)
            when contains(cast(given as varchar), 'e')
                then coalesce(
                    rtrim(cast(try_cast(given as decimal(38, 15)) as varchar), '0'), cast(given as varchar))
            else cast(given as varchar)
        end""",
    """midnight_text(moment) as
        case when moment = date_trunc('day', moment) then cast(cast(moment as date) as varchar)
             else cast(moment as varchar) end""",
)


def create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the macros for this connection alone."""
    # It would join each column to its list of texts that mean unknown: seconds for a file of one row.
    connection.execute("set disabled_optimizers = 'in_clause'")
    for macro in (*_MACROS, *LENIENT_MACROS):
        connection.execute(f"create or replace temp macro {macro}")


def literal(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def row_key(entity: Entity) -> str:
    """What rows of one key of one raw table have in common, and no others; of the entity's raw columns."""
    raw_names = {column.name: column.raw_name for column in entity.columns}
    key = ", ".join(identifier(name) for column in entity.key if (name := raw_names[column]))
    return f"md5(to_json([{literal(entity.table)}, {key}])::varchar)"


def identifier(name: str) -> str:
    """`name` as an SQL name."""
    return '"' + name.replace('"', '""') + '"'
