"""Watches from outside: when outcomes move, and who holds which list."""

import threading
import time

import pgwire
import resp
import traffic

SAMPLE_SECONDS = 0.05
LISTS = [f"puhui:in:{partner}" for partner in traffic.PARTNERS] + [f"puhui:score:{shard:02}" for shard in range(32)]
RECEIVED = "SELECT coalesce(sum(received), 0) FROM puhui.partner_counts"
# Every view in one snapshot must tell the same sums, whatever is going on.
SNAPSHOT = """
    SELECT t.actions = r.actions AND t.actions = d.actions, t.reduction_mg = r.mg AND t.reduction_mg = d.mg,
      t.points_issued = d.points AND t.points_issued = r.points, t.residents = r.residents, c.received = c.outcomes
    FROM puhui.totals t,
      (SELECT coalesce(sum(actions), 0) AS actions, coalesce(sum(reduction_mg), 0) AS mg,
        count(*) FILTER (WHERE actions > 0) AS residents,
        coalesce(sum(points_available + points_held - points_debt), 0) AS points FROM puhui.residents) r,
      (SELECT coalesce(sum(actions), 0) AS actions, coalesce(sum(reduction_mg), 0) AS mg,
        coalesce(sum(points), 0) AS points FROM puhui.daily_totals) d,
      (SELECT sum(received) AS received, sum(credited + capped + duplicate + conflict + overlap + held + reversal
        + rejected) AS outcomes FROM puhui.partner_counts) c"""


class Watch(threading.Thread):
    """Counts outcomes many times a second, and compares the views every few seconds."""

    def __init__(self, world):
        super().__init__(name="watch", daemon=True)
        self._world = world
        self._stopping = threading.Event()
        self._samples = [(time.monotonic(), 0)]
        self.snapshots = 0
        self.torn = []

    def run(self):
        session, snapshot_at = None, 0.0
        while not self._stopping.is_set():
            try:
                session = session or self._world.postgres.connect(timeout_seconds=5)
                self._samples.append((time.monotonic(), int(session.value(RECEIVED))))
                if time.monotonic() > snapshot_at:
                    self._compare(session.query(SNAPSHOT))
                    snapshot_at = time.monotonic() + 3
            except (OSError, pgwire.QueryError):
                if session:
                    session.close()
                session = None
            self._stopping.wait(SAMPLE_SECONDS)

    def stop(self):
        """Ends it."""
        self._stopping.set()
        self.join()

    def _compare(self, rows):
        self.snapshots += 1
        if rows != [["t"] * 5]:
            self.torn.append(f"at {self._world.timeline.now():.2f} s the views disagreed: {rows}")

    def received(self):
        """The newest count."""
        return self._samples[-1][1]

    def moved_after(self, moment, patience_seconds=60):
        """Seconds from a moment until the count of outcomes moved, or None."""
        deadline = time.monotonic() + patience_seconds
        at = len(self._samples) - 1
        while at > 0 and self._samples[at][0] > moment:
            at -= 1
        before = self._samples[at][1]
        while time.monotonic() < deadline:
            while at < len(self._samples) - 1:
                at += 1
                if self._samples[at][0] > moment and self._samples[at][1] > before:
                    return self._samples[at][0] - moment
            time.sleep(0.02)
        return None


def leases(connection):
    """For each list: its length, and the lease's owner, expiry in ms, and position."""
    commands = [("LLEN", name) for name in LISTS]
    commands += [("HMGET", f"{{{name}}}:lease", "owner", "expires_ms", "position") for name in LISTS]
    replies = connection.pipeline(commands)
    found = {}
    for name, length, lease in zip(LISTS, replies, replies[len(LISTS):]):
        if isinstance(length, resp.ServerError) or isinstance(lease, resp.ServerError):
            raise resp.ServerError("no leases to be seen")
        owner, expires, position = lease
        found[name] = (length, (owner or b"").decode(), int(expires or 0), int(position or 0))
    return found


def taken_over(connect, pid, begin, patience_seconds=30):
    """Seconds until every list that a dead process held was claimed by another one; None if it held none, or if Redis
    did not answer."""
    try:
        with connect() as connection:
            held = {name for name, (length, owner, expires, _) in leases(connection).items()
                    if length and expires and _pid(owner) == pid}
            if not held:
                return None
            while time.monotonic() - begin < patience_seconds:
                now = leases(connection)
                held = {name for name in held if now[name][0] and now[name][2] and _pid(now[name][1]) == pid}
                if not held:
                    return time.monotonic() - begin
                time.sleep(0.01)
    except (OSError, resp.ServerError):
        return None
    return patience_seconds


def _pid(owner):
    parts = owner.split(":")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
