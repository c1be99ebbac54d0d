"""What a fault is, and the small words that all of them are made of."""

import dataclasses
import time
import typing


class Skipped(Exception):
    """This machine, or this binary, cannot do that fault; the text says why."""


@dataclasses.dataclass(frozen=True)
class Fault:
    """One kind of harm.

    `choose(dice, minutes)` gives its choices and how many seconds it may take; `run(world, **choices)` does the harm
    and undoes it. It returns the moment (`time.monotonic`) from which on outcomes must move again, or None where it
    measures something else.
    """

    code: str
    name: str
    track: str
    about: str
    choose: typing.Callable
    run: typing.Callable
    weight: int = 1
    on_request: bool = False


def takes(planned, /, **choices):
    """A `choose` that picks one of each list of choices."""
    def choose(dice, _):
        return {name: dice.choice(values) for name, values in choices.items()}, planned
    return choose


def until(condition, seconds, pause=0.02):
    """Waits for a condition; whether it came about."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(pause)
    return condition()
