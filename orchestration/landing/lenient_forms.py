"""Macros for what systems write: each lenient type of docs/sources.md into the normal form of a strict one.

They go on where `normal_forms` ends. What most files hold, `plain_<type>` knows by itself: the long patterns
of `normal_<type>` take milliseconds to compile, and that for each block.
"""

from __future__ import annotations

# What systems write around numbers and moments; full width becomes half width first.
_ASCII = "".join(map(chr, range(0x21, 0x7F))).replace("'", "")
_WIDE = "".join(chr(ord(character) + 0xFEE0) for character in _ASCII) + "￥−　"
_NARROW = _ASCII + "¥- "
_GROUPED = r"((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?"
_LARGE = r"\s*[万亿]?"
_DAY = r"\d{4}(-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2}|年\d{1,2}月\d{1,2}日)"
_CLOCK = r"\d{1,2}(:\d{1,2}(:\d{1,2}(\.\d+)?)?|[时点]\d{1,2}分(\d{1,2}秒)?)"
_LATE_OFFSET = r"([Zz]|[+-]\d{2}:?\d{2})"
_MOMENT = rf"{_DAY}([Tt]|\s*)({_CLOCK}{_LATE_OFFSET}?)?"
_NO_MOMENT = r"0(\.0+)?|(0000-00-00|0001-01-01)([ T]00:00:00(\.0+)?Z?)?"
_LENGTH = r"(\d{1,5}天)?(\d{1,6}小?时)?(\d{1,7}分钟?)?(\d{1,9}(\.\d{1,6})?秒)?"
_STOPWATCH = r"(\d{1,6}:)?[0-5]?\d:[0-5]\d(\.\d{1,6})?"


def _amount(units: str = "", signs: str = "") -> str:
    """Pattern of an amount with these words before or behind it; in brackets it is negative."""
    before = rf"(({signs})\s*)?" if signs else ""
    behind = rf"\s*({units})?" if units else ""
    plain = rf"{_GROUPED}{_LARGE}{behind}"
    return rf"[+-]?{before}[+-]?{plain}|\({before}{plain}\)"


_YUAN = _amount(units="元", signs="¥|RMB|CNY")
_COUNT = _amount(units="人次|人|位|名|次|条|个|件|单|笔|份|篇")
_DECIMAL = _amount()

