"""A small policy and short messages for the tests of the oracle."""

import json

import oracle
from policy import Policy

NOW = "2022-12-01T00:00:00Z"
BIKE, RIVAL, CHARGER, CARS, FOOD = "meituan-bike", "qingju-bike", "kuaidian", "gac-toyota-nev", "eleme"
DEFAULT_UNITS = {"shared-bike-ride": "km", "ev-charging": "kWh", "nev-driving": "km", "walking": "step",
                 "bus-ride": "trip"}


def document(**changes):
    """The policy as JSON values with numbers as texts; `changes` replace whole keys."""
    def behaviour(code, category, unit, per_event=False, active=True):
        return {"code": code, "category": category, "unit": unit, "per_event": per_event, "active": active,
                "age_limit_days": None}
    return {
        "utc_offset_seconds": "28800", "starts_on": "2022-09-18", "longest_activity_seconds": "172800",
        "clock_tolerance_seconds": "300",
        "partners": [{"code": code, "contract_from": "2022-09-18", "contract_to": None, "age_limit_days": None}
                     for code in (BIKE, RIVAL, CHARGER, CARS, FOOD)],
        "behaviours": [behaviour("shared-bike-ride", "transport", "km"), behaviour("ev-charging", "transport", "kWh"),
                       behaviour("nev-driving", "transport", "km"), behaviour("walking", "transport", "step"),
                       behaviour("no-cutlery-order", "food", "order", per_event=True),
                       behaviour("bus-ride", "transport", "trip", active=False)],
        "factors": [factor("bike@1", "shared-bike-ride", "250", "km"), factor("charge@1", "ev-charging", "460", "kWh"),
                    factor("drive@1", "nev-driving", "100", "km"),
                    factor("walk@1", "walking", "8.2", "step", per="500"),
                    factor("cutlery@1", "no-cutlery-order", "45.72", "order")],
        "points_rules": [rule("points@1", per_gram="0.01")],
        "caps": [], "plausibility": [], "exclusivity": [],
        "titles": [{"code": "sprout", "from_milligrams": "0"}, {"code": "tree", "from_milligrams": "1000000"}],
    } | changes


def factor(version, behaviour, grams, unit, per="1", region=None, partner=None, since="2022-09-18", until=None):
    """One factor."""
    return {"version": version, "behaviour": behaviour, "region": region, "partner": partner, "grams": grams,
            "per": per, "unit": unit, "valid_from": since, "valid_to": until}


def rule(version, behaviour=None, per_gram=None, per_unit=None, since="2022-09-18", until=None):
    """One points rule."""
    return {"version": version, "behaviour": behaviour, "per_gram": per_gram, "per_unit": per_unit,
            "valid_from": since, "valid_to": until}


def group(code, *behaviours, scope="any-partner", window="0", distinguishes=True):
    """One exclusivity group."""
    return {"code": code, "behaviours": list(behaviours), "scope": scope, "window_seconds": window,
            "evidence_distinguishes": distinguishes}


def clock(text):
    """`08:23` on 29 November 2022 in Shanxi, or a whole RFC 3339 text as it is."""
    return f"2022-11-29T{text}:00+08:00" if len(text) == 5 else text


def act(activity_id, behaviour, quantity=None, end="12:00", start=None, resident="wang", unit="default", **fields):
    """The JSON text of an activity; numbers are given as texts and written as they are."""
    values = {"id": activity_id, "resident": resident, "behaviour": behaviour, "ended_at": clock(end)}
    if start:
        values["started_at"] = clock(start)
    if unit == "default":
        unit = DEFAULT_UNITS.get(behaviour)
    if unit:
        values["unit"] = unit
    text = json.dumps(values | fields, ensure_ascii=False)
    return text if quantity is None else f'{text[:-1]}, "quantity": {quantity}}}'


def reversal(activity_id, reverses, resident="wang", end="20:00", **fields):
    """The JSON text of a reversal."""
    return json.dumps({"id": activity_id, "resident": resident, "reverses": reverses, "ended_at": clock(end)} | fields)


def fold(*pushed, now=NOW, **changes):
    """The state after (partner, text or bytes) pairs under the sample policy."""
    messages = [(partner, raw if isinstance(raw, bytes) else raw.encode()) for partner, raw in pushed]
    return oracle.fold(Policy(document(**changes)), messages, now)


def outcomes(state):
    """`id outcome reason` of every row, in order, without what is not there."""
    return [" ".join(part for part in (row["activity_id"], row["outcome"], row["reason"]) if part)
            for row in state["outcomes"]]


def amounts(state):
    """(kind, id, credited quantity, milligrams, points) of every entry, in order."""
    return [(row["kind"], row["activity_id"], row["credited_quantity"], row["reduction_mg"], row["points"])
            for row in state["ledger"]]
