"""What happened when: a line for each fault, on standard error and in a file."""

import sys
import threading
import time


class Timeline:
    """Seconds are those since the traffic began."""

    def __init__(self, path, is_quiet):
        self._file = open(path, "w", encoding="utf-8")
        self._lock = threading.Lock()
        self._is_quiet = is_quiet
        self._begin = time.monotonic()

    def begin(self):
        """The traffic begins now."""
        self._begin = time.monotonic()

    def now(self):
        """Seconds since then."""
        return time.monotonic() - self._begin

    def say(self, text, at=None):
        """Writes a line."""
        line = f"{self.now() if at is None else at:8.2f}s  {text}"
        with self._lock:
            print(line, file=self._file, flush=True)
            if not self._is_quiet:
                print(line, file=sys.stderr, flush=True)
