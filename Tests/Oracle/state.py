"""The fold's result as plain JSON, and the rows of a dump of the `puhui.*` views in the same shape."""

import json
import re
from collections import Counter

from judging import OUTCOMES
from values import MILLION, days_from_civil, day_text, instant_text, millionths_text, parse_fraction

OUTCOME_FIELDS = ("partner", "activity_id", "resident", "outcome", "reason", "other_partner", "other_activity_id")
LEDGER_FIELDS = ("kind", "partner", "activity_id", "resident", "behaviour", "quantity", "credited_quantity",
                 "reduction_mg", "points", "factor_version", "occurred_at")
VIEWS = ("outcomes", "ledger", "residents", "totals", "daily_totals", "partner_counts")

_TIMESTAMP = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?"
                        r"(?:Z|([+-])([0-9]{2})(?::?([0-9]{2}))?)\Z")


def title_of(policy, milligrams):
    """The code of the highest title reached, or None."""
    reached = [title.code for title in policy.titles if title.from_milligrams <= milligrams]
    return reached[-1] if reached else None


def state_of(fold):
    """Everything of a fold as a JSON object."""
    policy = fold.policy
    counts = {partner: Counter() for partner in policy.partners}
    outcomes = []
    for partner, activity_id, resident, outcome, reason, other, reasons, is_certain in fold.outcomes:
        counts[partner][outcome] += 1
        values = (partner, activity_id, resident, outcome, reason) + (other or (None, None))
        row = dict(zip(OUTCOME_FIELDS, values))
        if len(reasons) > 1 or not is_certain:
            row |= {"right_reasons": list(reasons), "is_id_certain": is_certain}
        outcomes.append(row)
    for partner, number in fold.duplicates.items():
        counts[partner]["duplicate"] += number
    residents = [{"resident": resident, "actions": account.actions, "reduction_mg": account.milligrams,
                  "points": account.points, "title": title_of(policy, account.milligrams)}
                 for resident, account in fold.accounts.items()]
    return {
        "outcomes": outcomes,
        "ledger": [_entry(entry) for entry in fold.entries],
        "residents": residents,
        "totals": {"residents": sum(row["actions"] > 0 for row in residents),
                   "actions": sum(row["actions"] for row in residents),
                   "reduction_mg": sum(row["reduction_mg"] for row in residents),
                   "points_issued": sum(row["points"] for row in residents)},
        "daily_totals": [{"day": day_text(day), "partner": partner, "behaviour": behaviour,
                          "category": policy.behaviours[behaviour].category, "region": region,
                          "actions": sums[0], "reduction_mg": sums[1], "points": sums[2]}
                         for (day, partner, behaviour, region), sums in fold.daily.items()],
        "partner_counts": [{"partner": partner, "received": fold.received[partner]}
                           | {outcome: counts[partner][outcome] for outcome in OUTCOMES}
                           for partner in policy.partners],
    }


def _entry(entry):
    row = dict(zip(LEDGER_FIELDS, entry))
    row["quantity"] = millionths_text(row["quantity"])
    row["credited_quantity"] = millionths_text(row["credited_quantity"])
    row["occurred_at"] = instant_text(row["occurred_at"])
    return row


def read_exactly(path):
    """A JSON file with its numbers as texts."""
    with open(path, encoding="utf-8") as file:
        return json.load(file, parse_float=str, parse_int=str)


class UnreadableValue(ValueError):
    """A value of a dump has not the kind that its column must have."""


def whole(value):
    """An amount: a whole number, written as a JSON number or text."""
    number = parse_fraction(value)
    if number is None or number.denominator != 1:
        raise UnreadableValue(f"a whole number is expected, here is {value!r}")
    return int(number)


def decimal_millionths(value):
    """A quantity by value, in millionths."""
    number = parse_fraction(value)
    if number is None or (number * MILLION).denominator != 1:
        raise UnreadableValue(f"a decimal of at most 6 places is expected, here is {value!r}")
    return int(number * MILLION)


def moment(value):
    """An instant in microseconds, from RFC 3339 or from PostgreSQL's own text."""
    match = _TIMESTAMP.match(value) if isinstance(value, str) else None
    if not match:
        raise UnreadableValue(f"a time with offset is expected, here is {value!r}")
    year, month, day, hour, minute, second, fraction, sign, offset_hour, offset_minute = match.groups()
    offset = (int(offset_hour or 0) * 60 + int(offset_minute or 0)) * (-60 if sign == "-" else 60)
    seconds = (days_from_civil(int(year), int(month), int(day)) * 24 + int(hour)) * 3600 + int(minute) * 60
    return (seconds + int(second) - offset) * MILLION + int((fraction or "0").ljust(6, "0"))


def text_or_none(value):
    """A text; an empty one is the same as none."""
    return value or None


def points_of(row):
    """A resident's points: `points` itself, or what the view of the contract splits it into."""
    if "points" in row:
        return whole(row["points"])
    return whole(row["points_available"]) - whole(row["points_debt"])
