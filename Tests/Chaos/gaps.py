"""Do `puhui gaps` and the journal agree on what never came? Each partner's counter rises by one with each message."""

import collections
import json
import os
import subprocess

from journal import sequence


def sequences(pushes):
    """The numbers of the messages of each partner."""
    found = collections.defaultdict(set)
    for push in pushes:
        for kind, raw in zip(push.kinds, push.messages):
            # The corpus and poison have none.
            number = sequence(raw) if kind not in "xp" else None
            if number is not None:
                found[push.partner].add(number)
    return found


def compare(expected, ranges, doubtful=frozenset()):
    """What differs between the numbers that are missing and the ranges that were told, in words.

    Of those in doubt it is known how many were counted, but not which; and a resend in the place of a message that
    vanished may have come without being counted. So at most the others are missing.
    """
    told = {number for first, last in ranges for number in range(first, last + 1)}
    lines = []
    if len(told & doubtful) > len(expected & doubtful):
        lines.append(f"of {len(doubtful)} numbers in doubt {len(expected & doubtful)} were not counted, but gaps tells "
                     f"{len(told & doubtful)}")
    told, expected = told - doubtful, expected - doubtful
    for words, numbers in (("is missing, but gaps does not tell", expected - told),
                           ("is told by gaps, but it arrived", told - expected)):
        if numbers:
            lines.append(f"seq {min(numbers)} {words} ({len(numbers)} such)")
    return lines


def check(world, pushes, arrived, doubtful):
    """Lines about every partner of which `puhui gaps` says something else than the journal, and how many it told."""
    lines, told_of, there = [], 0, sequences(arrived)
    for partner, numbers in sorted(sequences(pushes).items()):
        # The last number is the partner's to know: what was lost behind the highest that came leaves no gap.
        told = json.loads(subprocess.run(
            [world.binary, "gaps", partner, "--from", str(min(numbers)), "--to", str(max(numbers)), "--json", "--limit",
             "1000000"], env=os.environ | world.environment, capture_output=True, text=True, check=True).stdout)
        ranges = [(gap["first"], gap["last"]) for gap in told["gaps"]]
        told_of += told["missing"]
        unclear = {number for code, number in doubtful if code == partner}
        lines += [f"gaps {partner}: {line}" for line in compare(numbers - there[partner], ranges, unclear)]
    return lines, told_of
