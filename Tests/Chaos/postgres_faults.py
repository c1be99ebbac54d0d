"""Faults of PostgreSQL: stopped, killed, gone in the middle of a COMMIT, away, locked, crowded, full, failed over."""

import contextlib
import os
import random
import signal
import time

import pgwire
from fault import Fault, Skipped, takes, until
from redis_faults import fill_disk


def _stop(world, how, away):
    world.postgres.stop({"immediate": signal.SIGQUIT, "kill": signal.SIGKILL, "fast": signal.SIGINT}[how])
    time.sleep(away)
    world.postgres.start()
    return time.monotonic()


def _stay_away(world, away):
    return _stop(world, "fast", away)


def _choose_away(dice, minutes):
    # The five minutes of a long run; in a short one as long as it can bear.
    away = 300 if minutes >= 20 else dice.choice((8, 12)) if minutes < 5 else dice.choice((20, 40))
    return {"away": away}, away + 5


def _backends(session, condition="true"):
    return [int(pid) for pid, in session.query(f"""
        SELECT pid FROM pg_stat_activity
        WHERE usename = 'puhui' AND backend_type = 'client backend' AND {condition}""")]


def _kill_backend(world, pick):
    with world.postgres.connect() as session:
        pids = _backends(session, "state <> 'idle'") or _backends(session)
    if pids:
        os.kill(pids[pick % len(pids)], signal.SIGKILL)
    # One backend's violent death restarts them all.
    until(world.postgres.answers, 30)
    return time.monotonic()


def _in_commit(world, how, seconds, salt):
    """Backends die while they commit: whether the commit took place, nobody was told."""
    dice, hits, deadline = random.Random(salt), 0, time.monotonic() + seconds
    _configure(world, "commit_delay = 20000", "commit_siblings = 0")
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, pgwire.QueryError), world.postgres.connect() as session:
            while time.monotonic() < deadline:
                for pid in _backends(session, "state = 'active' AND query ILIKE '%commit'"):
                    time.sleep(dice.uniform(0, 0.01))
                    hits += 1
                    if how == "kill":
                        os.kill(pid, signal.SIGKILL)
                        time.sleep(0.5)
                    else:
                        session.query(f"SELECT pg_terminate_backend({pid})")
                time.sleep(dice.uniform(0, 0.005))
    until(world.postgres.answers, 30)
    _configure(world, "commit_delay = 0", "commit_siblings = 5")
    world.timeline.say(f"     {hits} backends were hit in COMMIT")
    return time.monotonic()


def _configure(world, *settings):
    with world.postgres.connect() as session:
        for setting in settings:
            session.query(f"ALTER SYSTEM SET {setting}")
        session.query("SELECT pg_reload_conf()")


def _lock(world, table, seconds):
    with world.postgres.connect(timeout_seconds=60) as session:
        session.query("BEGIN")
        session.query(f"LOCK TABLE puhui.{table} IN ACCESS EXCLUSIVE MODE")
        time.sleep(seconds)
        session.query("ROLLBACK")
    return time.monotonic()


def _crowd(world, seconds):
    sessions = []
    try:
        # As the fleet's own role: the superuser's reserve stays free.
        for _ in range(100):
            sessions.append(world.postgres.connect(user="puhui"))
    except (OSError, pgwire.QueryError):
        pass
    with world.postgres.connect() as session:
        for pid in _backends(session, "application_name <> 'chaos'"):
            session.query(f"SELECT pg_terminate_backend({pid})")
    with contextlib.suppress(OSError, pgwire.QueryError):
        while True:
            sessions.append(world.postgres.connect(user="puhui"))
    time.sleep(seconds)
    for session in sessions:
        session.close()
    return time.monotonic()


def _disk_full(world, seconds):
    if not world.has_small_disks:
        raise Skipped("needs root and a loop device, or tmpfs, for a disk that may be full")
    ballast = os.path.join(os.path.dirname(world.postgres.folder), "ballast")
    fill_disk(ballast)
    until(lambda: not world.postgres.is_running, seconds, 0.1)
    words = "died" if not world.postgres.is_running else "lived"
    os.remove(ballast)
    world.postgres.start()
    world.timeline.say(f"     PostgreSQL {words} on its full disk")
    return time.monotonic()


def _promote(world, seconds):
    """Commits wait for a standby that does not answer; who waits is cut off; the primary dies; the standby takes over.

    What was committed on the dead primary alone is gone, however often somebody was told that it is there.
    """
    if not world.standby:
        raise Skipped("runs with a standby only: --only F15")
    primary, standby = world.postgres, world.standby
    receiver = None
    with contextlib.suppress(OSError, pgwire.QueryError), standby.connect(database="postgres") as session:
        receiver = session.value("SELECT pid FROM pg_stat_wal_receiver")
    if not receiver:
        raise Skipped("the standby does not follow at the moment")
    os.kill(int(receiver), signal.SIGSTOP)
    cut, deadline = 0, time.monotonic() + seconds
    with contextlib.suppress(OSError, pgwire.QueryError), primary.connect() as session:
        while time.monotonic() < deadline:
            for pid in _backends(session, "wait_event = 'SyncRep'"):
                session.query(f"SELECT pg_terminate_backend({pid})")
                cut += 1
            time.sleep(0.3)
    primary.stop(signal.SIGKILL)
    os.kill(int(receiver), signal.SIGCONT)
    # Whatever comes now: the old one must not come back, or there would be two.
    world.postgres = standby
    if not until(lambda: _is_promoted(standby), 120, 0.05):
        raise TimeoutError("the standby was not promoted within 120 s")
    healed = time.monotonic()
    world.timeline.say(f"     {cut} waiting commits were cut off; the standby is promoted")
    world.add_standby()
    return healed


def _is_promoted(standby):
    """Asks for it, if need be. A standby may cancel any query of which its replay disposes: then again."""
    with contextlib.suppress(OSError, pgwire.QueryError), standby.connect(database="postgres") as session:
        if session.value("SELECT pg_is_in_recovery()") == "f":
            return True
        session.query("SELECT pg_promote(false)")
    return False


FAULTS = (
    Fault("F13", "postgres-stop", "servers", "PostgreSQL: immediate stop, or kill -9, and start",
          takes(6, how=("immediate", "kill"), away=(0, 1, 3)), _stop, weight=2),
    Fault("F13", "backend-kill", "servers", "PostgreSQL: kill -9 of one backend", takes(4, pick=(0, 1, 2)),
          _kill_backend),
    Fault("F14", "in-commit", "servers", "PostgreSQL: backends die during COMMIT",
          takes(8, how=("terminate", "kill"), seconds=(4,), salt=tuple(range(1_000))), _in_commit, weight=2),
    Fault("F15", "promotion", "servers", "PostgreSQL: the synchronous standby is promoted after the primary died with "
          "waiting commits", takes(14, seconds=(4, 6)), _promote, on_request=True),
    Fault("F18", "postgres-away", "servers", "PostgreSQL: away for a long time (5 minutes in runs of 20 or more)",
          _choose_away, _stay_away),
    Fault("F19", "postgres-disk-full", "servers", "PostgreSQL: no space left on its disk", takes(14, seconds=(5, 8)),
          _disk_full),
    Fault("F20", "lock", "servers", "PostgreSQL: a table is locked",
          takes(9, table=("entry", "account", "fence", "activity_key"), seconds=(4, 7)), _lock),
    Fault("F21", "no-connections", "servers", "PostgreSQL: all connections are taken", takes(8, seconds=(3, 5)),
          _crowd),
)
