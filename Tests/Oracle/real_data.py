"""Messages, expectations and findings of the real records.

    real_data.py messages DATA FEED [--partner P] [--repair-year] [--journal]   what an adapter pushes, a line each
    real_data.py policy [--starts-on 2010-01-01]     the policy of the expectations: no caps, holds and overlap rules
    real_data.py expect DATA FEED [--repair-year] [--starts-on D] [--longest-seconds N]   outcomes and totals under it
    real_data.py pairs DATA --outcomes dump.json     how the sessions that both Norwegian feeds report were judged
    real_data.py look DATA [FEED]                    what is odd about the rows

DATA is the folder of the files, FEED one of: """

import argparse
import datetime
import json
import sys
from collections import Counter, defaultdict
from decimal import Decimal, localcontext

from real_feeds import FEEDS

__doc__ += ", ".join(FEEDS) + "."

SHANXI = datetime.timezone(datetime.timedelta(hours=8))
# Grams, for how many units of the message, as exact decimals; metres are a thousandth of 250 g/km.
GRAMS = {"shared-bike-ride": ("250", "1000"), "ev-charging": ("460", "1"), "walking": ("8.2", "500")}


def expect(records, behaviour, starts_on="2010-01-01", longest_seconds=None):
    """What the rows give where nothing but form, programme start and longest duration is judged.

    Counts by outcome and reason, the sum of the credited quantities in the unit of the file, and the milligrams,
    floored row by row.
    """
    first_day = datetime.date.fromisoformat(starts_on)
    counts = Counter()
    quantity, milligrams = Decimal(0), 0
    grams, per = (Decimal(text) for text in GRAMS[behaviour])
    residents = defaultdict(int)
    with localcontext() as context:
        context.prec = 60
        for record in records:
            reason = _fault(record, first_day, longest_seconds)
            if reason:
                counts[f"rejected {reason}"] += 1
                continue
            counts["credited"] += 1
            amount = Decimal(record.quantity)
            quantity += amount
            # Whole and rest by division of integers: grams and per are exact, so is their product by 10^9.
            scaled = int(amount * grams * 1000 * 10**9)
            row = scaled // int(per * 10**9)
            milligrams += row
            residents[record.resident] += row
    return {"rows": len(records), "outcomes": dict(sorted(counts.items())), "quantity": str(quantity),
            "reduction_mg": milligrams, "residents": len(residents),
            "largest_resident_mg": max(residents.values(), default=0)}


def _fault(record, first_day, longest_seconds):
    faults = []
    if record.end is None:
        faults.append("missing_field")
    if Decimal(record.quantity) <= 0:
        faults.append("quantity_not_positive")
    if record.end is not None and record.end < record.start:
        faults.append("ends_before_start")
    if faults:
        return " or ".join(faults)
    if _day(record) < first_day:
        return "before_programme"
    if longest_seconds is not None and (record.end - record.start).total_seconds() > longest_seconds:
        return "too_long"
    return None


def _day(record):
    return record.end.astimezone(SHANXI).date()


def policy(starts_on="2010-01-01"):
    """The policy under which `expect` holds. Contracts begin before all years, so that old rows meet the programme."""
    units = {"shared-bike-ride": ("km", "250", "1"), "ev-charging": ("kWh", "460", "1"),
             "walking": ("step", "8.2", "500")}
    return {
        "utc_offset_seconds": "28800", "starts_on": starts_on, "longest_activity_seconds": None,
        "clock_tolerance_seconds": "300",
        "partners": [{"code": code, "contract_from": "0001-01-01", "contract_to": None, "age_limit_days": None}
                     for code in sorted({feed.partner for feed in FEEDS.values()})],
        "behaviours": [{"code": code, "category": "transport", "unit": unit, "per_event": False, "active": True,
                        "age_limit_days": None} for code, (unit, _, _) in units.items()],
        "factors": [{"version": f"{code}@1", "behaviour": code, "region": None, "partner": None, "grams": grams,
                     "per": per, "unit": unit, "valid_from": starts_on, "valid_to": None}
                    for code, (unit, grams, per) in units.items()],
        "points_rules": [], "caps": [], "plausibility": [], "exclusivity": [], "titles": [],
    }


