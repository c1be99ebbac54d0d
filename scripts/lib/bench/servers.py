"""The private pair of servers that a measurement runs on, and what can be read of it."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BINARY = os.path.join(ROOT, ".build", "release", "puhui")
TICKS = os.sysconf("SC_CLK_TCK")


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


class Psql:
    """One psql session that answers questions with one line each."""

    def __init__(self, url):
        self.process = subprocess.Popen(["psql", url, "-AtqX"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, sql):
        self.process.stdin.write(sql.rstrip(";") + ";\n\\echo end\n")
        self.process.stdin.flush()
        answer = []
        for line in self.process.stdout:
            if line.strip() == "end":
                return answer[0] if answer else None
            answer.append(line.strip())
        raise SystemExit("psql ended: " + sql)

    def number(self, sql):
        return int(self.ask(sql) or 0)


class Redis:
    """One connection, in RESP."""

    def __init__(self, url):
        host, port = url.removeprefix("redis://").split("/")[0].rsplit(":", 1)
        self.connection = socket.create_connection((host, int(port)), timeout=120)

    def ask(self, *words):
        parts = [b"*%d\r\n" % len(words)]
        for word in words:
            data = word if isinstance(word, bytes) else str(word).encode()
            parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
        self.connection.sendall(b"".join(parts))
        return self.connection.recv(65536)

    def integer(self, *words):
        return int(self.ask(*words)[1:].split()[0])

    def facts(self, section):
        lines = self.ask("INFO", section).decode().splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def push(self, name, elements):
        """Pushes in pieces, oldest first."""
        for first in range(0, len(elements), 1000):
            self.ask("LPUSH", name, *elements[first:first + 1000])


class Stack:
    """Servers in a temporary folder, durable, with the schema and the default catalogue."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="puhui-bench-")
        self.script = os.path.join(ROOT, "scripts", "stack")
        run([self.script, "up", "--dir", self.folder])
        for line in run([self.script, "env", "--dir", self.folder]).splitlines():
            name, value = line.removeprefix("export ").split("=", 1)
            os.environ[name] = run(["bash", "-c", "printf %s " + value])
        self.postgres_url, self.redis_url = os.environ["PUHUI_POSTGRES_URL"], os.environ["PUHUI_REDIS_URL"]
        self.psql, self.redis = Psql(self.postgres_url), Redis(self.redis_url)
        self.prepare()

    def prepare(self):
        run([BINARY, "migrate"])
        run([BINARY, "catalogue", "apply", os.path.join(ROOT, "deploy", "catalogue", "shanxi.yaml")])

    def fresh(self):
        """Empty lists and an empty ledger."""
        self.psql.ask("SET client_min_messages = warning; DROP SCHEMA puhui CASCADE")
        self.redis.ask("FLUSHALL")
        self.prepare()

    def received(self):
        return self.psql.number("SELECT coalesce(sum(received), 0) FROM puhui.partner_counts")

    def pids(self):
        """The postmaster by its pid file, Redis by its own word."""
        pids = {"redis": int(self.redis.facts("server")["process_id"])}
        for folder, _, files in os.walk(self.folder):
            if "postmaster.pid" in files:
                pids["postgres"] = int(open(os.path.join(folder, "postmaster.pid")).readline())
        return pids

    def durability(self):
        settings = {name: self.psql.ask("SHOW " + name) for name in (
            "fsync", "synchronous_commit", "full_page_writes", "wal_compression", "max_wal_size", "shared_buffers")}
        settings["appendfsync"] = self.redis.ask("CONFIG", "GET", "appendfsync").decode().split("\r\n")[-2]
        return settings

    def versions(self):
        return {"PostgreSQL": self.psql.ask("SHOW server_version"), "Redis": self.redis.facts("server")["redis_version"]}

    def down(self):
        subprocess.run([self.script, "down", "--purge", "--dir", self.folder], stdout=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)


def cpu_seconds(pid):
    """User and system time of a process and of its children, in seconds; children that ended are counted by it."""
    total = 0
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            fields = open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(entry) == pid:
            total += sum(int(field) for field in fields[11:15])
        elif int(fields[1]) == pid:
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def most_memory_mb(pid):
    """The most memory that a process had at once, in MB."""
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
