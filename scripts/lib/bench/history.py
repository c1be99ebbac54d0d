"""The long ones: the whole history of the source, and growth."""
import json
import os
import subprocess
import sys
import time

from .drain import DAYS, fill, timed_drain
from .fleet import Meter, two_stages
from .servers import BINARY, ROOT, say

# What each process of the model of Tests/Oracle reads at a time: some 150 MB.
MESSAGES_OF_A_PART = 150_000


def history(stack, options):
    """24.7 million activities of 1.3 million residents over 74 days, pushed while they are drained."""
    stack.fresh()
    count = options.history
    begin = time.monotonic()
    samples = []
    with two_stages(options) as fleet:
        meter = Meter(stack, fleet)
        producer = subprocess.Popen(
            simulate(count) + ["--max-length", "400000"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        received = 0
        while received < count:
            time.sleep(5)
            if producer.poll() not in (None, 0):
                raise SystemExit("the producer failed")
            received = stack.received()
            samples.append({"seconds": time.monotonic() - begin, "received": received, "memory_mb": fleet.memory_mb()})
            say(f"history: {received:,} of {count:,} after {samples[-1]['seconds']:.0f} s")
        seconds = time.monotonic() - begin
        budget = meter.budget(count)
        memory = fleet.memory_mb()
    say("history: auditing")
    audit = subprocess.run([BINARY, "audit"], capture_output=True, text=True)
    results = {"seconds": seconds, "activities_per_second": count / seconds, "budget": budget, "memory_mb": memory,
               "samples": samples, "audit": "clean" if audit.returncode == 0 else audit.stdout[-2000:],
               "producer": producer.stdout.read()[-2000:]}
    if options.check_history:
        say("history: folding it again with the model of Tests/Oracle")
        results["check"] = check(stack, count)
    return results


def simulate(count):
    """The same messages each time: so none has to be kept until they are checked."""
    return [BINARY, "simulate", "--seed", "1", "--count", str(count)] + DAYS[:4]


def check(stack, count):
    """The total of the same messages by an independent model, beside the ledger's; or why there is none."""
    policy = os.path.join(stack.folder, "policy.json")
    with open(policy, "w") as file:
        subprocess.run([BINARY, "catalogue", "show", "--json"], stdout=file, check=True)
    model = [sys.executable, "-B", os.path.join(ROOT, "Tests", "Oracle", "history_total.py"), "--policy", policy,
             "--postgres", stack.postgres_url, "--folder", stack.folder,
             "--parts", str(count // MESSAGES_OF_A_PART + 1)]
    begin = time.monotonic()
    with subprocess.Popen(simulate(count) + ["--out", "-"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as producer:
        found = subprocess.run(model, stdin=producer.stdout, stdout=subprocess.PIPE, text=True)
    if found.returncode not in (0, 1) or producer.returncode != 0:
        return {"failure": f"the producer ended with {producer.returncode}, the model with {found.returncode}"}
    return json.loads(found.stdout) | {"seconds": time.monotonic() - begin}


def growth(stack, options):
    """Throughput while the ledger grows."""
    stack.fresh()
    rows, results = 0, []
    step = 1_000_000
    for target in options.growth_rows:
        while rows < target:
            count = min(step, target - rows)
            fill(count, 100 + rows // step)
            result = timed_drain(stack, options, count, received_before=rows)
            rows += count
            results.append({"rows": rows, "activities_per_second": result["activities_per_second"],
                            "postgres_us": result["budget"]["postgres µs"], "wal": result["budget"]["WAL bytes"]})
            say(f"growth: {rows:,} rows, {result['activities_per_second']:,.0f} activities/s")
    return results
