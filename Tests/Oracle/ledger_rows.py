"""What a history is compared with: rows of the ledger, streamed by psql as the text of COPY."""

import re
import subprocess

# In which order a resident's activities were booked is the one thing that only the ledger knows: `entries` says it by
# number. It has a row for each id that was recorded, as in Tests/Chaos/verdict.py. Who reads it sorts, not the server.
QUERIES = {
    "entries": """
        SELECT a.resident, p.code, e.activity_id, e.entry_no, (extract(epoch FROM e.occurred_at) * 1000000)::bigint
        FROM puhui.entry e
        JOIN puhui.account a USING (shard, resident_no) JOIN puhui.partner p USING (partner_no)
        WHERE e.kind IN (1, 2)""",
    "residents": "SELECT resident, actions, reduction_mg, points_available - points_debt FROM puhui.residents",
    "totals": "SELECT residents, actions, reduction_mg, points_issued FROM puhui.totals",
    "partner_counts": """
        SELECT partner, received, credited, capped, duplicate, conflict, overlap, held, reversal, rejected
        FROM puhui.partner_counts""",
    "daily_totals": """
        SELECT day, partner, behaviour, category, region, actions, reduction_mg, points FROM puhui.daily_totals""",
}

_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


def lines(url, name):
    """The rows of one of the queries, each a line of bytes."""
    command = ["psql", url, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", f"COPY ({QUERIES[name]}) TO STDOUT"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        yield from process.stdout
    if process.returncode != 0:
        raise OSError(f"psql could not read {name}")


def fields(line):
    """The values of a line as texts, NULL as None."""
    texts = line.decode("utf-8").rstrip("\n").split("\t")
    return texts if b"\\" not in line else [_value(text) for text in texts]


def first_field(line):
    """The first value of a line as bytes."""
    field = line.split(b"\t", 1)[0]
    return field if b"\\" not in field else fields(line)[0].encode("utf-8")


def _value(text):
    return None if text == "\\N" else _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), text)
