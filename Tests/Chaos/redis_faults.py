"""Faults of Redis: killed, restarted, cut, without power, full, forgetful, deaf."""

import contextlib
import os
import re
import signal
import time

from fault import Fault, Skipped, takes, until

_WITNESS = re.compile(rb'"id":"(w-[0-9]{9})"')
_PUSH = re.compile(rb"\*(\d+)\r\n\$5\r\nLPUSH\r\n\$\d+\r\npuhui:in:[a-z-]+\r\n")
_LOOK_BACK_BYTES = 1 << 20


def _kill(world):
    world.redis.stop(signal.SIGKILL)
    world.redis.start()
    return time.monotonic()


def _restart(world, away):
    world.redis.stop(signal.SIGTERM)
    time.sleep(away)
    world.redis.start()
    return time.monotonic()


def cut(path, size):
    """Cuts an AOF to a size; the witnesses of the pushes that are gone with what was cut off."""
    with open(path, "r+b") as file:
        start = max(0, size - _LOOK_BACK_BYTES)
        file.seek(start)
        data = file.read()
        file.truncate(size)
    return {witness for end, witness in pushes_in(data) if start + end > size}


def pushes_in(data):
    """(where it ends, its witness) of each push to an inbox in a piece of an AOF."""
    found = []
    for match in _PUSH.finditer(data):
        at, witness = match.end(), None
        for _ in range(int(match[1]) - 2):
            line_end = data.find(b"\r\n", at)
            if line_end < 0 or not data[at + 1:line_end].isdigit():
                at = len(data) + 1
                break
            begin, length = line_end + 2, int(data[at + 1:line_end])
            identity = _WITNESS.search(data, begin, min(begin + length, begin + 40))
            witness = witness or (identity and identity[1].decode())
            at = begin + length + 2
        if witness:
            found.append((at, witness))
    return found


def _cut_tail(world, cut_bytes):
    world.redis.stop(signal.SIGKILL)
    newest = world.redis.append_only_files()[-1]
    gone = cut(newest, max(0, os.path.getsize(newest) - cut_bytes))
    world.vanish(gone)
    world.timeline.say(f"     cut {cut_bytes} bytes off the AOF, {len(gone)} pushes with them")
    world.redis.start()
    return time.monotonic()


def _power(world):
    if not world.sync_log:
        raise Skipped("needs a C compiler (cc) for the library that notes what was synced")
    world.redis.stop(signal.SIGKILL)
    synced = {}
    with open(world.sync_log, encoding="utf-8") as lines:
        for line in lines:
            inode, size = line.split()
            synced[int(inode)] = int(size)
    gone, lost_bytes = set(), 0
    for path in world.redis.append_only_files():
        status = os.stat(path)
        size = min(status.st_size, synced.get(status.st_ino, 0))
        lost_bytes += status.st_size - size
        gone |= cut(path, size)
    # With `always` nothing that was acknowledged may be among them: that is for the journal to say.
    if not world.is_always_synced:
        world.vanish(gone)
    world.timeline.say(f"     {lost_bytes} bytes were not synced, {len(gone)} pushes among them")
    world.redis.start()
    return time.monotonic()


def _fill(world, flush):
    """Full with a backlog: it must drain to empty without a hand on it."""
    stopped = [world.fleet.worker(name) for name in world.fleet.names("score")]
    for worker in stopped:
        worker.signal(signal.SIGSTOP)
    time.sleep(3)
    with world.redis.connect() as connection:
        memory = dict(line.split(":") for line in connection.command("INFO", "memory").decode().splitlines()
                      if ":" in line)
        connection.command("CONFIG", "SET", "maxmemory", int(int(memory["used_memory"]) * 0.8))
        if flush:
            connection.pipeline([("SCRIPT", "FLUSH"), ("FUNCTION", "FLUSH")])
    begin = time.monotonic()
    for worker in stopped:
        worker.signal(signal.SIGCONT)
    is_drained = until(lambda: world.waiting() == 0, 90, 0.1)
    seconds = time.monotonic() - begin
    with world.redis.connect() as connection:
        connection.command("CONFIG", "SET", "maxmemory", 0)
    if not is_drained:
        world.problem(f"a full Redis did not drain within {seconds:.0f} s: {world.waiting()} elements are left")
    else:
        world.timeline.say(f"     drained while full within {seconds:.1f} s")
    return time.monotonic()


def _forget(world, what):
    with world.redis.connect() as connection:
        connection.pipeline([(word, "FLUSH") for word in what.split("+")])
    return time.monotonic()


def _client(world, what, seconds):
    with world.redis.connect(60) as connection:
        if what == "kill":
            for _ in range(seconds):
                connection.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                time.sleep(0.2)
        elif what == "sleep":
            connection.command("DEBUG", "SLEEP", seconds)
        else:
            connection.command("CLIENT", "PAUSE", seconds * 1000, what.split("-")[1].upper())
            time.sleep(seconds)
    return time.monotonic()


def _disk_full(world, seconds):
    if not world.has_small_disks:
        raise Skipped("needs root and a loop device, or tmpfs, for a disk that may be full")
    ballast = os.path.join(os.path.dirname(world.redis.folder), "ballast")
    fill_disk(ballast)
    until(lambda: not world.redis.is_running, seconds, 0.1)
    words = "died" if not world.redis.is_running else "lived"
    os.remove(ballast)
    world.redis.start()
    world.timeline.say(f"     Redis {words} on its full disk")
    return time.monotonic()


def fill_disk(path):
    """Writes a file that leaves no byte free."""
    disk = os.statvfs(os.path.dirname(path))
    with open(path, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, disk.f_bavail * disk.f_bsize)
        file.seek(0, os.SEEK_END)
        for size in (1 << 20, 4_096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))


FAULTS = (
    Fault("F5", "redis-kill", "servers", "Redis: kill -9 and restart", takes(4), _kill, weight=2),
    Fault("F6", "power-loss", "servers", "Redis: what was not synced to disk is gone", takes(4), _power, weight=2),
    Fault("F7", "redis-restart", "servers", "Redis: clean stop, away for a while, start", takes(8, away=(0, 1, 5)),
          _restart),
    Fault("F8", "aof-cut", "servers", "Redis: loses the end of its AOF, acknowledged pushes too; only they may be lost",
          takes(5, cut_bytes=(1, 17, 900, 12_345, 40_000)), _cut_tail, on_request=True),
    Fault("F9", "maxmemory", "servers", "Redis: full with a backlog; it must drain to empty by itself",
          takes(12, flush=(False, True)), _fill),
    Fault("F10", "flush", "servers", "Redis: forgets scripts and functions",
          takes(3, what=("SCRIPT", "FUNCTION", "SCRIPT+FUNCTION")), _forget),
    Fault("F11", "client", "servers", "Redis: connections killed, clients paused, server asleep",
          takes(8, what=("kill", "pause-all", "pause-write", "sleep"), seconds=(3, 5)), _client, weight=2),
    Fault("F19", "redis-disk-full", "servers", "Redis: no space left on its disk", takes(12, seconds=(4, 6)),
          _disk_full),
)
