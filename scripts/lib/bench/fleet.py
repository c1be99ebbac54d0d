"""A fleet that is measured: its processes, and what one activity costs."""
import signal
import subprocess

from .servers import BINARY, cpu_seconds, most_memory_mb


def start(arguments):
    return subprocess.Popen([BINARY] + arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Fleet:
    """Workers by name; they end with the block."""

    def __init__(self, workers):
        self.commands = workers

    def __enter__(self):
        self.processes = {name: start(arguments) for name, arguments in self.commands.items()}
        return self

    def __exit__(self, *_):
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            process.wait(timeout=30)

    def pids(self):
        return {name: process.pid for name, process in self.processes.items()}

    def memory_mb(self):
        return {name: most_memory_mb(pid) for name, pid in self.pids().items()}


def two_stages(options):
    return Fleet({"ingest": ["ingest", "--lanes", str(options.ingest_lanes)],
                  "score": ["score", "--lanes", str(options.score_lanes)]})


class Meter:
    """What the servers and workers used since it was made, for each activity."""

    def __init__(self, stack, fleet):
        self.stack = stack
        self.watched = {**stack.pids(), **fleet.pids()}
        self.before = self.read()

    def read(self):
        facts = self.stack.redis.facts("all")
        psql = self.stack.psql
        return {
            "cpu": {name: cpu_seconds(pid) for name, pid in self.watched.items()},
            "wal": psql.number("SELECT pg_current_wal_lsn() - '0/0'"),
            "commits": psql.number("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"),
            "aof": int(facts["aof_current_size"]),
            "disk": psql.number(
                "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c "
                "WHERE c.relnamespace = 'puhui'::regnamespace AND c.relkind = 'r'"),
            "tables": psql.number(
                "SELECT coalesce(sum(pg_relation_size(c.oid)), 0) FROM pg_class c "
                "WHERE c.relnamespace = 'puhui'::regnamespace AND c.relkind = 'r'"),
        }

    def budget(self, activities):
        now = self.read()
        spent = {name: now[name] - self.before[name] for name in ("wal", "commits", "aof", "disk", "tables")}
        result = {f"{name} µs": (now["cpu"][name] - used) / activities * 1e6 for name, used in self.before["cpu"].items()}
        result["WAL bytes"] = spent["wal"] / activities
        # A rewrite makes the file shorter: then there is no figure.
        if spent["aof"] > 0:
            result["AOF bytes"] = spent["aof"] / activities
        result["table bytes"] = spent["tables"] / activities
        result["index bytes"] = (spent["disk"] - spent["tables"]) / activities
        result["activities a commit"] = activities / max(1, spent["commits"])
        return result
