"""Looks at the memory of the workers now and then: it must not grow, whatever happens to them and to the servers."""

import contextlib
import statistics
import threading
import time

EVERY_SECONDS = 10
# A worker that has just started, or waits for servers, has hardly any.
GROWN_UP_SECONDS = 5


class Memory(threading.Thread):
    """Notes what each worker has resident, in MB."""

    def __init__(self, fleet):
        super().__init__(name="memory", daemon=True)
        self._fleet = fleet
        self._stopping = threading.Event()
        self._samples = []

    def run(self):
        begin = time.monotonic()
        while not self._stopping.wait(EVERY_SECONDS):
            now = time.monotonic()
            for name in self._fleet.names():
                with contextlib.suppress(KeyError, OSError, StopIteration):
                    worker = self._fleet.worker(name)
                    age = now - worker.started_at
                    if age > GROWN_UP_SECONDS:
                        self._samples.append((now - begin, name.split("-")[0], age, resident_mb(worker.pid)))

    def stop(self):
        """Ends it."""
        self._stopping.set()
        self.join()

    def summary(self):
        """For each kind of worker."""
        return summary(self._samples)


def resident_mb(pid):
    """What a process has in memory."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as lines:
        return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1_024


def summary(samples):
    """Of (moment, kind, age in seconds, MB): medians of the first and last tenth of the run, the most, the oldest."""
    found = {}
    end = max((moment for moment, *_ in samples), default=0)
    for kind in sorted({kind for _, kind, *_ in samples}):
        mine = [sample for sample in samples if sample[1] == kind]
        first = [mb for moment, _, _, mb in mine if moment <= end / 10] or [mine[0][3]]
        last = [mb for moment, _, _, mb in mine if moment >= end * 9 / 10] or [mine[-1][3]]
        found[kind] = {"first_mb": round(statistics.median(first), 1), "last_mb": round(statistics.median(last), 1),
                       "max_mb": round(max(mb for *_, mb in mine), 1), "samples": len(mine),
                       "oldest_s": round(max(age for _, _, age, _ in mine))}
    return found
