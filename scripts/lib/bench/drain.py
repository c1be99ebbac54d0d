"""Full lists to committed rows: the fleet, the floor beneath it, and what a user would pick instead."""
import json
import os
import shutil
import subprocess
import sys
import time

from .fleet import Meter, two_stages
from .servers import BINARY, ROOT, run, say

DAYS = ["--from", "2022-09-18", "--to", "2022-11-30", "--max-length", "100000000"]


def fill(count, seed):
    run([BINARY, "simulate", "--seed", str(seed), "--count", str(count)] + DAYS)


def await_received(stack, count, seconds=900):
    begin = time.monotonic()
    while stack.received() < count:
        if time.monotonic() - begin > seconds:
            raise SystemExit(f"{stack.received()} of {count} messages were booked within {seconds} s")
        time.sleep(0.05)
    return time.monotonic() - begin


def timed_drain(stack, options, count, received_before=0):
    """Starts a fleet on full lists; the clock runs until the last row is committed."""
    begin = time.monotonic()
    with two_stages(options) as fleet:
        meter = Meter(stack, fleet)
        await_received(stack, received_before + count)
        seconds = time.monotonic() - begin
        budget = meter.budget(count)
        memory = fleet.memory_mb()
    return {"activities_per_second": count / seconds, "budget": budget, "memory_mb": memory}


def drain(stack, options):
    results = []
    for number in range(options.runs):
        stack.fresh()
        say(f"drain {number + 1}/{options.runs}: filling the lists with {options.messages:,} messages")
        fill(options.messages, number + 1)
        results.append(timed_drain(stack, options, options.messages))
        say(f"drain {number + 1}/{options.runs}: {results[-1]['activities_per_second']:,.0f} activities/s; "
            + ", ".join(f"{name} {value:.1f}" for name, value in results[-1]["budget"].items()))
    return results


def floor(stack, options):
    """The same rows in the same transactions from memory; the number of connections that serves it best."""
    program = run([os.path.join(ROOT, "scripts", "build"), "BenchCommand"]).strip()
    results = []
    for connections in options.floor_connections:
        stack.fresh()
        results.append(json.loads(run([
            program, "floor", "--postgres", stack.postgres_url, "--count", str(options.messages), "--connections",
            str(connections)])))
        say(f"floor: {results[-1]['activities_per_second']:,.0f} activities/s over {connections} connections")
    return results


def redelivery(stack, options):
    """Messages that are all known: booked once, then pushed and drained again."""
    stack.fresh()
    say(f"redelivery: booking {options.messages:,} messages, and pushing them again")
    fill(options.messages, 1)
    first = timed_drain(stack, options, options.messages)
    fill(options.messages, 1)
    again = timed_drain(stack, options, options.messages, received_before=options.messages)
    return {"first": first, "again": again,
            "ratio": again["activities_per_second"] / first["activities_per_second"]}


def peers(stack, options):
    """The systems of the folder of peers, on the same pair of servers."""
    folder = os.environ.get("PUHUI_PEERS") or os.path.join(os.path.dirname(ROOT), "shared", "peers")
    script = os.path.join(folder, "peers.py")
    if not os.path.exists(script):
        say("peers: left out; PUHUI_PEERS names the folder of peers.py")
        return None
    python = peers_python()
    stack.fresh()
    environment = dict(os.environ, PATH=os.path.dirname(python) + ":" + os.environ["PATH"])
    results = {}
    for policy in options.peers_fsync:
        stack.redis.ask("CONFIG", "SET", "appendfsync", policy)
        rates = {}
        for peer in options.peers.split(","):
            # A database of their own on the same server.
            command = [python, script, "--redis", stack.redis_url.rsplit("/", 1)[0] + "/9", "--postgres", stack.postgres_url,
                       "--only", peer]
            line = subprocess.run(command, env=environment, capture_output=True, text=True)
            words = line.stdout.split()
            if line.returncode != 0 or "/s" not in words:
                say(f"peers: {peer} gave no figure: {line.stdout}{line.stderr[-500:]}")
                continue
            rates[peer] = float(words[words.index("/s") - 1])
            say(f"peers: {peer} {rates[peer]:,.0f} activities/s, appendfsync {policy}")
        results[policy] = rates
    stack.redis.ask("CONFIG", "SET", "appendfsync", "always")
    return results


def peers_python():
    """A Python with the peers' packages, in the build folder."""
    folder = os.path.join(ROOT, ".build", "peers")
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "ready")):
        say("peers: installing celery, dramatiq, rq, redis, psycopg and sidekiq")
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", folder])
        run([python, "-m", "pip", "install", "--quiet", "celery", "redis", "dramatiq[redis]", "rq", "psycopg[binary]",
             "packaging"])
        run(["bash", "-c", f"source '{ROOT}/scripts/lib/setup.sh' && ensure_packages ruby-sidekiq ruby-pg"])
        open(os.path.join(folder, "ready"), "w").close()
    return python
