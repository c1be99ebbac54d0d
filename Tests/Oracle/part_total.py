"""One part of a history: folded in booked order, summed up, and its residents held against the ledger's."""

from collections import Counter, deque

from booked_order import Waiting
from differences import Differences
from judging import Fold
from ledger_rows import fields, first_field
from messages import Refused, read_message
from oracle import journal
from parts import resident_of
from values import day_text

TOTALS = ("residents", "actions", "reduction_mg", "points_issued")
RESIDENT = ("actions", "reduction_mg", "points")


class Sums:
    """What any number of parts add up to."""

    def __init__(self):
        self.totals = dict.fromkeys(TOTALS, 0)
        self.counts = Counter()  # (partner, `received` or outcome) -> messages
        self.days = {}           # (day, partner, behaviour, category, region) -> (actions, milligrams, points)
        self.differences = Differences()

    def add(self, other):
        """Takes in the sums of other parts."""
        for column, number in other.totals.items():
            self.totals[column] += number
        self.counts += other.counts
        for key, numbers in other.days.items():
            self.days[key] = tuple(map(sum, zip(self.days.get(key, (0, 0, 0)), numbers)))
        self.differences.add(other.differences)


def sums_of_part(policy, now, parts, part):
    """Everything of a part that is compared: sums over it, and what its residents differ in."""
    ledger = Fold(policy, now)
    ledger.entries = deque(maxlen=0)  # nobody asks for them here
    sums = Sums()
    residents = {}
    entries = by_resident(parts.take("entries", part), first_field)
    for resident, lines in by_resident(parts.take("journal", part), resident_of).items():
        fold_resident(ledger, resident, lines, entries.get(resident, ()))
        for name, account in ledger.accounts.items():
            residents[name,] = (account.actions, account.milligrams, account.points)
        sums.counts.update([(partner, outcome) for partner, _, _, outcome, *_ in ledger.outcomes])
        # No rule asks for them again: so a part needs little more memory than its lines.
        for forgotten in (ledger.known, ledger.accounts, ledger.outcomes):
            forgotten.clear()
    sums.totals = dict(zip(TOTALS, (sum(actions > 0 for actions, _, _ in residents.values()),
                                    *map(sum, zip(*residents.values() or [(0, 0, 0)])))))
    sums.counts.update({(partner, "duplicate"): number for partner, number in ledger.duplicates.items()})
    sums.counts.update({(partner, "received"): number for partner, number in ledger.received.items()})
    for (day, partner, behaviour, region), numbers in ledger.daily.items():
        key = (day_text(day), partner, behaviour, policy.behaviours[behaviour].category, region)
        sums.days[key] = tuple(numbers)
    sums.differences.compare("residents", RESIDENT, residents, table(parts.take("residents", part), len(RESIDENT)))
    return sums


def by_resident(lines, key):
    """Lines in lists, each resident's in their order."""
    found = {}
    for line in lines:
        found.setdefault(key(line), []).append(line)
    return found


def fold_resident(ledger, resident, lines, entries):
    """Judges what was pushed of one resident in booked order; both as lines."""
    waiting = Waiting()
    for partner, raw in journal(line.decode("utf-8") for line in lines):
        if partner not in ledger.policy.partners:
            raise ValueError(f"the partner {partner!r} of the journal is not in the policy")
        try:
            message = read_message(raw, ledger.policy.units)
        except Refused as refused:
            ledger.refuse(partner, refused)  # whenever it came: it depends on nothing else
            continue
        if message.resident.encode() != resident:
            raise ValueError(f"a message of {message.resident!r} is not where its other messages are: {raw!r}")
        waiting.add(message.resident, partner, message.id, message.ended_at, (partner, message))
    for entry in booked(entries):
        for item in waiting.take(*entry):
            ledger.judge(*item)
    for item in waiting.rest():
        ledger.judge(*item)


def booked(lines):
    """Of each row of `entries` (resident, partner, id, when it ended), as each resident's were booked."""
    rows = (fields(line) for line in lines)
    numbered = [(int(number), resident, partner, activity, int(ended))
                for resident, partner, activity, number, ended in rows]
    numbered.sort()
    return (row[1:] for row in numbered)


def table(lines, width):
    """Rows with as many numbers at their end: what each is about -> its numbers."""
    rows = {}
    for line in lines:
        values = fields(line)
        about = tuple(values[:-width])
        if about in rows:
            raise ValueError(f"the row of {' '.join(map(str, about))} is there twice")
        rows[about] = tuple(map(int, values[-width:]))
    return rows
