"""Faults of workers: killed, stopped, failed at named points, short of memory, scaled up and down."""

import resource
import signal
import threading
import time

import watch
from fault import Fault, Skipped, takes, until

SLOTS = ("ingest-1", "ingest-2", "score-1", "score-2", "all-2")
POINTS = ("after-claim", "after-parse", "before-begin", "after-rows", "before-commit", "after-commit", "after-trim",
          "in-takeover", "in-shutdown")
ROLES = ("ingest", "score")
BEYOND_LEASE_SECONDS = 17


def measure_takeover(world, worker, code, slot, begin):
    """Notes, when the time has come, how long the lists of a dead or stopped worker waited for their next owner."""
    began_at = world.timeline.now()

    def measure():
        seconds = watch.taken_over(world.redis.connect, worker.pid, begin)
        if seconds is not None:
            world.note_takeover(code, slot, began_at, begin, seconds)
    thread = threading.Thread(target=measure, daemon=True)
    thread.start()
    return thread


def _kill(world, slot):
    begin = time.monotonic()
    measure_takeover(world, world.fleet.kill(slot, "F1"), "F1", slot, begin)


def _stop(world, slot, seconds):
    begin = time.monotonic()
    worker = world.fleet.worker(slot)
    worker.signal(signal.SIGSTOP)
    measure_takeover(world, worker, "F3", slot, begin)
    time.sleep(seconds)
    worker.signal(signal.SIGCONT)


def _choose_point(actions, seconds):
    def choose(dice, _):
        role, point, action = dice.choice(ROLES), dice.choice(POINTS), dice.choice(actions)
        slot = dice.choice([name for name in SLOTS if name.split("-")[0] in (role, "all")])
        nth = 1 if point.startswith("in-") else dice.randrange(1, 30)
        return {"slot": slot, "point": f"{role}.{point}:{nth}:{action}"}, seconds
    return choose


def _fail(world, slot, point):
    if not world.has_failpoints:
        raise Skipped("this binary has no failpoints")
    where, _, action = point.rsplit(":", 2)
    role, name = where.split(".")
    worker = world.fleet.replace(slot, point)
    if action == "kill":
        worker.doom = "F2"
    if name == "in-shutdown":
        time.sleep(1)
        worker.signal(signal.SIGTERM, "F2")
    elif name == "in-takeover":
        # Somebody has to die before anything can be taken over.
        time.sleep(0.3)
        for other in world.fleet.names(role):
            if other != slot:
                world.fleet.kill(other, "F2")
    begin = time.monotonic()
    reached = True
    if action == "error":
        time.sleep(3)
    else:
        reached = until(lambda: worker.is_stopped or not worker.is_alive, 10)
    if not reached:
        world.timeline.say(f"     {point} was not reached by {slot}")
    world.points[(role, name, action)] += reached
    if action == "stop" and worker.is_stopped:
        measure_takeover(world, worker, "F2", slot, begin)
        time.sleep(BEYOND_LEASE_SECONDS)
        worker.signal(signal.SIGCONT)
        time.sleep(1)
    if worker.is_alive:
        world.note_end(slot, *world.fleet.end(worker))


def _starve(world, slot, slack_kb):
    worker = world.fleet.worker(slot)
    try:
        with open(f"/proc/{worker.pid}/statm", encoding="utf-8") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
        worker.doom = "F4"
        resource.prlimit(worker.pid, resource.RLIMIT_AS, (size + slack_kb * 1024,) * 2)
    except OSError:
        return
    begin = time.monotonic()
    if not until(lambda: not worker.is_alive, 4):
        # It lives on what it has; then the kernel's other way.
        begin = time.monotonic()
        worker.signal(signal.SIGKILL, "F4")
    measure_takeover(world, worker, "F4", slot, begin)


def _scale(world, more, pause):
    names = [f"{role}-{number}" for role in ROLES for number in range(11, 11 + more)]
    for name in names:
        world.fleet.add(name)
    time.sleep(pause)
    for name in names:
        world.note_end(name, *world.fleet.remove(name))


def _crowd(world, workers):
    """All at once, and all of them again after a restart of Redis: they must spread themselves."""
    names = [f"{ROLES[number % 2]}-{number}" for number in range(101, 101 + workers)]
    for name in names:
        world.fleet.add(name)
    time.sleep(5)
    world.redis.stop(signal.SIGKILL)
    world.redis.start()
    healed = time.monotonic()
    seconds = world.watch.moved_after(healed)
    for name in names:
        world.fleet.worker(name).signal(signal.SIGTERM, "asked to stop")
    for name in names:
        world.note_end(name, *world.fleet.remove(name))
    if seconds is None:
        world.problem("outcomes did not move with a crowd of workers")


FAULTS = (
    Fault("F1", "kill-9", "workers", "kill -9 of a worker at a random moment", takes(0.3, slot=SLOTS), _kill,
          weight=12),
    Fault("F2", "failpoint", "workers", "a worker dies or fails at a named point of its loop; then another takes over",
          _choose_point(("kill", "error"), 6), _fail, weight=4),
    Fault("F2", "failpoint-stop", "zombies", "a worker is stopped at a named point for longer than its lease, and "
          "wakes", _choose_point(("stop",), 24), _fail, weight=2),
    Fault("F3", "zombie", "zombies", "SIGSTOP for longer than the lease of 15 s, then SIGCONT",
          takes(20, slot=SLOTS, seconds=(16, 17, 19)), _stop, weight=2),
    Fault("F4", "memory", "workers", "a worker gets no more memory", takes(5, slot=SLOTS, slack_kb=(0, 64, 1024)),
          _starve),
    Fault("F29", "scale", "workers", "more workers, and after 5 s fewer: each must end with 0 within 10 s",
          takes(8, more=(1, 2), pause=(5,)), _scale, weight=2),
    Fault("F28", "crowd", "servers", "many workers start at once, and reconnect at once after a restart of Redis",
          takes(40, workers=(40,)), _crowd, on_request=True),
)
