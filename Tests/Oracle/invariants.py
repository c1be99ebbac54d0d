"""The invariants of the ledger over a dump of the views: nothing is folded, the views are held against each other."""

from collections import Counter, defaultdict

from judging import OUTCOMES
from policy import is_valid_on
from state import UnreadableValue, decimal_millionths, moment, points_of, whole
from values import MICROS_PER_DAY, floor_times

AMOUNTS = ("actions", "reduction_mg", "points")


def check(views, pushed=None, policy=None, known_ids=None):
    """Lines that describe what is broken. `pushed` is partner -> number, `known_ids` a set of (partner, id)."""
    try:
        lines = _i1(views, pushed or {}) + _i2(views) + _i3(views, known_ids)
        return lines + (_i4(views, policy) + _i7(views, policy) if policy else [])
    except KeyError as error:
        return [f"the dump has no {error}"]
    except UnreadableValue as error:
        return [str(error)]


def _i1(views, pushed):
    lines = []
    received = {}
    rows = Counter((row["partner"], row["outcome"]) for row in views["outcomes"])
    for row in views["partner_counts"]:
        partner = row["partner"]
        received[partner] = whole(row["received"])
        counts = {outcome: whole(row[outcome]) for outcome in OUTCOMES}
        if received[partner] != sum(counts.values()):
            lines.append(f"I1 {partner}: received {received[partner]}, but its outcomes sum to {sum(counts.values())}")
        for outcome in OUTCOMES:
            number = rows.pop((partner, outcome), 0)
            if outcome != "duplicate" and counts[outcome] != number:
                lines.append(f"I1 {partner}: {counts[outcome]} {outcome} counted, but {number} rows in outcomes")
    for (partner, outcome), number in rows.items():
        lines.append(f"I1 {partner}: {number} {outcome} rows in outcomes, but no counts of that partner")
    for partner in sorted(pushed):
        if received.get(partner, 0) != pushed[partner]:
            lines.append(f"I1 {partner}: {pushed[partner]} pushed, but {received.get(partner, 0)} received")
    return lines


def _activities(views):
    """The entries that come from activities."""
    return [row for row in views["ledger"] if row["partner"] is not None]


def _signed_action(row):
    if row["partner"] is None:
        return 0
    credited = decimal_millionths(row["credited_quantity"])
    return (credited > 0) - (credited < 0)


def _i2(views):
    lines = []
    entries = defaultdict(lambda: [0, 0, 0])
    for row in views["ledger"]:
        sums = entries[row["resident"]]
        for at, amount in enumerate((_signed_action(row), whole(row["reduction_mg"]), whole(row["points"]))):
            sums[at] += amount
    accounts = {row["resident"]: [whole(row["actions"]), whole(row["reduction_mg"]), points_of(row)]
                for row in views["residents"]}
    for resident in sorted(entries.keys() | accounts.keys()):
        account, summed = accounts.get(resident, [0, 0, 0]), entries.get(resident, [0, 0, 0])
        for name, has, should in zip(AMOUNTS, account, summed):
            if has != should:
                lines.append(f"I2 {resident}: {name} of the account {has}, of its entries {should}")
    if len(views["totals"]) != 1:
        return lines + [f"I2 totals: one row is expected, here are {len(views['totals'])}"]
    row = views["totals"][0]
    totals = [whole(row["actions"]), whole(row["reduction_mg"]), whole(row["points_issued"])]
    sides = {
        "residents": [sum(column) for column in zip([0, 0, 0], *accounts.values())],
        "daily_totals": [sum(whole(row[name]) for row in views["daily_totals"]) for name in AMOUNTS],
    }
    for side, sums in sides.items():
        for name, has, should in zip(AMOUNTS, totals, sums):
            if has != should:
                lines.append(f"I2 totals: {name} {has}, but {side} sum to {should}")
    active = sum(account[0] > 0 for account in accounts.values())
    if whole(row["residents"]) != active:
        lines.append(f"I2 totals: residents {row['residents']}, but {active} have actions")
    return lines


