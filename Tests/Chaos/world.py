"""Everything of one run: servers, proxies, workers, traffic, and what was noted about them."""

import collections
import os
import struct
import subprocess
import threading
import time

import disks
import pgwire
import resp
import traffic
import watch
from control import ProxyControl
from fleet import Fleet
from generator import Generator
from journal import Journal
from memory import Memory
from probe import Probe
from servers import Postgres, Redis, free_port
from timeline import Timeline
from worker_faults import SLOTS

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CATALOGUE = os.path.join(ROOT, "deploy", "catalogue", "shanxi.yaml")


class World:
    """The run's folder holds: journal.jsonl, timeline.txt, logs/, redis/, postgres/."""

    def __init__(self, options, folder, poison, has_standby):
        self.options, self.folder, self.binary = options, folder, options.binary
        self.timeline = Timeline(os.path.join(folder, "timeline.txt"), options.quiet)
        self.journal_path = os.path.join(folder, "journal.jsonl")
        self.journal = Journal(self.journal_path)
        self.is_always_synced = options.appendfsync == "always"
        self.points = collections.Counter()
        self.vanished = set()
        self.problems, self.takeovers, self.unclean, self.harms = [], [], [], []
        self.harm_since = None
        self._lock = threading.Lock()
        with open(options.binary, "rb") as file:
            self.has_failpoints = b"PUHUI_FAILPOINT" in file.read() or b"FAILPOINT" in file.read()
        self._logs = os.path.join(folder, "logs")
        self._sockets = os.path.join(folder, "s")
        for path, mode in ((self._logs, 0o755), (self._sockets, 0o777)):
            os.makedirs(path, exist_ok=True)
            os.chmod(path, mode)
        self._make_shim()
        self._make_servers(has_standby)
        self._make_fleet(poison)
        self.generator = Generator(traffic.Traffic(options.seed), self.journal, self.redis.connect, options.rate)
        self.watch = watch.Watch(self)
        self.probe = Probe(self)
        self.memory = Memory(self.fleet)

    # Setting up.

    def _make_shim(self):
        self.clocks, self.sync_log, self._shim = {}, None, {}
        library = os.path.join(self.folder, "shim.so")
        for compiler in ("cc", "clang"):
            try:
                subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, os.path.join(HERE, "shim.c"),
                                "-ldl"], check=True, capture_output=True)
                break
            except (OSError, subprocess.CalledProcessError):
                continue
        else:
            return
        self._shim = {"LD_PRELOAD": library}
        self.sync_log = os.path.join(self.folder, "synced.txt")
        for clock in ("redis", "postgres", "workers"):
            self.clocks[clock] = os.path.join(self.folder, f"clock-{clock}")
            with open(self.clocks[clock], "wb") as file:
                file.write(struct.pack("q", 0))

    def _preload(self, clock, **more):
        return self._shim | {"CHAOS_CLOCK_FILE": self.clocks[clock]} | more if self._shim else {}

    def _make_servers(self, has_standby):
        self.has_small_disks = False
        homes = {name: os.path.join(self.folder, name) for name in ("redis", "postgres")}
        for home in homes.values():
            os.makedirs(home, mode=0o755)
        if self.options.small_disks:
            self.has_small_disks = all(disks.mount(home) for home in homes.values())
        log = os.path.join(self._logs, "redis.log")
        more = {"CHAOS_SYNC_LOG": self.sync_log} if self.sync_log else {}
        self.redis = Redis(os.path.join(homes["redis"], "data"), log, self._sockets, self._preload("redis", **more),
                           self.options.appendfsync)
        self._ports = [free_port(), free_port()]
        self.postgres = self._cluster("data")
        self.postgres.create()
        self.redis.start()
        self.postgres.start()
        with self.postgres.connect(database="postgres") as session:
            session.query("CREATE ROLE puhui LOGIN")
            session.query("CREATE DATABASE puhui OWNER puhui")
        self.standby = None
        if has_standby:
            self.add_standby()
        self.proxies = {name: ProxyControl(free_port(), server.port)
                        for name, server in (("redis", self.redis), ("postgres", self.postgres))}

    def _cluster(self, name):
        log = os.path.join(self._logs, f"postgres-{name}.log")
        return Postgres(os.path.join(self.folder, "postgres", name), log, self._sockets, self._preload("postgres"),
                        self.options.postgres_programs, self._ports[0])

    def add_standby(self):
        """Makes a synchronous standby of the present server, on the other one of the two ports that workers know."""
        self._ports.reverse()
        standby = self._cluster(f"standby-{len(os.listdir(os.path.join(self.folder, 'postgres')))}")
        standby.make_folder()
        standby.program("pg_basebackup", "--host", self._sockets, "--port", str(self.postgres.port), "--username",
                        "postgres", "--pgdata", standby.folder, "--write-recovery-conf", "--checkpoint=fast",
                        "--no-sync")
        standby.start()
        with self.postgres.connect() as session:
            session.query("ALTER SYSTEM SET synchronous_standby_names = '*'")
            session.query("SELECT pg_reload_conf()")
        self.standby = standby

    def _make_fleet(self, poison):
        ports = self._ports if self.standby else ()
        settings = {"PUHUI_LOG_LEVEL": "info"}
        if not self.is_always_synced:
            settings["PUHUI_ACCEPT_DATA_LOSS"] = "1"
        self.environment = settings | {
            "PUHUI_REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0",
            "PUHUI_POSTGRES_URL": self.postgres.url(*ports)}
        proxied = settings | {
            "PUHUI_REDIS_URL": f"redis://127.0.0.1:{self.proxies['redis'].port}/0",
            "PUHUI_POSTGRES_URL": self.postgres.url(*(ports or (self.proxies["postgres"].port,)))}
        shim = self._preload("workers")
        self.fleet = Fleet(self.binary, self._logs, (self.environment | shim, proxied | shim), poison, self.timeline)
        for words in (("migrate",), ("catalogue", "apply", CATALOGUE)):
            subprocess.run([self.binary, *words], env=os.environ | self.environment, check=True,
                           stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    # Running.

    def begin(self):
        """Traffic, workers and watch start."""
        self.timeline.begin()
        self.fleet.start(SLOTS)
        self.watch.start()
        self.memory.start()
        self.generator.start()

    def heal(self):
        """Undoes whatever a fault may have left."""
        for proxy in self.proxies.values():
            proxy.heal()
        for path in self.clocks.values():
            with open(path, "r+b") as file:
                file.write(struct.pack("q", 0))
        self.redis.start()
        self.postgres.start()
        with self.redis.connect() as connection:
            connection.command("CONFIG", "SET", "maxmemory", 0)
        self.fleet.continue_all()
        self.fleet.without_failpoints()

    def close(self):
        """Ends everything."""
        self.watch.stop()
        for proxy in self.proxies.values():
            proxy.stop()
        self.redis.stop()
        self.postgres.stop()
        if self.standby:
            self.standby.stop()
        disks.unmount_all()

    # What faults and the end of the run ask and note.

    def waiting(self):
        """How many elements the lists of the fleet hold; at least 1 where nobody can tell."""
        try:
            with self.redis.connect() as connection:
                return sum(length for length, *_ in watch.leases(connection).values())
        except (OSError, resp.ServerError):
            return 1

    def value(self, sql):
        """The first cell of a query, or None where PostgreSQL does not answer."""
        try:
            with self.postgres.connect(timeout_seconds=60) as session:
                return session.value(sql)
        except (OSError, pgwire.QueryError):
            return None

    def push_alone(self, redis, partner, raw):
        """One push of one message outside of the steady traffic, in the journal like all others."""
        number, = self.journal.begin([(partner, [("w", raw)])], time.time())
        redis.command("LPUSH", f"puhui:in:{partner}", raw)
        self.journal.end(number, "ok", 1)

    def vanish(self, witnesses):
        """These pushes are gone with the end of an AOF, and may be lost."""
        self.vanished |= witnesses

    def problem(self, text):
        """Something that must not be; the run fails."""
        with self._lock:
            self.problems.append(text)
        self.timeline.say(f"!    {text}")

    def note_takeover(self, code, slot, began_at, begin, seconds):
        """The lists of a dead or stopped worker have another owner. Only where nothing else was harmed it counts."""
        with self._lock:
            is_clean = self.harm_since is None and all(end < begin or start > begin + seconds
                                                       for start, end in self.harms)
            self.takeovers.append((code, seconds, is_clean))
        if is_clean:
            self.timeline.say(f"     {code} at {began_at:.2f} s: what {slot} held was taken over after {seconds:.2f} s")

    def note_end(self, slot, status, seconds):
        """A worker was asked to stop: with servers at hand it must end with 0, in time."""
        now = time.monotonic()
        is_disturbed = self.harm_since is not None or any(end > now - seconds for _, end in self.harms)
        if status != 0 and not is_disturbed:
            self.unclean.append(f"{slot} ended with {status} {seconds:.1f} s after SIGTERM")
            self.timeline.say(f"!    {self.unclean[-1]}")