LENIENT_MACROS = (
    # Without a plus too: `1.23E17`.
    """is_destroyed_vendor_id(given) as
        regexp_full_match(given, '-?\\d(\\.\\d+[eE]\\+?|[eE]\\+)\\d{2,3}')""",
    f"""half_width(given) as trim(translate(given, '{_WIDE}', '{_NARROW}'))""",
    # `499.00（系统计算中）`: the note has a letter, or it would be a negative amount.
    r"""without_note(given) as regexp_replace(half_width(given), '(\S)\s*\([^()]*\pL[^()]*\)$', '\1')""",
    # Of a text that an amount's pattern matched. No product can overflow: 28 and 9 digits are 37.
    r"""amount(given) as
        try_cast(regexp_replace(given, '[^\d.eE+-]', '', 'g') as decimal(28, 10))
            * cast(
                case when given[1] = '(' then -1 else 1 end
                * case regexp_extract(given, '[万亿]') when '亿' then 100000000 when '万' then 10000
                    else 1 end as decimal(9, 0))""",
    """amount_like(given, pattern) as case when regexp_full_match(given, pattern) then amount(given) end""",
    # Of a decimal, which always has a point.
    r"""short_text(given) as regexp_replace(cast(given as varchar), '\.?0+$', '')""",
    """plain_fen(given) as
        cast(try_cast(
            cast(try_cast(normal_int(given) as bigint) as decimal(20, 0)) * cast(0.01 as decimal(3, 2))
            as decimal(18, 2)) as varchar)""",
    # With two zeros before its digits a point always has something to stand behind.
    r"""normal_fen(given) as
        case when plain_fen(given) is not null then plain_fen(given)
            when regexp_full_match(half_width(given), '[+-]?\d{1,18}(\.0*)?')
            then normal_money(regexp_replace(
                regexp_replace(half_width(given), '^([+-]?)(\d+)(\.0*)?$', '\100\2'), '(..)$', '.\1')) end""",
    """plain_yuan(given) as normal_money(given)""",
    # A case, not coalesce: of the latter the database works out common parts of both sides beforehand.
    f"""normal_yuan(given) as
        case when plain_yuan(given) is not null then plain_yuan(given)
            else cast(
                try_cast(amount_like(without_note(given), '{_YUAN}') as decimal(18, 2)) as varchar) end""",
    r"""whole_text(given) as
        cast(try_cast(regexp_extract(cast(given as varchar), '^(-?\d+)\.0+$', 1) as bigint) as varchar)""",
    """plain_count(given) as normal_int(given)""",
    f"""normal_count(given) as
        case when plain_count(given) is not null then plain_count(given)
            else whole_text(amount_like(without_note(given), '{_COUNT}')) end""",
    """plain_decimal(given) as normal_number(given)""",
    f"""normal_decimal(given) as
        case when plain_decimal(given) is not null then plain_decimal(given)
            else short_text(amount_like(without_note(given), '{_DECIMAL}')) end""",
    """hundredth(given) as short_text(try_cast(given as decimal(30, 16)) * cast(0.01 as decimal(3, 2)))""",
    f"""grouped_hundredth(given) as
        case when regexp_full_match(given, '[+-]?{_GROUPED}') then hundredth(replace(given, ',', '')) end""",
    """plain_percent(given) as hundredth(normal_number(given))""",
    r"""normal_percent(given) as
        case when plain_percent(given) is not null then plain_percent(given)
            else grouped_hundredth(regexp_replace(without_note(given), '\s*%$', '')) end""",
    """plain_share(given) as normal_number(given)""",
    """normal_share(given) as
        case when plain_share(given) is not null then plain_share(given)
             when ends_with(without_note(given), '%') then normal_percent(given)
             else normal_decimal(given) end""",
    # A number times ten to the `places`, cut; decimals of more than 18 digits would take ten times as long.
    """shifted(given, places) as
        cast(
            split_part(given, '.', 1) || rpad(left(split_part(given, '.', 2), places), places, '0')
            as bigint)""",
    # Serial days count from 1899-12-30; 15 digits leave microseconds in doubt.
    """moment_of_serial(days) as make_timestamp(cast(round((days - 25569) * 86400000) as bigint) * 1000)""",
    # Seconds have 10 digits, milliseconds 13.
    """moment_of_count(given, digits, zone) as
        moment_text(
            case digits
                when 5 then moment_of_serial(cast(given as double))
                when 10 then timezone(zone, timezone('UTC', make_timestamp(shifted(given, 6))))
                else timezone(zone, timezone('UTC', make_timestamp(shifted(given, 3)))) end)""",
    # 2026.1.2 first, so that a single digit behind a point is one of a fraction, and gets no zero before it.
    r"""as_iso(given) as
        rtrim(regexp_replace(
            translate(
                regexp_replace(
                    regexp_replace(translate(given, 'Tt', '  '), '^(\d{4})\.(\d{1,2})\.', '\1-\2-'),
                    '([^.\d])(\d)\b', '\10\2', 'g'),
                '/年月日时点分秒', '--- :::'),
            '^(.{10}) *', '\1 '), ': ')""",
    rf"""moment_as_written(given) as
        case when regexp_full_match(half_width(given), '{_MOMENT}') then as_iso(half_width(given))
            else regexp_replace(
                given, '^(\d{{4}})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?(?:\.0+)?$', '\1-\2-\3 \4:\5:\6') end""",
    """since_1970(given, microseconds, zone) as
        cast(timezone(zone, make_timestamptz(cast(given as bigint) * microseconds)) as varchar)""",
    r"""plain_moment(given, zone) as
        case
            when strlen(given) = 19 then plain_timestamp(given, zone)
            when strlen(given) = 13 and regexp_full_match(given, '\d+') then since_1970(given, 1000, zone)
            when strlen(given) = 10 and regexp_full_match(given, '\d+') then since_1970(given, 1000000, zone)
        end""",
    # Named once, for `parsed_timestamp` reads it three times.
    r"""normal_moment(given, zone) as
        case
            when plain_moment(given, zone) is not null then plain_moment(given, zone)
            when regexp_full_match(given, '(\d{5}|\d{10}|\d{13})(\.\d{1,20})?')
                then moment_of_count(given, strpos(given || '.', '.') - 1, zone)
            else list_transform(
                [rtrim(moment_as_written(given), ': ')], lambda iso: parsed_timestamp(iso, zone))[1]
        end""",
    """plain_day(given, zone) as
        case when strlen(given) = 10 and given[5] = '-' then normal_date(given)
            else left(plain_moment(given, zone), 10) end""",
    r"""normal_day(given, zone) as
        case when regexp_full_match(given, '\d{4}-\d\d-\d\d') then normal_date(given)
            else left(normal_moment(given, zone), 10) end""",
    f"""is_no_moment(given) as starts_with(given, '0') and regexp_full_match(given, '{_NO_MOMENT}')""",
    r"""length_in_words(given) as
        regexp_replace(replace(replace(replace(replace(given, '天', ' days '), '时', ' hours '),
            '分', ' minutes '), '秒', ' seconds '), '[小钟]', '', 'g')""",
    rf"""length_as_written(given) as
        short_text(cast(epoch(try_cast(
            case when regexp_full_match(given, '{_LENGTH}') then length_in_words(given)
                 when regexp_full_match(given, '{_STOPWATCH}')
                     then repeat('00:', 3 - len(string_split(given, ':'))) || given end
            as interval)) as decimal(18, 6)))""",
    """plain_seconds(given) as normal_number(given)""",
    r"""normal_seconds(given) as
        case when plain_seconds(given) is not null then plain_seconds(given)
            when regexp_matches(given, '[:：天时分秒]') then length_as_written(without_note(given))
            else normal_decimal(given) end""",
    """sixtyfold(given) as short_text(try_cast(given as decimal(28, 10)) * cast(60 as decimal(3, 0)))""",
    """plain_minutes(given) as sixtyfold(normal_number(given))""",
    r"""normal_minutes(given) as
        case when plain_minutes(given) is not null then plain_minutes(given)
            when regexp_matches(given, '[:：天时分秒]') then length_as_written(without_note(given))
            else sixtyfold(normal_decimal(given)) end""",
    """normal_flag(given) as
        case when lower(given) in ('true', 'yes', '1', '是', '有') or given[1] = '已' then 'true'
             when lower(given) in ('false', 'no', '0', '否', '无') or given[1] = '未' then 'false' end""",
)
