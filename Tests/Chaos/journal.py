"""The journal of everything pushed: a line before each push, a line with its outcome after it, judged by nobody.

    {"n":17,"partner":"eleme","at":1700000000.123,"kinds":"wfr","messages":["…","…",{"b64":"…"}]}
    {"n":17,"outcome":"ok"}

A push without an outcome line is `unknown`: it was on its way when something broke, and may have arrived or not.
"""

import base64
import dataclasses
import json
import threading


@dataclasses.dataclass
class Push:
    """One LPUSH of one partner: all of it arrived, or nothing."""

    number: int
    partner: str
    at: float
    kinds: str
    messages: list
    outcome: str = "unknown"

    def witness(self):
        """The id of the message that was pushed this once and never again, or None."""
        return identity(self.messages[0]) if self.kinds[:1] == "w" else None


class Journal:
    """Writes the journal. Lines reach the operating system before a push is sent."""

    def __init__(self, path):
        self._file = open(path, "w", encoding="utf-8")
        self._lock = threading.Lock()
        self._number = 0
        self.pushed = 0

    def begin(self, pushes, at):
        """Notes (partner, [(kind, bytes)…]) pairs that are about to be sent; their numbers."""
        with self._lock:
            numbers = []
            for partner, messages in pushes:
                self._number += 1
                numbers.append(self._number)
                self._write({"n": self._number, "partner": partner, "at": round(at, 4),
                             "kinds": "".join(kind for kind, _ in messages),
                             "messages": [_written(raw) for _, raw in messages]})
            self._file.flush()
            return numbers

    def end(self, number, outcome, count):
        """Notes how a push ended: ok or failed."""
        with self._lock:
            self._write({"n": number, "outcome": outcome})
            self.pushed += count if outcome == "ok" else 0

    def close(self):
        """Completes the file."""
        with self._lock:
            self._file.close()

    def _write(self, line):
        self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _written(raw):
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(raw).decode()}


def read(path):
    """All pushes of a journal, in the order in which they were sent."""
    pushes = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            if "outcome" in item:
                pushes[item["n"]].outcome = item["outcome"]
                continue
            messages = [text.encode() if isinstance(text, str) else base64.b64decode(text["b64"])
                        for text in item["messages"]]
            pushes[item["n"]] = Push(item["n"], item["partner"], item["at"], item["kinds"], messages)
    return list(pushes.values())


def identity(raw):
    """The id that a message says it has, or None."""
    found = _field(raw, "id")
    return found if isinstance(found, str) else None


def sequence(raw):
    """The number that a message has in its partner's counter, or None."""
    found = _field(raw, "seq")
    return found if isinstance(found, int) else None


def _field(raw, name):
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return message.get(name) if isinstance(message, dict) else None
