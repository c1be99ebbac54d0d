"""Measures from push to commit, one message at a time, with a connection and a partner's name of its own."""

import statistics
import threading
import time

import pgwire
import resp
import traffic


class Probe:
    """While it runs, single messages of all partners but the flooding one are pushed, and waited for."""

    def __init__(self, world):
        self._world = world
        self._thread = None
        self._stopping = threading.Event()
        self._times = []
        self._number = 0
        self.slowest = []

    def begin(self):
        """Starts measuring."""
        self._stopping.clear()
        self._times = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self):
        """Stops measuring; the p99 in seconds, or None if nothing was booked."""
        self._stopping.set()
        self._thread.join()
        if len(self._times) < 2:
            return None
        p99 = statistics.quantiles(self._times, n=100)[98]
        self.slowest.append(p99)
        return p99

    def _run(self):
        waiting = {}
        try:
            with self._world.redis.connect() as redis, self._world.postgres.connect() as session:
                end = None
                while end is None or (waiting and time.monotonic() < end):
                    if not self._stopping.is_set():
                        self._push(redis, waiting)
                    elif end is None:
                        end = time.monotonic() + 10
                    self._look(session, waiting)
                    time.sleep(0.01)
        except (OSError, resp.ServerError, pgwire.QueryError):
            pass
        # What was never seen took at least so long.
        self._times += [time.monotonic() - begin for begin in waiting.values()]

    def _push(self, redis, waiting):
        partners = [partner for partner in traffic.PARTNERS if partner != self._world.generator.flooding]
        self._number += 1
        identity = f"w-{800_000_000 + self._number}"
        partner = partners[self._number % len(partners)]
        self._world.push_alone(redis, partner, traffic.poison(identity, f"probe-{self._number % 100}"))
        waiting[identity] = time.monotonic()
        time.sleep(0.05)

    def _look(self, session, waiting):
        if not waiting:
            return
        ids = ",".join(f"'{identity}'" for identity in waiting)
        booked = session.query(f"SELECT activity_id FROM puhui.activity_key WHERE activity_id IN ({ids})")
        for identity, in booked:
            self._times.append(time.monotonic() - waiting.pop(identity))
