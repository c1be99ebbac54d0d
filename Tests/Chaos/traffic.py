"""What partners push: made from a seed, with resends, conflicts, reversals and messages that are wrong in many ways.

Each message has a kind, one letter that the journal keeps:
w  witness: new, sound, and never pushed again, so that its outcome tells whether its push arrived
f  fresh: new and sound     r  resent, same content     c  conflict: a known id with other content
v  reversal                 i  invalid, with an id      x  from the corpus of poison     p  kills whoever works on it
"""

import collections
import json
import random

BEHAVIOURS = {
    "meituan-bike": "shared-bike-ride", "qingju-bike": "shared-bike-ride", "kuaidian": "ev-charging",
    "gac-toyota-nev": "ev-charging", "eleme": "no-cutlery-order", "taiyuan-bus": "bus-ride", "sanjin-walk": "walking",
    "qingliang-recycling": "old-clothes-recycling", "guangpan-canteen": "clean-plate",
}
PARTNERS = tuple(BEHAVIOURS)
# Where two partners compete for an act, one of the two takes acts back: so the order in which a refused reversal was
# judged, which nobody records, never matters.
REVERSING = tuple(partner for partner in PARTNERS if partner not in ("qingju-bike", "gac-toyota-nev"))
SHARES = (("r", 0.08), ("c", 0.02), ("v", 0.02), ("i", 0.03))

# A sound message, to be harmed in one place: with two faults at once several reasons would be right.
SOUND = (b'{"id":"corpus","resident":"r","behaviour":"walking","quantity":1,"unit":"step",'
         b'"ended_at":"2022-11-01T08:00:00+08:00"}')
HARMS = (
    (b'"corpus"', b"1e400"), (b'"corpus"', b"NaN"), (b'"corpus"', b"-0"), (b'"corpus"', b"[[[[[]]]]]"),
    (b'"corpus"', b'"\xc3\x28"'), (b'"corpus"', b'"\\ud800"'), (b'"corpus"', b'"a\\u0000b"'), (b'"corpus"', b'""'),
    (b'"corpus"', b'"tab\tin it"'), (b'"corpus"', b'"' + b"a" * 65 + b'"'), (b'"r"', b"null"), (b":1,", b":1e400,"),
    (b":1,", b":" + b"9" * 400 + b","), (b":1,", b":-1,"), (b":1,", b":0x10,"), (b":1,", b":01,"), (b"}", b",}"),
    (b"}", b"}}"), (b'"', b"'"), (b"2022-11-01", b"2022-02-30"), (b"+08:00", b""), (b"{", b"\xef\xbb\xbf{"),
    (b"}", b',"id":"corpus"}'), (b"{", b'{"deep":' + b"[" * 3_000 + b"]" * 3_000 + b","), (b"}", b"\x00}"),
)
CORPUS = tuple(SOUND.replace(old, new) for old, new in HARMS) + (
    b"", b" ", b"null", b"[]", b"42", b'"text"', b"{", b"not json", b"\x00", b"\xff\xfe\xfd", b"[" * 8_000,
    b'{"a":' * 2_000 + b"1" + b"}" * 2_000, b"x" * 20_000, b"x" * 1_000_000, b"\r\n$5\r\nhello\r\n",
    b"*3\r\n$5\r\nLPUSH\r\n",
)


class Traffic:
    """An endless source of messages of all partners."""

    def __init__(self, seed, residents=2_000):
        self._random = random.Random(f"traffic {seed}")
        self._residents = residents
        self._number = 0
        self._sequences = collections.Counter()
        self._recent = {partner: collections.deque(maxlen=2_000) for partner in PARTNERS}

    def batch(self, partner, count):
        """One push: (kind, bytes) pairs. The first is its witness."""
        messages = [("w", self._fresh(partner, "w"))]
        while len(messages) < count:
            messages.append(self._any(partner))
        return [(kind, self._text(partner, message)) for kind, message in messages]

    def _text(self, partner, message):
        self._sequences[partner] += 1
        return json.dumps(message | {"seq": self._sequences[partner]}, separators=(",", ":"),
                          ensure_ascii=False).encode()

    def _any(self, partner):
        dice, recent = self._random.random(), self._recent[partner]
        for kind, share in SHARES:
            if dice < share and recent:
                return self._other(kind, partner, self._random.choice(recent))
            dice -= share
        message = self._fresh(partner, "f")
        recent.append(message)
        return "f", message

    def _other(self, kind, partner, earlier):
        if kind == "r":
            return kind, earlier
        if kind == "c":
            return kind, earlier | {"ended_at": "2022-11-20T12:00:00+08:00", "started_at": "2022-11-20T11:50:00+08:00"}
        if kind == "v" and partner in REVERSING:
            return kind, {"id": self._id("v"), "resident": earlier["resident"], "reverses": earlier["id"],
                          "ended_at": "2022-11-30T08:00:00+08:00"}
        return "i", self._wrong(partner)

    def _wrong(self, partner):
        change = self._random.choice((
            {"quantity": "five", "unit": "km"}, {"quantity": -1}, {"quantity": 0}, {"ended_at": "yesterday"},
            {"ended_at": "2022-09-01T10:00:00+08:00", "started_at": None}, {"behaviour": "teleporting"},
            {"ended_at": "2099-01-01T10:00:00+08:00", "started_at": None}, {"resident": ""}, {"unit": "parsec"},
            {"behaviour": "nev-driving", "unit": "km", "quantity": 3}, {"region": "nowhere"}, {"evidence": ""},
            {"quantity": "1234567890123.5"}, {"reverses": "never-pushed"}))
        return self._fresh(partner, "i") | change

    def _id(self, kind):
        self._number += 1
        return f"{kind}-{self._number:09}"

    def _fresh(self, partner, kind):
        dice = self._random
        behaviour = BEHAVIOURS[partner]
        # A tenth of the residents does half of everything: their caps and overlaps are busy.
        resident = dice.randrange(self._residents // 10 if dice.random() < 0.5 else self._residents)
        minutes = dice.randrange(3, 50)
        begin = dice.randrange(6 * 60, 22 * 60)
        day = f"2022-{dice.choice((10, 11))}-{dice.randrange(1, 15):02}"
        message = {"id": self._id(kind), "resident": f"resident-{resident}", "behaviour": behaviour,
                   "ended_at": f"{day}T{_clock(begin + minutes)}+08:00"}
        if dice.random() < 0.3:
            message["region"] = dice.choice(("140105", "140211", "140702"))
        if behaviour == "shared-bike-ride":
            message |= {"quantity": round(minutes * dice.uniform(0.1, 0.4), 3), "unit": "km",
                        "started_at": f"{day}T{_clock(begin)}+08:00"}
        elif behaviour == "ev-charging":
            message |= {"quantity": f"{dice.uniform(1, 130):.2f}", "unit": "kWh",
                        "started_at": f"{day}T{_clock(begin)}+08:00"}
            if dice.random() < 0.5:
                message["evidence"] = f"vehicle:{resident}"
        elif behaviour == "walking":
            message |= {"quantity": dice.randrange(100, 30_000), "unit": "step"}
        elif behaviour == "old-clothes-recycling":
            message |= {"quantity": round(dice.uniform(0.5, 60), 1), "unit": "kg"}
        return message


def _clock(minutes):
    return f"{minutes // 60:02}:{minutes % 60:02}:00"


def poison(identity, resident="poisoned"):
    """A sound message whose id is known to kill workers."""
    return json.dumps({"id": identity, "resident": resident, "behaviour": "no-cutlery-order",
                       "ended_at": "2022-11-05T12:00:00+08:00"}).encode()