def physical_pairs(first, second):
    """The (id, id) of sessions in both feeds: same user, same minute, same energy to two decimals."""
    def key(record):
        return record.resident, record.start.strftime("%Y-%m-%dT%H:%M%z"), round(Decimal(record.quantity), 2)
    waiting = defaultdict(list)
    for record in first:
        waiting[key(record)].append(record.id)
    return [(waiting[key(record)].pop(0), record.id) for record in second if waiting[key(record)]]


def judge_pairs(first, second, outcomes, partners):
    """How the sessions reported twice were judged, from the rows of the outcomes view."""
    pairs = [((partners[0], one), (partners[1], other)) for one, other in physical_pairs(first, second)]
    rows = {(row["partner"], row["activity_id"]): row for row in outcomes
            if row["partner"] in partners and row["outcome"] not in ("duplicate", "conflict")}
    named = {key: (row["other_partner"], row["other_activity_id"])
             for key, row in rows.items() if row["outcome"] == "overlap"}
    twins = dict(pairs) | {other: one for one, other in pairs}
    because, missed, twice = Counter(), [], 0
    for one, other in pairs:
        twice += all(key in rows and rows[key]["outcome"] in ("credited", "capped") for key in (one, other))
        if named.get(one) != other and named.get(other) != one:
            words = f"{_words(rows.get(one))} and {_words(rows.get(other))}"
            because[words] += 1
            missed.append(f"{one[1]} and {other[1]}: {words}")
    wrong = [f"{key[0]} {key[1]} as {winner[0]} {winner[1]}" for key, winner in named.items()
             if winner[0] != key[0] and winner != twins.get(key)]
    alone = [record for record in second if (partners[1], record.id) not in twins]
    once = sum(expect(records, "ev-charging")["reduction_mg"] for records in (first, alone))
    return {"sessions": len(first) + len(alone), "reduction_mg_if_each_once": once, "pairs": len(pairs),
            "found": len(pairs) - len(missed), "missed": len(missed), "missed_because": dict(because),
            "credited_twice": twice, "wrongly_merged": len(wrong), "examples_missed": missed[:20],
            "examples_wrongly_merged": wrong[:20]}


def _words(row):
    return " ".join(filter(None, (row["outcome"], row["reason"]))) if row else "nothing"


def look(records, unit):
    """What is odd about the rows, and how many rows of one user overlap in time."""
    whole = [record for record in records if record.end is not None]
    seconds = {record: int((record.end - record.start).total_seconds()) for record in whole}
    figures = {
        "rows": len(records), "users": len({record.resident for record in records}),
        "without end": len(records) - len(whole),
        "zero quantity": sum(Decimal(record.quantity) == 0 for record in records),
        "ends before it starts": sum(value < 0 for value in seconds.values()),
        "zero duration": sum(value == 0 for value in seconds.values()),
        "zero duration, but a quantity": sum(seconds[record] == 0 and Decimal(record.quantity) > 0
                                             for record in whole),
        "over 24 h": sum(value > 86_400 for value in seconds.values()),
        "over 48 h": sum(value > 172_800 for value in seconds.values()),
        "over 7 days": sum(value > 604_800 for value in seconds.values()),
    }
    for window in (0, 60, 300):
        pairs, involved = _overlaps(whole, window)
        figures[f"pairs of one user that overlap, window {window} s"] = pairs
        figures[f"rows in such pairs, window {window} s"] = involved
    for evidence, name in ((True, "the same"), (False, "different")):
        figures[f"overlapping pairs with {name} evidence"] = _overlaps(whole, 0, evidence)[0]
    if unit == "m":
        for limit in (22, 30, 45):
            figures[f"faster than {limit} km/h"] = sum(
                int(record.quantity) * 3600 > limit * 1000 * seconds[record] for record in whole)
        for limit in (20, 100):
            figures[f"longer than {limit} km"] = sum(int(record.quantity) > limit * 1000 for record in whole)
    per_day = Counter((record.resident, _day(record)) for record in whole)
    sums = defaultdict(Decimal)
    for record in whole:
        sums[record.resident, _day(record)] += Decimal(record.quantity)
    figures["most rows of a user and day"] = max(per_day.values())
    figures["largest row"] = f"{max(Decimal(record.quantity) for record in records)} {unit}"
    figures["largest sum of a user and day"] = f"{max(sums.values())} {unit}"
    return figures


