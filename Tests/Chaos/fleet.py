"""The worker processes, and the supervisor that starts again whatever has died, as an operator's would."""

import contextlib
import os
import resource
import signal
import subprocess
import threading
import time

STOP_SECONDS = 10.5
MEMORY_BYTES = 2 << 30  # of address space: enough for any sound worker


class Worker:
    """One process of a slot, and what the harness did to it."""

    def __init__(self, process, failpoint):
        self.process, self.failpoint = process, failpoint
        self.doom = None
        self.started_at = time.monotonic()

    @property
    def pid(self):
        """The number of the process."""
        return self.process.pid

    @property
    def is_alive(self):
        """Whether it still exists, stopped or not."""
        return self.process.poll() is None

    @property
    def is_stopped(self):
        """Whether a SIGSTOP holds it."""
        with contextlib.suppress(OSError, IndexError):
            with open(f"/proc/{self.pid}/stat", encoding="utf-8") as file:
                return file.read().rsplit(")", 1)[1].split()[0] == "T"
        return False

    def signal(self, number, doom=None):
        """Sends a signal; `doom` says that its death is the harness's doing."""
        self.doom = doom or self.doom
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)


class Fleet:
    """Slots by name, `ingest-1`, `score-2`, `all-1`; each has a worker that is replaced when it ends."""

    def __init__(self, binary, folder, environments, poison, timeline):
        self._binary, self._folder, self._environments = binary, folder, environments
        self._poison, self._timeline = poison, timeline
        self._lock = threading.RLock()
        self._workers = {}
        self._next_start = {}
        self._fast_ends = {}
        self._stopping = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)
        self.crashes = []
        self.exits = []
        self.kills = 0

    # Slots: the odd ones reach the servers directly, the even ones through the proxies.

    def start(self, names):
        """Starts the slots and the supervisor."""
        for name in names:
            self.add(name)
        self._supervisor.start()

    def add(self, name, failpoint=None):
        """Starts a worker in a slot."""
        with self._lock:
            self._workers[name] = self._launch(name, failpoint)

    def remove(self, name):
        """Takes a slot away; its worker is asked to stop. The exit status and the seconds that it took."""
        with self._lock:
            worker = self._workers.pop(name)
        return self.end(worker)

    def worker(self, name):
        """The current worker of a slot."""
        with self._lock:
            return self._workers[name]

    def names(self, role=None):
        """The slots, or those whose workers do what a role does."""
        with self._lock:
            return [name for name in self._workers if role is None or name.split("-")[0] in (role, "all")]

    def replace(self, name, failpoint=None):
        """Kills the worker of a slot and starts one with a failpoint."""
        with self._lock:
            old = self._workers[name]
            old.signal(signal.SIGKILL, "replaced")
            old.process.wait()
            self._workers[name] = self._launch(name, failpoint)
            return self._workers[name]

    def kill(self, name, doom):
        """kill -9; the worker that died."""
        worker = self.worker(name)
        self.kills += worker.is_alive
        worker.signal(signal.SIGKILL, doom)
        return worker

    @staticmethod
    def end(worker):
        """SIGTERM: the exit status (None if it had to be killed), and seconds."""
        begin = time.monotonic()
        worker.signal(signal.SIGTERM, worker.doom or "asked to stop")
        worker.signal(signal.SIGCONT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return worker.process.wait(STOP_SECONDS), time.monotonic() - begin
        worker.process.kill()
        worker.process.wait()
        return None, time.monotonic() - begin

    def continue_all(self):
        """Wakes whoever is still stopped."""
        for name in self.names():
            self.worker(name).signal(signal.SIGCONT)

    def without_failpoints(self):
        """Replaces workers that still carry a failpoint."""
        for name in self.names():
            if self.worker(name).failpoint:
                self.replace(name)

    def stop(self):
        """Ends all; a list of (slot, status, seconds)."""
        self._stopping.set()
        self._supervisor.join()
        with self._lock:
            workers, self._workers = dict(self._workers), {}
        ended = []
        threads = [threading.Thread(target=lambda n=name, w=worker: ended.append((n, *self.end(w))))
                   for name, worker in workers.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return ended

    def _launch(self, name, failpoint):
        role, number = name.rsplit("-", 1)
        environment = os.environ | self._environments[int(number) % 2 == 0]
        points = [point for point in (self._poison, failpoint) if point]
        if points:
            environment["PUHUI_FAILPOINT"] = ",".join(points)
        with open(os.path.join(self._folder, f"{name}.log"), "ab") as log:
            process = subprocess.Popen([self._binary, role, "--lanes", "2"], env=environment, stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, start_new_session=True)
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        return Worker(process, failpoint)

    def _supervise(self):
        while not self._stopping.wait(0.02):
            with self._lock:
                for name, worker in list(self._workers.items()):
                    if not worker.is_alive and time.monotonic() >= self._next_start.get(name, 0):
                        self._bury(name, worker)

    def _bury(self, name, worker):
        if worker.doom != "counted":
            self._note_end(name, worker)
        pause = 0.0
        if worker.doom is None:
            is_fast = time.monotonic() - worker.started_at < 3
            self._fast_ends[name] = self._fast_ends.get(name, 0) + 1 if is_fast else 0
            pause = min(2.0, 0.1 * 2 ** self._fast_ends[name])
        worker.doom = "counted"
        if pause:
            self._next_start[name] = time.monotonic() + pause
            return
        self._workers[name] = self._launch(name, None)

    def _note_end(self, name, worker):
        status = worker.process.returncode
        if worker.doom is None and not (self._poison or worker.failpoint):
            kind = self.crashes if status < 0 else self.exits
            kind.append((self._timeline.now(), name, status))
            self._timeline.say(f"!    {name} ended by itself with {status}")
