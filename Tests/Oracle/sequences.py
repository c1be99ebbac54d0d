"""Gaps in the partners' own counters, a second time: from what was pushed and what was lost.

    sequences.py --journal pushed.jsonl --lost lost.jsonl --gaps gaps.json

Both journals have one JSON object a line, as for oracle.py; the second one is the part of the first that never reached
the fleet. The gaps are the rows of puhui.sequence_gaps. Exit 0: they agree; 1: they do not, each difference on a line.
"""

import argparse
import collections
import json
import sys

from messages import read_sequence
from oracle import journal


def numbers(messages):
    """The numbers that messages carried, by partner."""
    found = collections.defaultdict(set)
    for partner, raw in messages:
        number = read_sequence(raw)
        if number is not None:
            found[partner].add(number)
    return found


def differences(pushed, lost, gaps):
    """What is wrong with the rows of gaps, as sentences. `pushed` and `lost` are lists of (partner, bytes)."""
    left = collections.Counter(pushed)
    left.subtract(collections.Counter(lost))
    if any(count < 0 for count in left.values()):
        yield "more was lost than was pushed"
        return
    arrived = numbers(message for message, count in left.items() if count > 0)
    everything = numbers(pushed)
    said = collections.defaultdict(set)
    for row in gaps:
        said[row["partner"]] |= set(range(row["first_missing"], row["last_missing"] + 1))
        if row["missing"] != row["last_missing"] - row["first_missing"] + 1:
            yield f"{row}: missing is not the number of numbers"
    for partner in sorted(set(everything) | set(said)):
        seen = arrived[partner]
        expected = set(range(min(seen), max(seen))) - seen if seen else set()
        for number in sorted(expected - said[partner]):
            yield f"{partner}: {number} was lost, and is not said to be"
        for number in sorted(said[partner] - expected):
            yield f"{partner}: {number} is said to be lost, and is not"
        for number in sorted(expected - everything[partner]):
            yield f"{partner}: {number} was never pushed"


def _messages(path):
    with open(path, encoding="utf-8") as lines:
        return list(journal(lines))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--journal", "--lost", "--gaps"):
        parser.add_argument(name, required=True)
    options = parser.parse_args(arguments)
    with open(options.gaps, encoding="utf-8") as text:
        gaps = json.load(text)
    found = list(differences(_messages(options.journal), _messages(options.lost), gaps))
    for line in found[:100]:
        print(line)
    if not found:
        print(f"they agree on {len(gaps)} gaps")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
