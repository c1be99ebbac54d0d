"""The independent judge: reads the public views, and lets the model of Tests/Oracle fold the journal and compare."""

import base64
import json
import os
import subprocess
import sys

import checker
import gaps
import journal
import vanished

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Oracle"))
# pylint: disable=wrong-import-position
import booked_order  # noqa: E402
import comparing  # noqa: E402
import invariants  # noqa: E402
import oracle  # noqa: E402
from policy import Policy  # noqa: E402

VIEWS = ("outcomes", "ledger", "residents", "totals", "daily_totals", "partner_counts", "dead_letters")


def judge(world, folder):
    """(Findings, lines of what the model says otherwise). Leaves the views and the findings in the folder."""
    views, entries = _dump(world, folder)
    pushes = journal.read(world.journal_path)
    arrived, resolved = checker.settle(pushes, views)
    arrived, doubtful = vanished.take_out(arrived, views, world.vanished)
    poison = checker.take_poison_out(arrived, views)
    findings = checker.check(pushes, arrived, views)
    findings.poison = poison
    findings.resolved = len(resolved)
    findings.vanished = (sum(len(push.messages) for push in pushes if push.outcome == "ok")
                         - sum(len(push.messages) for push in arrived if push.outcome == "ok") - sum(
                             kind == "p" for push in pushes if push.outcome == "ok" for kind in push.kinds))
    # Where Redis went back in time, the audit has to complain.
    audited = [] if world.vanished else _audit(world)
    different, findings.gaps = gaps.check(world, pushes, arrived, doubtful)
    findings.gaps_in_doubt = len(doubtful)
    lines = poison + audited + different
    lines += _model(world, folder, arrived, views, entries)
    with open(os.path.join(folder, "findings.txt"), "w", encoding="utf-8") as file:
        for name in ("lost", "duplicated", "invented"):
            for line in getattr(findings, name):
                print(f"{name}: {line}", file=file)
        for line in lines:
            print(f"wrong: {line}", file=file)
    return findings, lines


def _audit(world):
    """The product's own check must agree that all is well: a false alarm is a fault too."""
    done = subprocess.run([world.binary, "audit", "--drained"], env=os.environ | world.environment, capture_output=True,
                          text=True, check=False)
    if done.returncode == 0:
        return []
    findings = [line for line in done.stdout.splitlines() if not line.startswith("ok ")]
    return [f"puhui audit ended with {done.returncode}: " + "\n".join(findings + [done.stderr])]


def _dump(world, folder):
    fields = ", ".join(f"'{view}', (SELECT coalesce(json_agg(v), '[]') FROM puhui.{view} v)" for view in VIEWS)
    with world.postgres.connect(timeout_seconds=600) as session:
        text = session.value(f"SELECT json_build_object({fields})")
        # The order in which each resident's activities were booked is the one thing that only the ledger knows.
        entries = session.query("""
            SELECT a.resident, p.code, e.activity_id,
              to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            FROM puhui.entry e
            JOIN puhui.account a USING (shard, resident_no) JOIN puhui.partner p USING (partner_no)
            WHERE e.kind IN (1, 2) ORDER BY e.shard, e.entry_no""")
    with open(os.path.join(folder, "views.json"), "w", encoding="utf-8") as file:
        file.write(text)
    return _exact(text), entries


def _model(world, folder, arrived, views, entries):
    path = os.path.join(folder, "policy.json")
    with open(path, "w", encoding="utf-8") as file:
        subprocess.run([world.binary, "catalogue", "show", "--json"], env=os.environ | world.environment, stdout=file,
                       check=True)
    policy = Policy.read(path)
    lines = booked_order.booked_order((_line(push.partner, kind, raw) for push in arrived
                                       for kind, raw in zip(push.kinds, push.messages)), entries)
    messages = list(oracle.journal(lines))
    state = _exact(json.dumps(oracle.fold(policy, messages, world.value(
        "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"))))
    # Of what vanished nobody knows the order in which it was booked before.
    found = [] if world.vanished else comparing.compare(state, views)
    pushed = {}
    for partner, _ in messages:
        pushed[partner] = pushed.get(partner, 0) + 1
    return found + invariants.check(views, pushed, policy)


def _exact(text):
    """JSON with its numbers as texts, as the model reads them."""
    return json.loads(text, parse_float=str, parse_int=str)


def _line(partner, kind, raw):
    # The corpus is no reading for a program that wants to know whose message it is: nested a thousand deep, and worse.
    if kind == "x":
        return json.dumps({"partner": partner, "raw_b64": base64.b64encode(raw).decode()})
    return json.dumps({"partner": partner, "raw": raw.decode()})
