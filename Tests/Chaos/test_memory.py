import os
import unittest

import memory


class MemoryTests(unittest.TestCase):
    def test_begin_and_end_of_a_run_are_told_by_kind(self):
        samples = [(moment, kind, moment, base + moment / 10) for moment in range(10, 1_001, 10)
                   for kind, base in (("ingest", 10), ("score", 30))]
        self.assertEqual(memory.summary(samples), {
            "ingest": {"first_mb": 15.5, "last_mb": 105.0, "max_mb": 110.0, "samples": 100, "oldest_s": 1_000},
            "score": {"first_mb": 35.5, "last_mb": 125.0, "max_mb": 130.0, "samples": 100, "oldest_s": 1_000}})

    def test_a_short_run_has_none(self):
        self.assertEqual(memory.summary([]), {})

    def test_this_process_has_some(self):
        self.assertGreater(memory.resident_mb(os.getpid()), 1)


if __name__ == "__main__":
    unittest.main()
