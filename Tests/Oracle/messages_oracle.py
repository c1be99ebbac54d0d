"""A second reading of the message formats, for tests: Python's json module and the contract's field table.

Reads frames from standard input (length as four big-endian bytes, then the message) and writes one line for each.
With the argument "json" a line says whether the text is JSON and what its outermost object holds; with "activity" it
says how the form of an activity message is judged, with its values in one normal form, its digest and its shard.
Needs Python 3.11 and nothing else.
"""

import datetime
import decimal
import hashlib
import json
import re
import struct
import sys

MAX_BYTES = 16 * 1024
MAX_DEPTH = 16
UNITS = ["m", "km", "Wh", "kWh", "g", "kg", "order", "meal", "trip", "step", "day", "item"]
FIELDS = ["id", "resident", "behaviour", "quantity", "unit", "ended_at", "started_at", "region", "evidence",
          "claimed_g", "seq", "reverses"]


class Number(str):
    """A JSON number as it was written."""


class Pairs(list):
    """A JSON object with its names in order, repeated ones too."""


class NotJSON(Exception):
    pass


class Refused(Exception):
    def __init__(self, reason, field="-"):
        self.reason, self.field = reason, field


def refuse_constant(word):
    raise NotJSON(word)


def check_value(value, depth):
    if isinstance(value, Number) or value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        if any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise NotJSON("lone surrogate")
        return
    if depth >= MAX_DEPTH:
        raise NotJSON("too deep")
    for item in value:
        if isinstance(value, Pairs):
            check_value(item[0], depth)
            check_value(item[1], depth + 1)
        else:
            check_value(item, depth + 1)


def parse(data):
    """The value of a strict JSON text, or NotJSON."""
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise NotJSON("UTF-8") from error
    try:
        value = json.loads(text, object_pairs_hook=Pairs, parse_float=Number, parse_int=Number,
                           parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise NotJSON("syntax") from error
    check_value(value, 0)
    return value


def kind(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, Number):
        return "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, Pairs) else "array"


def encoded(text):
    return text.encode("utf-8").hex()


def json_line(data):
    if len(data) > MAX_BYTES:
        return "too_large"
    try:
        value = parse(data)
    except NotJSON:
        return "refused"
    if kind(value) != "object":
        return kind(value)
    parts = [f"{encoded(name)}:{kind(held)}:{encoded(held) if isinstance(held, str) else ''}" for name, held in value]
    return " ".join(["object"] + parts)

def exact(text):
    """A decimal in any JSON notation as an exact Decimal without trailing zeros; None where it is 0."""
    mantissa, sign, exponent = re.fullmatch(r"(-?[0-9.]+)(?:[eE]([+-]?)([0-9]+))?", text).groups()
    exponent = (exponent or "").lstrip("0") or "0"
    power = int(exponent) if len(exponent) < 8 else 10**7
    negative, digits, scale = decimal.Decimal(mantissa).as_tuple()
    scale += -power if sign == "-" else power
    digits = list(digits)
    while digits and digits[0] == 0:
        digits.pop(0)
    while digits and digits[-1] == 0:
        digits.pop()
        scale += 1
    return (negative, digits, scale) if digits else None


def scaled(field, value, whole, places, reason_negative, reason_range):
    """The value as an integer times 10^-places."""
    if kind(value) not in ("number", "string"):
        raise Refused("wrong_type", field)
    if kind(value) == "string":
        form = r"[0-9]+(\.[0-9]+)?" if places else r"[0-9]+"
        if not re.fullmatch(form, value):
            if value.startswith("-") and re.fullmatch(form, value[1:]):
                raise Refused(reason_negative, field)
            raise Refused("invalid_value", field)
    parts = exact(value)
    if parts is None:
        return 0
    negative, digits, scale = parts
    if negative:
        raise Refused(reason_negative, field)
    if len(digits) + scale > whole or -scale > places:
        raise Refused(reason_range, field)
    return int("".join(map(str, digits))) * 10 ** (scale + places)


def string(field, value):
    if kind(value) != "string":
        raise Refused("wrong_type", field)
    return value


def identifier(fields, field):
    if field not in fields:
        raise Refused("missing_field", field)
    value = string(field, fields[field])
    if not 1 <= len(value) <= 64 or any(not 0x20 <= ord(c) <= 0x7E for c in value):
        raise Refused("invalid_value", field)
    return value


TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
                  r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))")

# The first second of the year 1 and the last of the year 9999 in UTC.
EARLIEST, LATEST = -62_135_596_800, 253_402_300_799


