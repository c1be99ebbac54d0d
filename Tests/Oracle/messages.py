"""The form of one activity message, read from the contract's field table.

A message may have several faults at once, and the contract does not say which of them is named: a refusal therefore
carries every reason that would be right. Where the contract is silent, what is decided here is said beside it.
"""

import json
import re

from values import MILLION, parse_instant

MAXIMUM_BYTES = 16 * 1024
FIELDS = ("id", "resident", "behaviour", "quantity", "unit", "ended_at", "started_at", "region", "evidence",
          "claimed_g", "seq", "reverses")

_PRINTABLE = re.compile(r"[\x20-\x7e]{1,64}\Z")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}\Z")
_REGION = re.compile(r"[1-9][0-9]{5}\Z")
_DIGITS = re.compile(r"([0-9]+)(?:\.([0-9]+))?\Z")
_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?\Z")


class Number(str):
    """The text of a JSON number, told from a JSON string by its type."""


class Pairs(list):
    """The members of a JSON object in the order of the text, repeated names included."""


class Refused(Exception):
    """The message has no usable form. `reasons` are all the right codes, the likeliest first."""

    def __init__(self, reasons, activity_id=None, resident=None, is_id_certain=False):
        super().__init__(", ".join(reasons))
        self.reasons = tuple(dict.fromkeys(reasons))
        self.activity_id = activity_id
        self.resident = resident
        self.is_id_certain = is_id_certain


class Message:
    """A message of good form. Quantities in millionths, instants in microseconds, None = absent."""

    __slots__ = FIELDS

    def content(self):
        """What two messages of one id must share to be the same: all but the partner's counter."""
        return (self.resident, self.behaviour, self.quantity, self.unit, self.ended_at, self.started_at, self.region,
                self.evidence, self.claimed_g, self.reverses)


def _refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


_decoder = json.JSONDecoder(object_pairs_hook=Pairs, parse_float=Number, parse_int=Number,
                            parse_constant=_refuse_constant)


def _has_lone_surrogate(value):
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if any("\ud800" <= character <= "\udfff" for character in item):
                return True
        elif isinstance(item, Pairs):
            for name, member in item:
                waiting += (name, member)
        elif isinstance(item, list):
            waiting += item
    return False


def _parse(raw):
    if len(raw) > MAXIMUM_BYTES:
        raise Refused(["message_too_large"])
    try:
        text = raw.decode("utf-8")
        value = _decoder.decode(text)
    except (ValueError, RecursionError):
        raise Refused(["malformed_json"]) from None
    if "\\u" in text and _has_lone_surrogate(value):
        raise Refused(["malformed_json", "invalid_value"])
    if not isinstance(value, Pairs):
        raise Refused(["not_an_object"])
    return value


