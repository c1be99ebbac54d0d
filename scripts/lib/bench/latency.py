"""From the push of one activity to its committed row: alone, under a steady rate, and beside a flood."""
import json
import statistics
import time

from .drain import DAYS, await_received, fill
from .fleet import Fleet, Meter, start, two_stages
from .servers import Psql, Redis, cpu_seconds, say

OTHERS = ["eleme", "kuaidian", "qingju-bike", "taiyuan-bus", "sanjin-walk", "guangpan-canteen"]


class Probes:
    """Single activities, pushed at a rate and looked for until they are there, to about two milliseconds."""

    def __init__(self, stack, partners, rate):
        self.psql, self.redis = Psql(stack.postgres_url), Redis(stack.redis_url)
        self.backend = self.psql.number("SELECT pg_backend_pid()")
        self.partners, self.interval = partners, 1 / rate
        self.waiting, self.times, self.number = {}, [], 0
        self.due = 0.0

    def turn(self):
        if time.monotonic() >= self.due:
            # Not in step with anything that happens at round times.
            self.due = max(self.due, time.monotonic() - self.interval) + self.interval * (0.5 + (self.number * 0.618) % 1)
            self.number += 1
            name = f"probe-{self.number}"
            message = json.dumps({"id": name, "resident": f"r-{self.number}", "behaviour": "no-cutlery-order",
                                  "ended_at": "2022-11-29T08:23:00+08:00"})
            self.waiting[name] = time.monotonic()
            self.redis.ask("LPUSH", "puhui:in:" + self.partners[self.number % len(self.partners)], message)
        if self.waiting:
            names = ",".join(f"'{name}'" for name in self.waiting)
            booked = self.psql.ask("SELECT string_agg(activity_id, ' ') FROM puhui.activity_key "
                                   f"WHERE activity_id IN ({names})")
            for name in (booked or "").split():
                self.times.append((time.monotonic() - self.waiting.pop(name)) * 1000)
        time.sleep(0.002)

    def run(self, seconds):
        self.due = time.monotonic()
        end = self.due + seconds
        while time.monotonic() < end:
            self.turn()
        end += 10
        self.due = end + 10
        while self.waiting and time.monotonic() < end:
            self.turn()
        return self.figures()

    def figures(self):
        times = sorted(self.times + [(time.monotonic() - at) * 1000 for at in self.waiting.values()])
        pick = lambda share: times[min(len(times) - 1, int(len(times) * share))]
        return {"p50_ms": statistics.median(times), "p99_ms": pick(0.99), "p999_ms": pick(0.999), "worst_ms": times[-1],
                "probes": len(times)}


def single(stack, options):
    """One activity at a time into an idle fleet."""
    stack.fresh()
    with Fleet({"all": ["all", "--lanes", "2"]}):
        time.sleep(2)
        probes = Probes(stack, OTHERS[:1], 12)
        probes.run(1)
        probes.times.clear()
        return probes.run(options.steady_seconds / 2)


def steady(stack, options):
    """A given rate for a while; the CPU of the producer is left out, and that of the probes and their backend."""
    results = {}
    for rate in options.steady_rates:
        rows = options.steady_rows if rate > 1_000 else 0
        stack.fresh()
        if rows:
            say(f"steady: booking {rows:,} rows first")
            fill(rows, 9)
        with two_stages(options) as fleet:
            await_received(stack, rows)
            producer = start(["simulate", "--seed", "3", "--rate", str(rate)] + DAYS)
            time.sleep(2)
            meter, before, begin = Meter(stack, fleet), stack.received(), time.monotonic()
            probes = Probes(stack, OTHERS, 20)
            figures = probes.run(options.steady_seconds)
            seconds = time.monotonic() - begin
            figures["activities_per_second"] = (stack.received() - before) / seconds
            used = {name: (cpu_seconds(pid) - meter.before["cpu"][name]) / seconds for name, pid in meter.watched.items()}
            used["postgres"] -= cpu_seconds(probes.backend) / seconds
            figures["percent_of_two_cores"] = 100 * sum(used.values()) / 2
            figures["percent_of_a_core"] = {name: 100 * value for name, value in used.items()}
            producer.terminate()
            producer.wait()
        results[str(rate)] = figures
        say(f"steady at {rate:,}/s: " + ", ".join(f"{k} {v:.1f}" for k, v in figures.items() if isinstance(v, float)))
    return results


def flood(stack, options):
    """One partner's list is full; single messages of the others, who push some, are timed."""
    stack.fresh()
    say(f"flood: filling one list with {options.messages:,} messages")
    start(["simulate", "--seed", "1", "--count", str(options.messages), "--partners", "meituan-bike"] + DAYS).wait()
    with two_stages(options):
        producer = start(["simulate", "--seed", "2", "--rate", "600", "--partners", ",".join(OTHERS)] + DAYS)
        time.sleep(2)
        probes, begin, before = Probes(stack, OTHERS, 50), time.monotonic(), stack.received()
        full = lambda: stack.redis.integer("LLEN", "puhui:in:meituan-bike") > options.messages // 10
        while full() and time.monotonic() < begin + 300:
            probes.turn()
        figures = probes.figures()
        figures["activities_per_second"] = (stack.received() - before) / (time.monotonic() - begin)
        producer.terminate()
        producer.wait()
    return figures
