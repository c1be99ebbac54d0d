"""Where two tables of whole numbers differ: all of it counted, the first few in words."""

from collections import Counter

FIRST = 20


class Differences:
    """What was compared so far, and what did not agree."""

    def __init__(self):
        self.compared = Counter()  # view -> rows
        self.number = 0
        self.first = []

    def compare(self, view, columns, expected, actual):
        """Compares dictionaries of what a row is about -> its numbers. A row that is missing is one of zeros."""
        nothing = (0,) * len(columns)
        about = expected.keys() | actual.keys()
        self.compared[view] += len(about)
        different = [key for key in about if expected.get(key, nothing) != actual.get(key, nothing)]
        self.number += len(different)
        for key in sorted(different, key=repr)[:FIRST - len(self.first)]:
            self.first.append(_words(view, columns, key, expected.get(key, nothing), actual.get(key, nothing)))

    def add(self, other):
        """Takes in what was found elsewhere."""
        self.compared += other.compared
        self.number += other.number
        self.first += other.first[:FIRST - len(self.first)]


def _words(view, columns, key, expected, actual):
    about = " ".join(str(part) for part in key)
    said = "; ".join(f"{column} expected {ours} but is {theirs}"
                     for column, ours, theirs in zip(columns, expected, actual) if ours != theirs)
    return f"{view}: {about}: {said}" if about else f"{view}: {said}"
