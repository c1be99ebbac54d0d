"""Private servers in a folder of the run's own, durable as in production, that can be harmed and started again."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pgwire
import resp

READY_SECONDS = 60


def free_port():
    """A port of 127.0.0.1 that nobody uses at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def kill_rest(folder):
    """Kills every process that works in a folder: backends outlive their server when that is killed."""
    found = False
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if entry.isdigit() and os.readlink(f"/proc/{entry}/cwd") == folder:
                state = open(f"/proc/{entry}/stat", encoding="utf-8").read().rsplit(")", 1)[1].split()[0]
                if state != "Z":
                    os.kill(int(entry), signal.SIGKILL)
                    found = True
    return found


class Server:
    """What both servers have in common: a folder, a process, a log."""

    name = ""

    def __init__(self, folder, log, environment, port):
        self.folder, self._log, self._environment, self.port = folder, log, environment, port
        self.process = None

    def _launch(self, command):
        with open(self._log, "ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=os.environ | self._environment, start_new_session=True)

    @property
    def is_running(self):
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def answers(self):
        """Whether it takes commands."""
        raise NotImplementedError

    def start(self):
        """Starts it if it does not run, and waits until it answers. Raises TimeoutError with the end of its log."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if not self.is_running:
                while kill_rest(self.folder):
                    time.sleep(0.02)
                self.launch()
            if self.answers():
                return
            time.sleep(0.02)
        with open(self._log, encoding="utf-8", errors="replace") as log:
            raise TimeoutError(f"{self.name} does not start:\n{log.read()[-2_000:]}")

    def launch(self):
        """Starts its process."""
        raise NotImplementedError

    def stop(self, how=signal.SIGINT):
        """Ends it with a signal and waits."""
        if self.is_running:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        while kill_rest(self.folder):
            time.sleep(0.01)


class Redis(Server):
    """Redis with an AOF."""

    name = "Redis"

    def __init__(self, folder, log, sockets, environment, appendfsync="always"):
        os.makedirs(folder, exist_ok=True)
        super().__init__(folder, log, environment, free_port())
        self.path = os.path.join(sockets, "redis.sock")
        self._appendfsync = appendfsync

    def launch(self):
        self._launch(["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--unixsocket", self.path,
                      "--appendonly", "yes", "--appendfsync", self._appendfsync, "--save", "",
                      "--maxmemory-policy", "noeviction", "--enable-debug-command", "local",
                      # A long AOF is the history that a cut goes back in; it stays small enough to load quickly.
                      "--auto-aof-rewrite-min-size", "256mb", "--proto-max-bulk-len", "64mb"])

    def connect(self, timeout_seconds=10):
        """A connection of the harness's own."""
        return resp.Connection(self.path, timeout_seconds)

    def answers(self):
        try:
            with self.connect(2) as connection:
                return connection.command("PING") == b"PONG"
        except (OSError, resp.ServerError):
            return False

    def append_only_files(self):
        """The files that grow, oldest first."""
        folder = os.path.join(self.folder, "appendonlydir")
        names = [name for name in os.listdir(folder) if re.search(r"\.incr\.aof$", name)]
        return [os.path.join(folder, name) for name in sorted(names, key=lambda name: int(name.split(".")[2]))]


class Postgres(Server):
    """PostgreSQL with fsync; run as the user postgres where the harness is root, because it refuses to be."""

    name = "PostgreSQL"

    def __init__(self, folder, log, sockets, environment, programs, port):
        super().__init__(folder, log, environment, port)
        self._sockets, self._programs = sockets, programs
        self._settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": sockets, "fsync": "on",
            "synchronous_commit": "on", "full_page_writes": "on", "max_connections": 60, "shared_buffers": "128MB",
            "max_wal_size": "1GB", "wal_compression": "on", "jit": "off", "timezone": "UTC", "log_timezone": "UTC",
        }
        self._account = (["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
                         if os.geteuid() == 0 else [])

    def program(self, name, *arguments):
        """Runs one of PostgreSQL's programs as the server's account. Raises with its output."""
        done = subprocess.run([*self._account, os.path.join(self._programs, name), *arguments], cwd="/",
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{name} failed: {done.stdout}{done.stderr}")

    def make_folder(self):
        """An empty folder for data that the server's account owns."""
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        os.chmod(self.folder, 0o700)
        if self._account:
            shutil.chown(self.folder, "postgres", "postgres")

    def create(self):
        """Makes an empty cluster."""
        self.make_folder()
        self.program("initdb", "--pgdata", self.folder, "--username=postgres", "--auth=trust", "--encoding=UTF8",
                     "--locale=C.UTF-8", "--no-sync")

    def launch(self):
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        self._launch([*self._account, os.path.join(self._programs, "postgres"), "-D", self.folder, *options])

    def connect(self, user="postgres", database="puhui", timeout_seconds=10):
        """A session of the harness's own, as superuser unless said otherwise."""
        return pgwire.Session(os.path.join(self._sockets, f".s.PGSQL.{self.port}"), user, database, timeout_seconds)

    def answers(self):
        try:
            with self.connect(database="postgres", timeout_seconds=5) as session:
                return session.value("SELECT 1") == "1"
        except (OSError, pgwire.QueryError):
            return False

    def url(self, *ports):
        """What workers are given. With several ports: whichever of them takes writes."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports or (self.port,))
        return f"postgresql://puhui@{hosts}/puhui?connect_timeout=5" + (
            "&target_session_attrs=read-write" if len(ports) > 1 else "")