class _Reader:
    """Reads the fields of one object and collects what is wrong with them."""

    def __init__(self, pairs, units):
        self.units = units
        self.values = {}
        self.faults = []
        self.repeated = set()
        for name, value in pairs:
            if name in self.values:
                self.repeated.add(name)
            elif name in FIELDS:
                self.values[name] = value
        if self.repeated:
            self.faults.append("duplicate_field")

    def fault(self, *reasons):
        self.faults += reasons

    def text(self, name, is_required=False):
        """A string, or None. `null` is the same as absent: many writers know no other way."""
        value = self.values.get(name)
        if type(value) is str:  # and no Number
            return value
        if value is not None:
            self.fault("wrong_type")
        elif is_required:
            self.fault("missing_field")
            if name in self.values:
                self.fault("wrong_type")
        return None

    def matching(self, name, pattern, is_required=False):
        """A string that matches, or None."""
        value = self.text(name, is_required)
        if value is not None and not pattern.match(value):
            self.fault("invalid_value")
            return None
        return value

    def decimal(self, name, is_zero_allowed=False):
        """A number, or string of digits, of at most 12 digits before and 6 after the point; in millionths."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault("wrong_type")
            return None
        if isinstance(value, Number):
            return self.number(*_NUMBER.match(value).groups(), is_zero_allowed)
        match = _DIGITS.match(value)
        if not match:
            self.fault("invalid_value", "wrong_type")
            if value.startswith("-"):
                self.fault("quantity_not_positive")
            return None
        return self.number("", *match.groups(), None, is_zero_allowed)

    def number(self, sign, whole, rest, exponent, is_zero_allowed):
        rest = rest or ""
        if not sign and exponent is None and len(whole) <= 12 and len(rest) <= 6:  # as nearly always
            millionths = int(whole + rest.ljust(6, "0"))
            if millionths:
                return millionths
        is_zero = not (whole + rest).strip("0")
        is_wide = len(whole) > 12 or len(rest) > 6
        if exponent is not None and not is_zero:
            # A number with an exponent has no digits "before and after the point" of its own: its value counts.
            digits = (whole + rest).lstrip("0")
            power = int(exponent) - len(rest) if len(exponent) <= 6 else 10**6
            digits, power = digits.rstrip("0"), power + len(digits) - len(digits.rstrip("0"))
            is_wide = power < -6 or len(digits) + power > 12 or abs(power) > 10**5
            if not is_wide:
                whole, rest = str(int(digits) * 10 ** (power + 6) // MILLION), ""
                fraction = int(digits) * 10 ** (power + 6) % MILLION
                rest = f"{fraction:06d}"
        if sign and not is_zero or is_zero and not is_zero_allowed:
            self.fault("quantity_not_positive", "invalid_value")
            if is_wide:
                self.fault("quantity_out_of_range")
            return None
        if is_wide and not (is_zero and exponent is not None):
            self.fault("quantity_out_of_range", "invalid_value")
            return None
        return 0 if is_zero else int(whole) * MILLION + int(rest.ljust(6, "0"))

    def instant(self, name, is_required=False):
        value = self.text(name, is_required)
        if value is None:
            return None
        instant = parse_instant(value)
        if instant is None:
            self.fault("invalid_value")
        return instant

    def counter(self):
        """`seq`: a whole JSON number from 0 that fits 64 bits with a sign."""
        value = self.values.get("seq")
        if value is None:
            return None
        if not isinstance(value, Number):
            self.fault("wrong_type", "invalid_value")
        elif not value.isdigit() or len(value) > 19 or int(value) >= 2**63:
            self.fault("invalid_value", "wrong_type")
        else:
            return int(value)
        return None

    def evidence(self):
        value = self.text("evidence")
        if value is not None and not 1 <= len(value) <= 128:
            self.fault("invalid_value")
        return value

    def unit(self):
        value = self.text("unit")
        if value is not None and value not in self.units:
            self.fault("unknown_unit", *(["invalid_value"] if not value else []))
        return value


def read_message(raw, units):
    """The message in the bytes, or Refused. `units` are the units that can be converted at all."""
    reader = _Reader(_parse(raw), units)
    message = Message()
    message.id = reader.matching("id", _PRINTABLE, is_required=True)
    message.resident = reader.matching("resident", _PRINTABLE, is_required=True)
    message.reverses = reader.matching("reverses", _PRINTABLE)
    is_reversal = reader.values.get("reverses") is not None
    if is_reversal and any(reader.values.get(name) is not None for name in ("behaviour", "quantity", "unit")):
        reader.fault("reversal_with_behaviour")
    before = len(reader.faults)
    message.behaviour = reader.matching("behaviour", _CODE, is_required=not is_reversal)
    if "invalid_value" in reader.faults[before:]:
        reader.fault("unknown_behaviour")
    message.quantity = reader.decimal("quantity")
    message.unit = reader.unit()
    message.ended_at = reader.instant("ended_at", is_required=True)
    message.started_at = reader.instant("started_at")
    if None not in (message.started_at, message.ended_at) and message.ended_at < message.started_at:
        reader.fault("ends_before_start")
    message.region = reader.matching("region", _REGION)
    message.evidence = reader.evidence()
    before = len(reader.faults)
    message.claimed_g = reader.decimal("claimed_g", is_zero_allowed=True)
    if len(reader.faults) > before:
        reader.fault("invalid_value", "wrong_type")
    message.seq = reader.counter()
    if reader.faults:
        raise Refused(reader.faults, message.id, message.resident,
                      is_id_certain=message.id is not None and not reader.repeated & {"id", "resident"})
    return message


def read_sequence(raw):
    """The partner's counter in a message, also in one that is refused otherwise; None where it cannot be read."""
    try:
        reader = _Reader(_parse(raw), ())
    except Refused:
        return None
    return None if "seq" in reader.repeated else reader.counter()
