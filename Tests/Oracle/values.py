"""Exact values of the oracle: days, instants, decimals and units. Integers and fractions only, never a float.

An instant is a count of microseconds since 1970-01-01T00:00:00Z, a day a count of days since 1970-01-01,
a quantity a count of millionths of its unit.
"""

import datetime
import functools
import re
from fractions import Fraction

MILLION = 1_000_000
MICROS_PER_DAY = 86_400 * MILLION

# Unit -> (what it measures, size in the smallest unit of that). The units that the contract names; a policy may
# name more, each of those then converts to nothing but itself.
CONTRACT_UNITS = {
    "m": ("length", Fraction(1)), "km": ("length", Fraction(1000)),
    "Wh": ("energy", Fraction(1)), "kWh": ("energy", Fraction(1000)),
    "g": ("mass", Fraction(1)), "kg": ("mass", Fraction(1000)),
    "order": ("order", Fraction(1)), "meal": ("meal", Fraction(1)), "trip": ("trip", Fraction(1)),
    "step": ("step", Fraction(1)), "day": ("day", Fraction(1)),
}

_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_MINUTE = re.compile(  # RFC 3339 with the seconds 00
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):00(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))\Z")
_SECONDS = {f"{second:02d}": second * MILLION for second in range(60)}
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_from_civil(year, month, day):
    """Days since 1970-01-01 in the proleptic Gregorian calendar, also for years before 1."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def parse_day(text):
    """The day of an ISO date, or None."""
    match = _DATE.match(text)
    if not match:
        return None
    year, month, day = (int(part) for part in match.groups())
    if not 1 <= month <= 12:
        return None
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= day <= _LENGTHS[month - 1] + (month == 2 and leap):
        return None
    return days_from_civil(year, month, day)


_day_cache = {}


def parse_instant(text):
    """The instant of an RFC 3339 text with offset, or None. Digits beyond microseconds are cut off."""
    seconds = _SECONDS.get(text[17:19])
    minute = None if seconds is None else _parse_minute(text[:17] + "00" + text[19:])
    return None if minute is None else minute + seconds


@functools.lru_cache(1 << 18)
def _parse_minute(text):
    """The instant of a text with the seconds 00: in a long history each minute comes again and again."""
    match = _MINUTE.match(text)
    if not match:
        return None
    date, hour, minute, fraction, sign, offset_hour, offset_minute = match.groups()
    if date not in _day_cache:
        _day_cache[date] = parse_day(date)
    day = _day_cache[date]
    hour, minute = int(hour), int(minute)
    if day is None or hour > 23 or minute > 59:
        return None
    offset = 0
    if sign:
        if int(offset_hour) > 23 or int(offset_minute) > 59:
            return None
        offset = (int(offset_hour) * 60 + int(offset_minute)) * (60 if sign == "+" else -60)
    micros = int(fraction[:6].ljust(6, "0")) if fraction else 0
    return ((day * 24 + hour) * 3600 + minute * 60 - offset) * MILLION + micros


def day_text(day):
    """The ISO date of a day of the years 1 to 9999."""
    return datetime.date.fromordinal(day + 719_163).isoformat()


def instant_text(instant):
    """RFC 3339 in UTC; a fraction only where there is one."""
    day, rest = divmod(instant, MICROS_PER_DAY)
    seconds, micros = divmod(rest, MILLION)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{day_text(day)}T{clock}{f'.{micros:06d}'.rstrip('0') if micros else ''}Z"


def parse_fraction(text):
    """The exact value of a plain decimal text, or None."""
    return Fraction(text) if isinstance(text, str) and _DECIMAL.match(text) else None


def whole_or_fraction(number):
    """The same number, as an int where it is whole: that is many times faster to reckon with than a Fraction."""
    return number.numerator if number.denominator == 1 else number


def millionths_text(millionths):
    """A count of millionths as the shortest plain decimal."""
    whole, rest = divmod(abs(millionths), MILLION)
    text = f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
    return f"-{text}" if millionths < 0 else text


def floor_times(integer, ratio):
    """floor(integer * ratio), exactly."""
    return integer * ratio.numerator // ratio.denominator