def _i3(views, known_ids):
    lines = []
    kinds = Counter((row["partner"], row["activity_id"], row["kind"]) for row in _activities(views))
    credits = Counter()
    for (partner, activity_id, kind), number in kinds.items():
        if kind in ("earn", "upgrade"):
            credits[partner, activity_id] += number
        elif kind == "reversal" and number > 1:
            lines.append(f"I3 {partner} {activity_id}: {number} entries of one reversal")
    lines += [f"I3 {partner} {activity_id}: credited {number} times"
              for (partner, activity_id), number in credits.items() if number > 1]
    entries = {row["entry_id"]: row for row in views["ledger"] if "entry_id" in row}
    taken_back = Counter(row["reverses"] for row in views["ledger"] if row["kind"] == "reversal" and "reverses" in row)
    for entry_id, number in taken_back.items():
        entry = entries.get(entry_id, {"kind": "no entry"})
        if number > 1 or entry["kind"] not in ("earn", "upgrade"):
            lines.append(f"I3 entry {entry_id}: reversed {number} times, and is {entry['kind']}")
    credited, reversals = Counter(), Counter()
    for row in views["outcomes"]:
        key = (row["partner"], row["activity_id"])
        credited[key] += row["outcome"] in ("credited", "capped")
        reversals[key] += row["outcome"] == "reversal"
    empty = {(row["partner"], row["activity_id"]) for row in views["outcomes"] if row["outcome"] == "capped"}
    for key in credited.keys() | credits.keys():
        # An act that a full cap left with nothing may have an entry of zeros or none.
        if credited[key] != credits[key] and not (key in empty and credits[key] == 0):
            lines.append(f"I3 {key[0]} {key[1]}: {credited[key]} credited or capped outcomes, {credits[key]} entries")
    for key in reversals:
        if reversals[key] != kinds[(*key, "reversal")]:
            lines.append(f"I3 {key[0]} {key[1]}: {reversals[key]} reversal outcomes, "
                         f"{kinds[(*key, 'reversal')]} entries")
    if known_ids is not None:
        lines += [f"I3 {partner} {activity_id}: in the ledger, but nobody pushed it"
                  for partner, activity_id, _ in kinds if (partner, activity_id) not in known_ids]
    return lines


def _i4(views, policy):
    """A resident's title is the one that was booked last, by number: clocks jump. Without one it is the lowest."""
    lowest = next((title.code for title in policy.titles if title.from_milligrams <= 0), None)
    booked = {}
    for row in sorted((row for row in views["ledger"] if row["kind"] == "title"),
                      key=lambda row: whole(row["entry_id"])):
        booked[row["resident"]] = row["title"] or lowest
    return [f"I4 {row['resident']}: the title is {row['title']}, and the one booked last {booked.get(row['resident'], lowest)}"
            for row in views["residents"] if row["title"] != booked.get(row["resident"], lowest)]


def _i7(views, policy):
    lines = []
    versions = defaultdict(list)
    for factor in policy.factors:
        versions[factor.version].append(factor)
    for row in _activities(views):
        name = f"I7 {row['partner']} {row['activity_id']} {row['kind']}"
        day = (moment(row["occurred_at"]) + policy.utc_offset_micros) // MICROS_PER_DAY
        fitting = [factor for factor in versions[row["factor_version"]] if factor.behaviour == row["behaviour"]
                   and factor.partner in (None, row["partner"]) and is_valid_on(factor, day)]
        if not fitting:
            lines.append(f"{name}: the factor {row['factor_version']} was not valid for it at {row['occurred_at']}")
            continue
        credited = decimal_millionths(row["credited_quantity"])
        milligrams = floor_times(abs(credited), fitting[0].milligrams) * (-1 if credited < 0 else 1)
        if milligrams != whole(row["reduction_mg"]):
            lines.append(f"{name}: {row['credited_quantity']} by {row['factor_version']} is {milligrams} mg, "
                         f"not {row['reduction_mg']}")
    return lines
