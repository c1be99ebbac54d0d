"""The oracle: a second implementation of Puhui's rules, written from the contract alone, that judges the first.

    oracle.py fold --policy policy.json --journal journal.jsonl --now 2022-12-01T00:00:00Z > state.json
    oracle.py compare --state state.json --views dump.json
    oracle.py invariants --views dump.json --pushed kuaidian=200 --policy policy.json --journal journal.jsonl

The journal has one JSON object a line, in booked order: {"partner": "...", "raw": "..."}, or "raw_b64" where the bytes
are no UTF-8. The dump is one JSON object with a list of rows for each view. Exit 0: they agree; 1: they do not.
"""

import argparse
import base64
import json
import sys

import comparing
import invariants
from judging import Fold
from messages import Refused, read_message
from policy import Policy, PolicyError
from state import read_exactly, state_of
from values import parse_instant


def journal(lines):
    """The (partner, bytes) of each line of a journal."""
    for at, line in enumerate(lines, 1):
        item = json.loads(line)
        if not isinstance(item, dict) or set(item) not in ({"partner", "raw"}, {"partner", "raw_b64"}):
            raise ValueError(f"line {at} of the journal: partner and raw or raw_b64 are expected")
        raw = (item["raw"].encode("utf-8", "surrogatepass") if "raw" in item
               else base64.b64decode(item["raw_b64"], validate=True))
        yield item["partner"], raw


def fold(policy, messages, now):
    """The state after (partner, bytes) pairs in booked order; `now` is RFC 3339."""
    instant = parse_instant(now)
    if instant is None:
        raise ValueError(f"--now: RFC 3339 with offset is expected, here is {now!r}")
    ledger = Fold(policy, instant)
    for partner, raw in messages:
        if partner not in policy.partners:
            raise ValueError(f"the partner {partner!r} of the journal is not in the policy")
        ledger.push(partner, raw)
    return state_of(ledger)


def _fold(options):
    with open(options.journal, encoding="utf-8") as lines:
        state = fold(Policy.read(options.policy), journal(lines), options.now)
    print(json.dumps(state, separators=(",", ":")))  # at once: the writer for streams is many times slower
    return []


def _compare(options):
    return comparing.compare(read_exactly(options.state), read_exactly(options.views), options.ignore_empty_entries)


def _invariants(options):
    policy = Policy.read(options.policy) if options.policy else None
    pushed, known_ids = {}, None
    for item in options.pushed:
        partner, _, number = item.partition("=")
        pushed[partner] = int(number)
    if options.journal:
        known_ids = _ids(options.journal, policy)
    return invariants.check(read_exactly(options.views), pushed, policy, known_ids)


def _ids(path, policy):
    if policy is None:
        raise ValueError("--journal needs --policy as well")
    found = set()
    with open(path, encoding="utf-8") as lines:
        for partner, raw in journal(lines):
            try:
                found.add((partner, read_message(raw, policy.units).id))
            except Refused:
                pass  # a message without form credits nothing
    return found


def main(arguments=None):
    """Runs one command; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("fold", help="fold a journal into the expected state")
    command.add_argument("--policy", required=True)
    command.add_argument("--journal", required=True)
    command.add_argument("--now", required=True)
    command.set_defaults(run=_fold)
    command = commands.add_parser("compare", help="compare a state with a dump of the views")
    command.add_argument("--state", required=True)
    command.add_argument("--views", required=True)
    command.add_argument("--ignore-empty-entries", action="store_true",
                         help="ledger rows with nothing credited may be missing")
    command.set_defaults(run=_compare)
    command = commands.add_parser("invariants", help="hold the views against each other")
    command.add_argument("--views", required=True)
    command.add_argument("--pushed", action="append", default=[], metavar="PARTNER=N")
    command.add_argument("--policy", help="also check factor versions (I7)")
    command.add_argument("--journal", help="also check that somebody pushed what was credited")
    command.set_defaults(run=_invariants)
    options = parser.parse_args(arguments)
    try:
        differences = options.run(options)
    except (OSError, ValueError, PolicyError) as error:
        print(f"oracle: {error}", file=sys.stderr)
        return 2
    for line in differences:
        print(line)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
