"""Which fault comes when: decided before the run, from the seed alone.

Faults go on three tracks at once: what kills workers, what stops them for longer than a lease, and what harms servers,
network, clocks and traffic. On a track one fault follows the other.
"""

import dataclasses
import random

TRACKS = ("workers", "zombies", "servers")
FIRST_AT = 3.0


@dataclasses.dataclass(frozen=True)
class Event:
    """One fault: when it is due, in seconds from the start, and with which choices."""

    at: float
    track: str
    code: str
    name: str
    choices: dict

    def words(self):
        """The event as a line of the timeline."""
        said = " ".join(f"{key}={value}" for key, value in self.choices.items())
        return f"{self.code:4} {self.name} {said}".rstrip()


def plan(seed, minutes, faults, only=(), pace=1.0):
    """The events of a run, in order, so many times as dense as usual. `faults` have code, name, track, weight,
    on_request, and choose(dice, minutes)."""
    events = []
    for track in TRACKS:
        mine = [fault for fault in faults if fault.track == track
                and (fault.code in only if only else not fault.on_request)]
        if mine:
            events += _track(random.Random(f"{seed} {track}"), track, minutes, mine, pace)
    return sorted(events, key=lambda event: (event.at, event.track))


def _track(dice, track, minutes, faults, pace):
    at, bag, events = FIRST_AT, [], []
    while True:
        if not bag:
            # A bag that is emptied before it is filled again: each fault comes as often as its weight says.
            bag = [fault for fault in faults for _ in range(fault.weight)]
            dice.shuffle(bag)
        fault = bag.pop()
        choices, seconds = fault.choose(dice, minutes)
        gap = dice.uniform(0.2, 1.5) if track != "servers" else dice.uniform(1, 3)
        # The last ones must be over when the run is.
        if at + seconds > minutes * 60:
            return events
        events.append(Event(round(at, 2), track, fault.code, fault.name, choices))
        # Where a fault takes longer than its share, the next one follows as soon as it is over.
        at += (seconds + gap) / pace
