"""Nothing lost, nothing counted twice: the real binary under faults from a seed, and an independent judge.

See scripts/chaos --help.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time

import other_faults
import postgres_faults
import redis_faults
import schedule
import verdict
import watch
import worker_faults
from fault import Skipped
from world import World

FAULTS = worker_faults.FAULTS + redis_faults.FAULTS + postgres_faults.FAULTS + other_faults.FAULTS
DRAIN_SECONDS = 240


def run_track(world, events, deadline):
    """One track: each fault when it is due, or as soon as the one before is over."""
    by_name = {fault.name: fault for fault in FAULTS}
    done = 0
    for event in events:
        if world.timeline.now() > deadline:
            break
        time.sleep(max(0.0, event.at - world.timeline.now()))
        begin = time.monotonic()
        if event.track == "servers":
            world.harm_since = begin
        try:
            began_at = world.timeline.now()
            healed = by_name[event.name].run(world, **event.choices)
            world.timeline.say(event.words() + recovered(world, event, healed), began_at)
            done += 1
        except Skipped as reason:
            world.timeline.say(f"{event.words()}  SKIPPED: {reason}")
            world.skipped.add(f"{event.code} {event.name}: {reason}")
        except Exception as error:  # pylint: disable=broad-except
            world.problem(f"{event.words()}: the harness failed: {type(error).__name__}: {error}")
        if event.track == "servers":
            world.harms.append((begin, time.monotonic()))
            world.harm_since = None
    world.done += done


def recovered(world, event, healed):
    """Waits until outcomes move again after a fault of the servers; in words."""
    if healed is None:
        return ""
    seconds = world.watch.moved_after(healed)
    if seconds is None:
        world.problem(f"{event.words()}: no outcome within 60 s")
        return "  -> nothing moves"
    world.recoveries.append((event.code, seconds))
    return f"  -> moves again after {seconds:.2f} s"


def drain(world):
    """Waits until every list is empty. How many elements are left."""
    deadline = time.monotonic() + DRAIN_SECONDS
    left, last, quiet = world.waiting(), -1, 0
    while time.monotonic() < deadline and quiet < 3:
        left, received = world.waiting(), world.watch.received()
        if received != last:
            deadline = max(deadline, time.monotonic() + 60)
        quiet = quiet + 1 if left == 0 and received == last else 0
        last = received
        time.sleep(0.3)
    return left


def run(options, folder):
    """One run; its result as a dictionary."""
    events = schedule.plan(options.seed, options.minutes, FAULTS, options.only, options.pace)
    with open(os.path.join(folder, "schedule.txt"), "w", encoding="utf-8") as file:
        file.writelines(f"{event.at:8.2f}s  {event.track:8} {event.words()}\n" for event in events)
    codes = {event.code for event in events}
    options.small_disks = "F19" in codes
    poison = ",".join(other_faults.failpoint_of(event) for event in events if event.code == "F26")
    world = World(options, folder, poison, "F15" in codes)
    world.done, world.recoveries, world.skipped = 0, [], set()
    world.timeline.say("servers and schema are ready")
    try:
        world.begin()
        tracks = [threading.Thread(target=run_track, args=(world, [event for event in events if event.track == track],
                                                           options.minutes * 60), daemon=True)
                  for track in schedule.TRACKS]
        for thread in tracks:
            thread.start()
        while world.timeline.now() < options.minutes * 60 or any(thread.is_alive() for thread in tracks):
            time.sleep(0.1)
            if world.generator.error:
                raise world.generator.error
        return finish(world, options, folder)
    finally:
        with contextlib.suppress(Exception):
            world.fleet.stop()
        world.close()


def finish(world, options, folder):
    """Heals, drains, stops, judges."""
    world.timeline.say("heal, drain")
    world.heal()
    world.generator.stop()
    left = drain(world)
    world.memory.stop()
    for slot, status, seconds in world.fleet.stop():
        world.note_end(slot, status, seconds)
    world.journal.close()
    with world.redis.connect() as connection:
        now = connection.command("TIME")
        now = int(now[0]) * 1_000
        held = [name for name, (_, _, expires, _) in watch.leases(connection).items() if expires > now]
    for name in held:
        world.problem(f"{name} is still leased after all workers stopped")
    world.watch.stop()
    world.timeline.say(f"{left} elements left; judging {world.journal.pushed} pushed messages")
    findings, wrong = verdict.judge(world, folder)
    return summary(world, options, findings, wrong, left)


def summary(world, options, findings, wrong, left):
    """The figures of the closing line, and more."""
    clean = [seconds for _, seconds, is_clean in world.takeovers if is_clean]
    recoveries = sorted([seconds for _, seconds in world.recoveries] + clean)
    problems = (world.problems + world.watch.torn + world.unclean
                + [f"{name} crashed with {status} at {at:.2f} s" for at, name, status in world.fleet.crashes])
    result = {
        "seed": options.seed, "minutes": options.minutes, "faults": world.done, "pushed": world.journal.pushed,
        "lost": len(findings.lost), "duplicated": len(findings.duplicated), "invented": len(findings.invented),
        "wrong": len(wrong), "unfinished": left + len(problems),
        "recover_p50": round(statistics.median(recoveries), 2) if recoveries else 0,
        "recover_max": round(max(recoveries), 2) if recoveries else 0,
    }
    is_bad = any(result[key] for key in ("lost", "duplicated", "invented", "wrong", "unfinished"))
    result["verdict"] = "FAIL" if is_bad else "PASS"
    return result | {
        "kills": world.fleet.kills, "unknown_that_arrived": findings.resolved, "vanished": findings.vanished,
        "gaps": findings.gaps, "gaps_in_doubt": findings.gaps_in_doubt,
        "exits": len(world.fleet.exits), "snapshots": world.watch.snapshots, "problems": problems,
        "skipped": sorted(world.skipped), "flood_p99": [round(value, 3) for value in world.probe.slowest],
        "takeovers": by_code(world.takeovers), "recoveries": by_code([(code, value, True)
                                                                     for code, value in world.recoveries]),
        "memory": world.memory.summary(),
        "points": {" ".join(key): number for key, number in sorted(world.points.items())},
    }


def by_code(measured):
    """Count, median and maximum of the undisturbed measurements of each fault."""
    groups = {}
    for code, seconds, is_clean in measured:
        if is_clean:
            groups.setdefault(code, []).append(seconds)
    return {code: {"count": len(values), "p50": round(statistics.median(values), 2), "max": round(max(values), 2)}
            for code, values in sorted(groups.items())}


def closing_line(result):
    """One line that says it all."""
    keys = ("seed", "minutes", "faults", "pushed", "lost", "duplicated", "invented", "wrong", "unfinished")
    more = [f"{key}={result[key]}" for key in ("vanished", "gaps", "gaps_in_doubt") if result[key]]
    return " ".join(["chaos"] + [f"{key}={result[key]:g}" if key == "minutes" else f"{key}={result[key]}"
                                 for key in keys] + more
                    + [f"{key}={result[key]}s" for key in ("recover_p50", "recover_max")] + [result["verdict"]])


def explain():
    """--list."""
    for fault in FAULTS:
        note = " (only on request)" if fault.on_request else ""
        print(f"{fault.code:4} {fault.name:19} {fault.about}{note}")


def parse(arguments):
    """The options; scripts/chaos says what they mean."""
    parser = argparse.ArgumentParser(prog="scripts/chaos", add_help=False)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--only", type=lambda text: tuple(text.split(",")), default=())
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--appendfsync", choices=("always", "everysec"), default="always")
    parser.add_argument("--keep")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--binary", default="puhui")
    parser.add_argument("--postgres-programs", default="")
    options = parser.parse_args(arguments)
    unknown = set(options.only) - {fault.code for fault in FAULTS}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; see --list")
    if not 0.2 <= options.minutes <= 1_440 or not 10 <= options.rate <= 20_000:
        parser.error("--minutes goes from 0.2 to 1440, --rate from 10 to 20000")
    if not 0.05 <= options.pace <= 10:
        parser.error("--pace goes from 0.05 to 10")
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1_000_000)
    return options


def main(arguments=None):
    """Exit 0 if nothing is wrong, else 1."""
    options = parse(arguments)
    if options.list:
        explain()
        return 0
    folder = options.keep or tempfile.mkdtemp(prefix="puhui-chaos-")
    os.makedirs(folder, exist_ok=True)
    if os.listdir(folder):
        print(f"chaos: {folder} is not an empty folder", file=sys.stderr)
        return 2
    os.chmod(folder, 0o755)
    print(f"chaos seed={options.seed} minutes={options.minutes:g} folder={folder}", file=sys.stderr)
    verdict_word = "FAIL"
    try:
        result = run(options, os.path.realpath(folder))
        verdict_word = result["verdict"]
        with open(os.path.join(folder, "result.json"), "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
        for line in result["skipped"]:
            print(f"SKIPPED {line}", file=sys.stderr)
        for line in result["problems"]:
            print(f"problem: {line}", file=sys.stderr)
        for kind, figures in result["memory"].items():
            print("memory of {}: {first_mb} MB at first, {last_mb} MB at last, {max_mb} MB at most, "
                  "the oldest worked {oldest_s} s".format(kind, **figures), file=sys.stderr)
        print(json.dumps(result) if options.json else closing_line(result))
    finally:
        if verdict_word == "FAIL":
            print(f"chaos: journal, timeline, findings and logs are in {folder}; "
                  f"the same schedule again: scripts/chaos --seed {options.seed} --minutes {options.minutes:g}"
                  + (f" --only {','.join(options.only)}" if options.only else "")
                  + (f" --pace {options.pace:g}" if options.pace != 1 else ""), file=sys.stderr)
        elif not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0 if verdict_word == "PASS" else 1


if __name__ == "__main__":
    sys.exit(main())
