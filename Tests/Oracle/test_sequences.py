import unittest

from messages import read_sequence
from sequences import differences


def message(seq, partner="eleme"):
    return partner, b'{"id":"a-%d","seq":%d}' % (seq, seq)


def row(first, last, partner="eleme"):
    return {"partner": partner, "first_missing": first, "last_missing": last, "missing": last - first + 1}


class SequencesTest(unittest.TestCase):
    PUSHED = [message(n) for n in (1, 2, 3, 4, 5, 6)]

    def test_the_lost_ones_between_the_ends_are_the_gaps(self):
        lost = [message(2), message(4), message(5)]
        self.assertEqual(list(differences(self.PUSHED, lost, [row(2, 2), row(4, 5)])), [])

    def test_a_gap_too_few_and_a_gap_too_many_are_told(self):
        found = list(differences(self.PUSHED, [message(2)], [row(4, 4)]))
        self.assertEqual(len(found), 2, found)

    def test_what_was_lost_behind_the_highest_leaves_no_gap(self):
        self.assertEqual(list(differences(self.PUSHED, [message(6)], [])), [])

    def test_one_of_two_copies_that_was_lost_is_not_missing(self):
        self.assertEqual(list(differences(self.PUSHED + [message(3)], [message(3)], [])), [])

    def test_a_number_is_read_from_refused_messages_too(self):
        for raw, number in [(b'{"seq":7}', 7), (b'{"seq":7,"seq":7}', None), (b'{"seq":-1}', None), (b'{"seq":7', None)]:
            self.assertEqual(read_sequence(raw), number, raw)


if __name__ == "__main__":
    unittest.main()
