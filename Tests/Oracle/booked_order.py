"""Puts a journal of pushes into the order in which the ledger booked it.

    booked_order.py --journal pushed.jsonl --entries entries.json > booked.jsonl

What partners push at the same time is booked in some order, and caps and overlaps depend on it. The ledger says in which
order it booked the activities of a resident; each partner's messages keep their order among themselves, as inboxes do.
The entries are a JSON list of [resident, partner, activity id] in booked order, one for each id that was recorded.
"""

import argparse
import collections
import json


def resident_and_id(raw):
    """What a message says of itself, where it is a JSON object at all."""
    try:
        message = json.loads(raw)
    except ValueError:
        return None, None
    if not isinstance(message, dict):
        return None, None
    return message.get("resident"), message.get("id")


def booked_order(lines, entries):
    """The journal's lines, each resident's in booked order."""
    waiting = {}
    ordered = []
    for line in lines:
        item = json.loads(line)
        resident, activity = resident_and_id(item["raw"]) if "raw" in item else (None, None)
        if isinstance(resident, str):
            queues = waiting.setdefault(resident, {})
            queues.setdefault(item["partner"], collections.deque()).append((activity, line))
        else:
            ordered.append(line)
    for resident, partner, activity in entries:
        queue = waiting.get(resident, {}).get(partner)
        # Whatever the partner had pushed before was judged before; a resend's line was taken along with an earlier one.
        while queue and any(known == activity for known, _ in queue):
            known, line = queue.popleft()
            ordered.append(line)
            if known == activity:
                break
    for queues in waiting.values():
        for queue in queues.values():
            ordered.extend(line for _, line in queue)
    return ordered


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
