"""The total of a long history, worked out by the model alone, beside the ledger's: they agree to the milligram or not.

    puhui catalogue show --json > policy.json
    puhui simulate --seed 1 --count 24700000 --from 2022-09-18 --to 2022-11-30 --out - \\
      | history_total.py --policy policy.json --postgres postgresql:///puhui --parts 160

Reads a journal of what was pushed, as oracle.py does, and the views of a ledger that has booked all of it and nothing
else. All that is taken from the ledger is the order in which it booked each resident's activities. Compared are the
totals, the counts of each partner, every row of the daily totals, and actions, grams and points of every resident.
Everything happened long before now, and no points expired: neither is folded here.

The history may be larger than the memory: it is split by resident into parts, and one of 150,000 messages needs some
150 MB while it is folded. The files of a folder of its own hold them meanwhile, 0.4 GB for a million messages. Prints a
JSON object. Exit 0: they agree; 1: they do not; 2: it could not be found out.
"""

import argparse
import concurrent.futures
import functools
import gc
import json
import resource
import sys
import tempfile
import time

import ledger_rows
from differences import Differences
from judging import OUTCOMES
from part_total import RESIDENT, TOTALS, Sums, sums_of_part, table
from parts import Parts, resident_of
from policy import Policy, PolicyError
from values import MILLION

COUNTS = ("received",) + OUTCOMES


def check(policy, now, journal, ledger, parts, processes):
    """What the model and the ledger say of a journal. `ledger` gives the lines of each query of ledger_rows."""
    begin = time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(processes) as workers:
        ledger_side = workers.submit(_split_ledger, parts, ledger)
        messages = parts.split("journal", journal, resident_of)
        ledger_side.result()
        split = time.monotonic()
        sums = Sums()
        for found in workers.map(functools.partial(_sums_of_parts, policy, now, parts),
                                 [range(first, parts.number, processes) for first in range(processes)]):
            sums.add(found)
    totals, differences = _compare(sums, ledger)
    return {
        "messages": messages, "model": sums.totals, "ledger": totals, "compared": dict(differences.compared),
        "differences": differences.number, "first_differences": differences.first,
        "split_seconds": split - begin, "fold_seconds": time.monotonic() - split,
        "memory_mb_of_a_process": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def _split_ledger(parts, ledger):
    for stream in ("entries", "residents"):
        parts.split(stream, ledger(stream), ledger_rows.first_field)


def _sums_of_parts(policy, now, parts, numbers):
    gc.disable()  # nothing of a fold refers to itself, and looking for such among millions of objects takes long
    sums = Sums()
    for part in numbers:
        sums.add(sums_of_part(policy, now, parts, part))
        if part % 10 == 9:
            print(f"history: folded part {part + 1} of {parts.number}", file=sys.stderr, flush=True)
    return sums


def _compare(sums, ledger):
    """The ledger's totals, and all differences, those of the residents last."""
    totals = table(ledger("totals"), len(TOTALS))
    differences = Differences()
    differences.compare("totals", TOTALS, {(): tuple(sums.totals.values())}, totals)
    partners = {partner for partner, _ in sums.counts}
    differences.compare("partner_counts", COUNTS,
                        {(partner,): tuple(sums.counts[partner, column] for column in COUNTS) for partner in partners},
                        table(ledger("partner_counts"), len(COUNTS)))
    differences.compare("daily_totals", RESIDENT, sums.days, table(ledger("daily_totals"), len(RESIDENT)))
    differences.add(sums.differences)
    return dict(zip(TOTALS, totals.get((), ()))), differences


def main(arguments=None):
    """Compares a history with a ledger; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", required=True)
    parser.add_argument("--postgres", required=True, metavar="URL")
    parser.add_argument("--journal", metavar="FILE", help="default is standard input")
    parser.add_argument("--folder", help="where the files of the parts lie meanwhile; default is that for such files")
    parser.add_argument("--parts", type=int, default=160, help="(%(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="side by side (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        policy = Policy.read(options.policy)
        with (open(options.journal, "rb") if options.journal else sys.stdin.buffer) as journal:
            with tempfile.TemporaryDirectory(prefix="history-", dir=options.folder) as folder:
                found = check(policy, int(time.time()) * MILLION, journal,
                              functools.partial(ledger_rows.lines, options.postgres), Parts(folder, options.parts),
                              options.processes)
    except (OSError, ValueError, PolicyError) as error:
        print(f"history_total: {error}", file=sys.stderr)
        return 2
    print(json.dumps(found))
    return 1 if found["differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
