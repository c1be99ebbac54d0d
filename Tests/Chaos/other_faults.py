"""Faults of the network, of clocks, and of what partners push."""

import struct
import time

import traffic
from fault import Fault, Skipped, takes, until

SERVERS = ("redis", "postgres")


def _harm(world, server, how, seconds):
    orders = {
        "1ms": {"delay": 0.001}, "50ms": {"delay": 0.05}, "500ms": {"delay": 0.5}, "cut": {"cut": True, "refuse": True},
        "half-up": {"half": "up"}, "half-down": {"half": "down"}, "slices": {"slice": True}, "black": {"hold": "both"},
    }
    proxy = world.proxies[server]
    proxy.order(orders[how])
    time.sleep(seconds)
    proxy.heal()
    return time.monotonic()


def _one_way(world, server, lost, seconds, then):
    proxy = world.proxies[server]
    proxy.order({"hold": lost})
    time.sleep(seconds)
    proxy.heal(cut=then == "reset")
    return time.monotonic()


def _jump(world, clock, hours, seconds):
    if not world.clocks:
        raise Skipped("needs a C compiler (cc) for the library that moves the clock")
    _set_clock(world, clock, hours)
    time.sleep(seconds)
    _set_clock(world, clock, 0)
    return time.monotonic()


def _set_clock(world, clock, hours):
    with open(world.clocks[clock], "r+b") as file:
        file.write(struct.pack("q", int(hours * 3_600) * 10**9))


def _corpus(world, partner, pushes):
    for _ in range(pushes):
        world.generator.also(partner, "x", list(traffic.CORPUS))
        time.sleep(0.5)
    return time.monotonic()


def _poison(world, identity, partner):
    """The message is in every worker's list of poison from the start; here it is pushed."""
    if not world.has_failpoints:
        raise Skipped("this binary has no failpoints")
    begin = time.monotonic()
    world.generator.also(partner, "p", [traffic.poison(identity)])
    # What dies at ingest is buried unread: there its text is all that tells which it was.
    sql = f"""SELECT outcome FROM puhui.outcomes WHERE partner = '{partner}' AND activity_id = '{identity}' UNION ALL
      SELECT outcome FROM puhui.dead_letters WHERE partner = '{partner}' AND strpos(payload, '"{identity}"') > 0"""
    is_buried = until(lambda: world.value(sql) is not None, 240, 0.2)
    if not is_buried:
        world.problem(f"the poison {identity} has no outcome after 240 s")
    else:
        world.timeline.say(f"     {identity} ended {world.value(sql)} after {time.monotonic() - begin:.1f} s")
    return time.monotonic()


def choose_poison(dice, minutes):
    """Which message kills whom, and how. Its id says everything, so that workers can be told before the run."""
    stage = dice.choice(("ingest", "score"))
    # A loop is noticed after 30 s each time; six times.
    action = "kill" if minutes < 5 else dice.choice(("kill", "kill", "loop", "memory"))
    identity = f"poison-{stage}-{action}-{dice.randrange(10**6):06}"
    seconds = {"kill": 20, "memory": 60, "loop": 240}[action]
    return {"identity": identity, "partner": dice.choice(traffic.PARTNERS)}, seconds


def failpoint_of(event):
    """The failpoint that makes a message poison."""
    _, stage, action, _ = event.choices["identity"].split("-")
    return f"poison-{stage}={event.choices['identity']}:{action}"


def _flood(world, partner, seconds):
    world.probe.begin()
    world.generator.flooding = partner
    time.sleep(seconds)
    world.generator.flooding = None
    slowest = world.probe.end()
    if slowest is None:
        world.timeline.say("     no probe was booked during the flood")
    else:
        world.timeline.say(f"     others while {partner} flooded, from push to commit: p99 {slowest:.2f} s")
    return time.monotonic()


FAULTS = (
    Fault("F22", "network", "servers", "between half of the workers and a server: delays, cuts, half-closed, slices, "
          "black hole", takes(7, server=SERVERS, how=("1ms", "50ms", "500ms", "cut", "half-up", "half-down", "slices",
                                                       "black"), seconds=(3, 5)), _harm, weight=3),
    Fault("F23", "one-way", "servers", "between half of the workers and a server: one direction is kept back",
          takes(16, server=SERVERS, lost=("up", "down"), seconds=(4, 14), then=("late", "reset")), _one_way, weight=2),
    Fault("F24", "clock", "servers", "the wall clock of one side jumps, and back",
          takes(6, clock=("redis", "postgres", "workers"), hours=(-24, -1, 1, 24), seconds=(3,)), _jump),
    Fault("F25", "corpus", "servers", "messages that are no messages", takes(3, partner=traffic.PARTNERS, pushes=(3,)),
          _corpus),
    Fault("F26", "poison", "servers", "a message that kills, loops or bloats whoever works on it: it must be buried, "
          "alone", choose_poison, _poison),
    Fault("F27", "flood", "servers", "one partner pushes 50 times as much as the others",
          takes(9, partner=traffic.PARTNERS, seconds=(6,)), _flood),
)