def instant(field, value):
    match = TIME.fullmatch(string(field, value))
    if not match:
        raise Refused("invalid_value", field)
    year, month, day, hour, minute, second, fraction, sign, off_hours, off_minutes = match.groups()
    try:
        date = datetime.date(int(year), int(month), int(day))
    except ValueError as error:
        raise Refused("invalid_value", field) from error
    hour, minute, second = int(hour), int(minute), int(second)
    offset = int(off_hours or 0) * 60 + int(off_minutes or 0)
    if hour > 23 or minute > 59 or second > 60 or int(off_hours or 0) > 23 or int(off_minutes or 0) > 59:
        raise Refused("invalid_value", field)
    days = date.toordinal() - datetime.date(1970, 1, 1).toordinal()
    minutes = days * 1440 + hour * 60 + minute - (-offset if sign == "-" else offset)
    if second == 60 and minutes % 1440 != 1439:
        raise Refused("invalid_value", field)
    if not EARLIEST <= minutes * 60 + second <= LATEST:
        raise Refused("invalid_value", field)
    return (minutes * 60 + second) * 10**6 + int((fraction or "").ljust(9, "0")) // 1000


def read_activity(fields):
    """The values in normal form; Refused at the first fault in the contract's order."""
    out = {"id": identifier(fields, "id"), "resident": identifier(fields, "resident")}
    present = {name for name, value in fields.items() if value is not None}
    reversal = "reverses" in present
    if reversal:
        for name in ("behaviour", "quantity", "unit"):
            if name in present:
                raise Refused("reversal_with_behaviour", name)
    else:
        if "behaviour" not in fields:
            raise Refused("missing_field", "behaviour")
        out["behaviour"] = string("behaviour", fields["behaviour"])
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,39}", out["behaviour"]):
            raise Refused("invalid_value", "behaviour")
    if "quantity" in present:
        out["quantity"] = scaled("quantity", fields["quantity"], 12, 6, "quantity_not_positive",
                                 "quantity_out_of_range")
        if out["quantity"] == 0:
            raise Refused("quantity_not_positive", "quantity")
    if "unit" in present:
        out["unit"] = string("unit", fields["unit"])
        if out["unit"] not in UNITS:
            raise Refused("unknown_unit", "unit")
    if "ended_at" not in fields:
        raise Refused("missing_field", "ended_at")
    out["ended_at"] = instant("ended_at", fields["ended_at"])
    if "started_at" in present:
        out["started_at"] = instant("started_at", fields["started_at"])
        if out["started_at"] > out["ended_at"]:
            raise Refused("ends_before_start", "started_at")
    if "region" in present:
        if not re.fullmatch(r"[1-9][0-9]{5}", string("region", fields["region"])):
            raise Refused("invalid_value", "region")
        out["region"] = int(fields["region"])
    if "evidence" in present:
        out["evidence"] = string("evidence", fields["evidence"])
        controls = any(ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F for c in out["evidence"])
        if not 1 <= len(out["evidence"]) <= 128 or controls:
            raise Refused("invalid_value", "evidence")
    if "claimed_g" in present:
        out["claimed_g"] = scaled("claimed_g", fields["claimed_g"], 12, 6, "invalid_value", "invalid_value") // 1000
    if "seq" in present:
        out["seq"] = scaled("seq", fields["seq"], 19, 0, "invalid_value", "invalid_value")
        if out["seq"] > 2**63 - 1:
            raise Refused("invalid_value", "seq")
    if reversal:
        out["reverses"] = identifier(fields, "reverses")
    return out


def digest(values):
    data = b"puhui-content-1"
    for name in ("resident", "behaviour", "quantity", "unit", "reverses", "ended_at", "started_at", "region",
                 "evidence", "claimed_g"):
        value = values.get(name)
        if value is None:
            data += b"\0"
        elif isinstance(value, int):
            data += b"\1" + struct.pack(">q", value)
        else:
            data += b"\1" + struct.pack(">I", len(value.encode())) + value.encode()
    return hashlib.sha256(data).hexdigest()[:32]


def shard(text):
    mask = 2**64 - 1
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & mask
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & mask
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & mask
    return (value ^ value >> 33) % 32


def readable(fields, repeated, field):
    if field in repeated:
        return "-"
    try:
        return encoded(identifier(fields, field))
    except Refused:
        return "-"


def activity_line(data):
    if len(data) > MAX_BYTES:
        return "refused message_too_large - - -"
    try:
        value = parse(data)
    except NotJSON:
        return "refused malformed_json - - -"
    if kind(value) != "object":
        return "refused not_an_object - - -"
    names = [name for name, _ in value]
    repeated = {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
    fields = {name: held for name, held in value if name in FIELDS}
    try:
        if repeated:
            raise Refused("duplicate_field")
        values = read_activity(fields)
    except Refused as refusal:
        known = [readable(fields, repeated, field) for field in ("id", "resident")]
        return " ".join(["refused", refusal.reason, refusal.field] + known)
    shown = []
    for name in FIELDS:
        held = values.get(name)
        shown.append("-" if held is None else str(held) if isinstance(held, int) else encoded(held))
    return " ".join(["activity"] + shown + [digest(values), str(shard(values["resident"]))])


def main():
    line = {"json": json_line, "activity": activity_line}[sys.argv[1]]
    frames = sys.stdin.buffer
    while head := frames.read(4):
        sys.stdout.write(line(frames.read(struct.unpack(">I", head)[0])) + "\n")


main()
