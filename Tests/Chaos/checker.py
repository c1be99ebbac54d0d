"""Compares what was pushed with what the database says: lost, duplicated, invented. Pure: no servers, no clock.

Totals and outcomes of single messages are for the independent model (Tests/Oracle); see verdict.py.
"""

import collections
import dataclasses

from journal import identity

RECORDED = ("credited", "capped", "overlap", "held", "reversal")


@dataclasses.dataclass
class Findings:
    """What is wrong, in words; empty lists are what everybody wants."""

    lost: list = dataclasses.field(default_factory=list)
    duplicated: list = dataclasses.field(default_factory=list)
    invented: list = dataclasses.field(default_factory=list)
    poison: list = dataclasses.field(default_factory=list)
    vanished: int = 0
    resolved: int = 0
    gaps: int = 0
    gaps_in_doubt: int = 0


def settle(pushes, views):
    """Which pushes arrived, the unknown ones decided by their witnesses; and the numbers of those."""
    known = {(row["partner"], row["activity_id"]) for row in views["outcomes"]}
    arrived, resolved = [], []
    for push in pushes:
        witness = push.witness()
        is_booked = witness is not None and (push.partner, witness) in known
        if push.outcome == "failed":
            continue
        if push.outcome == "unknown" and not is_booked:
            continue
        if push.outcome == "unknown":
            resolved.append(push.number)
        # A copy: what is taken out of it later stays in the journal.
        arrived.append(dataclasses.replace(push, messages=list(push.messages)))
    return arrived, resolved


def name_unread(views):
    """Gives outcomes of burials at ingest their ids: nobody read these messages, but their text was kept."""
    nameless = collections.defaultdict(list)
    for row in views["outcomes"]:
        if row["activity_id"] is None and row["reason"] == "poison":
            nameless[row["partner"]].append(row)
    for letter in views["dead_letters"]:
        if letter["activity_id"] is None and letter["payload"] is not None and nameless[letter["partner"]]:
            nameless[letter["partner"]].pop()["activity_id"] = identity(letter["payload"].encode())


def take_poison_out(arrived, views):
    """Checks what became of messages that kill workers, and removes them from both sides: the model knows no poison."""
    name_unread(views)
    poisonous = {(push.partner, identity(raw)) for push in arrived
                 for kind, raw in zip(push.kinds, push.messages) if kind == "p"}
    if not poisonous:
        return []
    lines, rows = [], collections.defaultdict(list)
    for row in views["outcomes"]:
        if (row["partner"], row["activity_id"]) in poisonous:
            rows[row["partner"], row["activity_id"]].append(row)
    for partner, activity in sorted(poisonous):
        found = [f"{row['outcome']} {row['reason']}" for row in rows[partner, activity]]
        if found != ["rejected poison"]:
            lines.append(f"{partner} {activity}: expected rejected poison, found {found or 'nothing'}")
    views["outcomes"] = [row for row in views["outcomes"] if (row["partner"], row["activity_id"]) not in poisonous]
    buried = collections.Counter(partner for (partner, _), found in rows.items() for row in found
                                 if row["outcome"] == "rejected")
    for row in views["partner_counts"]:
        for column in ("received", "rejected"):
            row[column] = str(int(row[column]) - buried[row["partner"]])
    for push in arrived:
        kept = [at for at, kind in enumerate(push.kinds) if kind != "p"]
        push.messages = [push.messages[at] for at in kept]
        push.kinds = "".join(push.kinds[at] for at in kept)
    return lines


def check(pushes, arrived, views):
    """Counts to the message. `arrived` are the pushes that settle() found, without poison."""
    findings = Findings()
    ids = collections.defaultdict(collections.Counter)
    expected = collections.Counter()
    for push in arrived:
        expected[push.partner] += len(push.messages)
        for kind, raw in zip(push.kinds, push.messages):
            ids[push.partner, identity(raw)][kind] += 1
    rows = collections.defaultdict(collections.Counter)
    for row in views["outcomes"]:
        rows[row["partner"], row["activity_id"]][row["outcome"]] += 1
    attempted = {(push.partner, identity(raw)) for push in arrived for raw in push.messages}
    _missing(ids, rows, findings)
    _doubled(ids, rows, findings)
    for (partner, activity), found in rows.items():
        if activity and (partner, activity) not in attempted:
            findings.invented.append(f"{partner} {activity}: {_words(found)}, but it was never pushed")
    # Titles, holds and the like come from no message.
    for row in (row for row in views["ledger"] if row["partner"] is not None):
        if (row["partner"], row["activity_id"]) not in attempted:
            findings.invented.append(f"{row['partner']} {row['activity_id']}: in the ledger, but never pushed")
    _counts(expected, views, findings)
    return findings


def _missing(ids, rows, findings):
    for (partner, activity), kinds in ids.items():
        # Sound messages with an id of their own: something must be known of each.
        if activity and (kinds["w"] or kinds["f"] or kinds["v"]) and not rows.get((partner, activity)):
            findings.lost.append(f"{partner} {activity}: pushed, but it has no outcome")


def _doubled(ids, rows, findings):
    for (partner, activity), found in rows.items():
        recorded = sum(found[outcome] for outcome in RECORDED)
        if activity and recorded > 1:
            findings.duplicated.append(f"{partner} {activity}: recorded {recorded} times: {_words(found)}")
        pushed = sum(ids[partner, activity].values()) if (partner, activity) in ids else 0
        if activity and pushed and sum(found.values()) > pushed:
            findings.duplicated.append(f"{partner} {activity}: pushed {pushed} times, but has {_words(found)}")


def _counts(expected, views, findings):
    received = {row["partner"]: int(row["received"]) for row in views["partner_counts"]}
    missing, doubled = collections.Counter(), collections.Counter()
    for line in findings.lost:
        missing[line.split()[0]] += 1
    for line in findings.duplicated:
        doubled[line.split()[0]] += 1
    for partner in sorted(expected.keys() | received.keys()):
        difference = received.get(partner, 0) - expected[partner]
        words = f"{partner}: {expected[partner]} arrived, {received.get(partner, 0)} were received"
        # Those that have names are in the lists already.
        findings.lost += [words] * max(0, -difference - missing[partner])
        findings.duplicated += [words] * max(0, difference - doubled[partner])


def _words(found):
    return ", ".join(f"{number} {outcome}" for outcome, number in sorted(found.items()) if number)
