"""Redemptions, and the expiry of points."""
import json
import statistics
import time

from .drain import await_received, fill
from .fleet import Fleet
from .servers import BINARY, Redis, cpu_seconds, run, say


def give_points(stack, residents, days_left):
    """Accounts as if they had earned 500 points each: a lot that ends in so many days, and the entry behind it."""
    day = "(now() AT TIME ZONE 'Asia/Shanghai')::date - date '1970-01-01' + %d" % days_left
    stack.psql.ask(f"""WITH a AS (
        INSERT INTO puhui.account (actions, reduction_mg, points_available, points_held, points_debt, nanopoints, latest_at,
          opened_at, resident_no, shard, resident, lots)
        SELECT 0, 0, 500, 0, 0, 0, '2022-11-01', now(), 1000000 + n, n % 32, 'bench-' || n,
          ARRAY[(({day})::bigint << 40) | 500]
        FROM generate_series(1, {residents}) n RETURNING shard, resident_no)
      INSERT INTO puhui.account_entry (points, held, booked_at, resident_no, shard, kind, reason)
      SELECT 500, 0, now(), resident_no, shard, 5, 'bench' FROM a""")
    stack.psql.ask("VACUUM ANALYZE puhui.account")


class Desk:
    """An administrator with one connection, who waits for each answer."""

    def __init__(self, stack):
        self.redis = Redis(stack.redis_url)

    def ask(self, **job):
        self.redis.ask("LPUSH", "puhui:jobs:admin", json.dumps(job))
        return self.redis.ask("BRPOP", "puhui:reply:" + job["id"], "10")


def rewards(stack, options):
    """Redemptions of both kinds from a full list to answers, and one at a time on an idle fleet."""
    stack.fresh()
    count = options.redemptions
    give_points(stack, count, 30)
    results = {}
    with Fleet({"rewards": ["rewards"]}) as fleet:
        pids = {**stack.pids(), **fleet.pids()}
        desk = Desk(stack)
        desk.ask(op="restock", id="stock", reward="green-consumption-voucher", quantity=count * 2)
        codes = [f"code-{n}" for n in range(count * 2)]
        for first in range(0, len(codes), 5000):
            desk.ask(op="restock", id=f"codes-{first}", reward="coupon", codes=codes[first:first + 5000])
        for reward in ("coupon", "green-consumption-voucher"):
            run([BINARY, "pause", "jobs:admin"])
            stack.redis.push("puhui:jobs:admin", [json.dumps(
                {"op": "redeem", "id": f"{reward}-{n}", "resident": f"bench-{n + 1}", "reward": reward})
                for n in range(count)])
            before = {name: cpu_seconds(pid) for name, pid in pids.items()}
            begin = time.monotonic()
            run([BINARY, "resume", "jobs:admin"])
            while stack.psql.number(f"SELECT count(*) FROM puhui.redemption WHERE reward = '{reward}'") < count:
                if time.monotonic() - begin > 300:
                    raise SystemExit("the redemptions were not answered within 300 s")
                time.sleep(0.02)
            seconds = time.monotonic() - begin
            results[reward] = {"redemptions_per_second": count / seconds, "cpu_us": {
                name: (cpu_seconds(pid) - before[name]) / count * 1e6 for name, pid in pids.items()}}
            say(f"rewards: {count / seconds:,.0f} redemptions/s of {reward}")
        time.sleep(2)
        times = []
        for number in range(options.singles):
            time.sleep(0.02 + (number * 7 % 40) / 1000)
            begin = time.monotonic()
            answer = desk.ask(op="redeem", id=f"single-{number}", resident=f"bench-{number + 1}", reward="coupon")
            if b'"ok":true' not in answer:
                raise SystemExit(f"a redemption was refused: {answer.decode()}")
            times.append((time.monotonic() - begin) * 1000)
    times.sort()
    results["reply"] = {"p50_ms": statistics.median(times), "p99_ms": times[int(len(times) * 0.99)]}
    return results


def expiry(stack, options):
    """Expiry of many accounts, alone, and what it costs a fleet that drains full lists beside it."""
    stack.fresh()
    give_points(stack, options.expiring, -1)
    begin = time.monotonic()
    run([BINARY, "points", "expire"])
    results = {"alone_seconds": time.monotonic() - begin}
    say(f"expiry: {options.expiring:,} accounts in {results['alone_seconds']:.1f} s")
    rates = {False: [], True: []}
    for beside in (False, True, False, True):
        stack.fresh()
        give_points(stack, options.expiring, -1)
        fill(options.messages, 1)
        workers = {"ingest": ["ingest", "--lanes", "1"], "score": ["score", "--lanes", "2"]}
        with Fleet(workers | ({"rewards": ["rewards"]} if beside else {})):
            begin = time.monotonic()
            await_received(stack, options.messages)
            rates[beside].append(options.messages / (time.monotonic() - begin))
            while beside and stack.psql.number("SELECT count(*) FROM puhui.expiry_run WHERE finished_at IS NULL"):
                time.sleep(0.05)
            if beside:
                results["beside_seconds"] = time.monotonic() - begin
        say(f"expiry: drain {'beside expiry' if beside else 'alone'} {rates[beside][-1]:,.0f} activities/s")
    results["drain_alone"], results["drain_beside"] = rates[False], rates[True]
    results["disturbance_percent"] = 100 - 100 * sum(rates[True]) / sum(rates[False])
    return results
