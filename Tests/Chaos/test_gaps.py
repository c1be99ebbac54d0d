import unittest

import gaps
from journal import Push


class GapsTests(unittest.TestCase):
    def test_numbers_are_read_from_messages_that_have_them(self):
        push = Push(1, "eleme", 0.0, "wfxp", [b'{"seq":1}', b'{"seq":2}', b"[" * 9_000, b'{"id":"p"}'])
        self.assertEqual(gaps.sequences([push]), {"eleme": {1, 2}})

    def test_agreement_has_no_lines(self):
        self.assertEqual(gaps.compare({2, 3, 9}, [(2, 3), (9, 9)]), [])

    def test_both_directions_are_told(self):
        self.assertEqual(gaps.compare({2, 3}, [(3, 5)]), [
            "seq 2 is missing, but gaps does not tell (1 such)", "seq 4 is told by gaps, but it arrived (2 such)"])

    def test_of_numbers_in_doubt_no_more_are_missing_than_were_not_counted(self):
        self.assertEqual(gaps.compare({2, 3}, [(2, 2), (4, 4)], {3, 4}), [])
        self.assertEqual(gaps.compare({2, 3}, [(2, 2)], {3, 4}), [])
        self.assertEqual(gaps.compare({2, 3}, [(2, 4)], {3, 4}), [
            "of 2 numbers in doubt 1 were not counted, but gaps tells 2"])


if __name__ == "__main__":
    unittest.main()
