"""The partners: pushes steadily, whatever happens to the servers, and notes every push with its outcome."""

import threading
import time

import resp
import traffic

TICK_SECONDS = 0.05
LONGEST_BACKLOG = 300_000
# Longer than any fault lets Redis hang: a push that was given up while it waits in a socket could still arrive later,
# behind younger ones.
PATIENCE_SECONDS = 120


class Generator(threading.Thread):
    """Pushes `rate` messages a second over all partners until it is told to stop."""

    def __init__(self, source, journal, connect, rate):
        super().__init__(name="generator", daemon=True)
        self._source, self._journal, self._connect = source, journal, connect
        self._batch = max(1, round(rate * TICK_SECONDS / len(traffic.PARTNERS)))
        # Few messages a tick: not every partner has some in every tick.
        self._skip = max(1, round(len(traffic.PARTNERS) * self._batch / (rate * TICK_SECONDS)))
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._extra = []
        self.flooding = None
        self.error = None

    def also(self, partner, kind, messages):
        """Pushes these along with the next tick."""
        with self._lock:
            self._extra.append((partner, [(kind, raw) for raw in messages]))

    def stop(self):
        """Ends the traffic, and waits for the last push."""
        self._stopping.set()
        self.join(PATIENCE_SECONDS)

    def run(self):
        try:
            self._push_on()
        except Exception as error:  # pylint: disable=broad-except
            self.error = error
            raise

    def _push_on(self):
        connection, due, tick = None, time.monotonic(), 0
        while not self._stopping.is_set():
            due = max(due + TICK_SECONDS, time.monotonic() - 1)
            tick += 1
            try:
                connection = connection or self._connect(PATIENCE_SECONDS)
                if tick % 100 == 0 and self._backlog(connection) > LONGEST_BACKLOG:
                    self._stopping.wait(1)
                    continue
                self._push(connection, self._pushes(tick))
            except (OSError, resp.ServerError):
                if connection:
                    connection.close()
                connection = None
            self._stopping.wait(max(0.0, due - time.monotonic()))

    @staticmethod
    def _backlog(connection):
        lengths = connection.pipeline([("LLEN", f"puhui:in:{partner}") for partner in traffic.PARTNERS])
        return sum(length for length in lengths if isinstance(length, int))

    def _pushes(self, tick):
        partners = [partner for at, partner in enumerate(traffic.PARTNERS) if (at + tick) % self._skip == 0]
        pushes = [(partner, self._source.batch(partner, self._batch)) for partner in partners]
        # Read once: the flood may end meanwhile.
        flooding = self.flooding
        if flooding:
            # 50 times the others; in pushes that a partner would make.
            pushes += [(flooding, self._source.batch(flooding, 10 * self._batch)) for _ in range(5)]
        with self._lock:
            extra, self._extra = self._extra, []
        # These too get a witness, or nobody could tell whether an unknown push arrived.
        return pushes + [(partner, self._source.batch(partner, 1) + messages) for partner, messages in extra]

    def _push(self, connection, pushes):
        numbers = self._journal.begin(pushes, time.time())
        # The end of a message list is the newest: LPUSH puts its arguments one after the other.
        connection.send([("LPUSH", f"puhui:in:{partner}", *(raw for _, raw in messages))
                         for partner, messages in pushes])
        for number, (_, messages) in zip(numbers, pushes):
            reply = connection.receive()
            self._journal.end(number, "failed" if isinstance(reply, resp.ServerError) else "ok", len(messages))
