"""Puts a journal of pushes into the order in which the ledger booked it.

    booked_order.py --journal pushed.jsonl --entries entries.json > booked.jsonl

What partners push at the same time is booked in some order, and caps and overlaps depend on it. The ledger says in which
order it booked the activities of a resident; each partner's messages keep their order among themselves, as inboxes do.
The entries are a JSON list of [resident, partner, activity id, when it ended] in booked order, one for each id that was
recorded; the time, in RFC 3339, may be left out. It tells an activity from others that were refused under its id before.
"""

import argparse
import collections
import json

from values import parse_instant


def about(raw):
    """What a message says of itself, where it is a JSON object at all: resident, id, and when it ended."""
    try:
        message = json.loads(raw)
    except ValueError:
        return None, None, None
    if not isinstance(message, dict):
        return None, None, None
    ended = message.get("ended_at")
    return message.get("resident"), message.get("id"), parse_instant(ended) if isinstance(ended, str) else None


def booked_order(lines, entries):
    """The journal's lines, each resident's in booked order."""
    waiting = Waiting()
    ordered = []
    for line in lines:
        item = json.loads(line)
        resident, activity, ended = about(item["raw"]) if "raw" in item else (None, None, None)
        if isinstance(resident, str):
            waiting.add(resident, item["partner"], activity, ended, line)
        else:
            ordered.append(line)
    for resident, partner, activity, *ended in entries:
        ordered += waiting.take(resident, partner, activity, parse_instant(ended[0]) if ended else None)
    return ordered + waiting.rest()


class Waiting:
    """What was pushed and is not yet in order: a queue for each partner of each resident."""

    def __init__(self):
        self.queues = {}

    def add(self, resident, partner, activity, ended, item):
        """Queues an item under what its message says of itself."""
        queues = self.queues.setdefault(resident, {})
        queues.setdefault(partner, collections.deque()).append((activity, ended, item))

    def take(self, resident, partner, activity, ended):
        """The items up to the activity that was booked; none where it is not among them."""
        queue = self.queues.get(resident, {}).get(partner, ())
        # Whatever the partner had pushed before was judged before; a resend's item was taken along with an earlier one.
        return [queue.popleft()[-1] for _ in range(place(queue, activity, ended))]

    def rest(self):
        """The items that nothing was booked for after."""
        return [item for queues in self.queues.values() for queue in queues.values() for *_, item in queue]


def place(queue, activity, ended):
    """How many items of a queue there are up to the activity; 0 where it is not among them."""
    named = 0
    for number, (known, when, _) in enumerate(queue, 1):
        if known == activity:
            if when == ended:
                return number
            named = named or number
    return named


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--entries", required=True)
    options = parser.parse_args()
    with open(options.entries, encoding="utf-8") as file:
        entries = json.load(file)
    with open(options.journal, encoding="utf-8") as lines:
        for line in booked_order((line.rstrip("\n") for line in lines), entries):
            print(line)


if __name__ == "__main__":
    main()