def _overlaps(records, window_seconds, has_same_evidence=None):
    window = datetime.timedelta(seconds=window_seconds)
    by_user = defaultdict(list)
    for record in records:
        by_user[record.resident].append(record)
    pairs, involved = 0, set()
    for rows in by_user.values():
        rows.sort(key=lambda record: record.start)
        for at, one in enumerate(rows):
            for other in rows[at + 1:]:
                if other.start >= one.end + window:
                    break
                if one.start >= other.end + window:
                    continue
                if has_same_evidence is not None and (one.evidence is None or has_same_evidence
                                                      != (one.evidence == other.evidence)):
                    continue
                pairs += 1
                involved |= {one, other}
    return pairs, len(involved)


def _messages(options):
    feed = FEEDS[options.feed]
    partner = options.partner or feed.partner
    for record in feed.records(options.data, options.repair_year):
        text = feed.message(record)
        print(json.dumps({"partner": partner, "raw": text}) if options.journal else text)


def _expect(options):
    feed = FEEDS[options.feed]
    records = feed.records(options.data, options.repair_year)
    print(json.dumps(expect(records, feed.behaviour, options.starts_on, options.longest_seconds), indent=2))


def _pairs(options):
    with open(options.outcomes, encoding="utf-8") as file:
        rows = json.load(file)
    first, second = (FEEDS[name].records(options.data) for name in ("norway", "norway-second"))
    found = judge_pairs(first, second, rows["outcomes"] if isinstance(rows, dict) else rows,
                        (options.first, options.second))
    print(json.dumps(found, indent=2))


def _look(options):
    for name in [options.feed] if options.feed else FEEDS:
        print(f"{name}: {FEEDS[name].file}")
        for what, value in look(FEEDS[name].records(options.data, is_year_repaired=True), FEEDS[name].unit).items():
            print(f"  {what}: {value}")


def main(arguments=None):
    """Runs one command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name, run, feed=None):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        if feed is not None:
            command.add_argument("data")
        if feed:
            command.add_argument("feed", choices=FEEDS, nargs="?" if name == "look" else None)
        return command
    command = add("messages", _messages, feed=True)
    command.add_argument("--partner")
    command.add_argument("--repair-year", action="store_true")
    command.add_argument("--journal", action="store_true", help="lines for the oracle, with the partner")
    command = add("policy", lambda options: print(json.dumps(policy(options.starts_on), indent=1)))
    command.add_argument("--starts-on", default="2010-01-01")
    command = add("expect", _expect, feed=True)
    command.add_argument("--repair-year", action="store_true")
    command.add_argument("--starts-on", default="2010-01-01")
    command.add_argument("--longest-seconds", type=int)
    command = add("pairs", _pairs, feed=False)
    command.add_argument("--outcomes", required=True)
    command.add_argument("--first", default=FEEDS["norway"].partner)
    command.add_argument("--second", default=FEEDS["norway-second"].partner)
    add("look", _look, feed=True)
    options = parser.parse_args(arguments)
    options.run(options)


if __name__ == "__main__":
    sys.exit(main())
