"""What costs while nothing happens."""
import statistics
import time

from .fleet import Fleet
from .servers import BINARY, cpu_seconds, run


def idle(stack, options):
    """CPU of a fleet of eight workers at rest, its servers included, in percent of one core."""
    stack.fresh()
    workers = {f"ingest-{n}": ["ingest"] for n in range(3)}
    workers |= {f"score-{n}": ["score"] for n in range(3)} | {f"rewards-{n}": ["rewards"] for n in range(2)}
    with Fleet(workers) as fleet:
        time.sleep(5)
        pids = {**fleet.pids(), **stack.pids()}
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        time.sleep(options.idle_seconds)
        used = {name: (cpu_seconds(pid) - before[name]) / options.idle_seconds * 100 for name, pid in pids.items()}
    return {"percent_of_a_core": used, "sum_percent": sum(used.values())}


def start_up(stack, options):
    """How long the binary takes to say who it is."""
    times = []
    for _ in range(10):
        begin = time.monotonic()
        run([BINARY, "--version"])
        times.append((time.monotonic() - begin) * 1000)
    return {"median_ms": statistics.median(times)}
