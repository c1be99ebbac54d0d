import json
import os
import tempfile
import unittest

import journal
import traffic


class TrafficTests(unittest.TestCase):
    def test_the_same_seed_is_the_same_traffic(self):
        one, other = traffic.Traffic(3), traffic.Traffic(3)
        self.assertEqual([one.batch("eleme", 50) for _ in range(5)], [other.batch("eleme", 50) for _ in range(5)])

    def test_a_witness_is_never_pushed_again(self):
        source, seen = traffic.Traffic(1), set()
        for _ in range(200):
            for kind, raw in source.batch("meituan-bike", 10):
                identity = json.loads(raw)["id"]
                self.assertFalse(identity in seen and kind != "r", identity)
                if kind == "w":
                    seen.add(identity)
                self.assertTrue(kind != "r" or identity not in seen)

    def test_the_counter_of_a_partner_rises_by_one(self):
        source = traffic.Traffic(1)
        numbers = [json.loads(raw)["seq"] for _ in range(20) for _, raw in source.batch("kuaidian", 7)]
        self.assertEqual(numbers, list(range(1, 141)))


class JournalTests(unittest.TestCase):
    def test_what_was_written_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "journal.jsonl")
            book = journal.Journal(path)
            one, two = book.begin([("eleme", [("w", b'{"id":"w-1"}'), ("x", b"\xff\x00")]), ("a", [("x", b"")])], 1.5)
            book.end(two, "failed", 1)
            book.close()
            pushes = journal.read(path)
        self.assertEqual((one, two), (1, 2))
        self.assertEqual([push.outcome for push in pushes], ["unknown", "failed"])
        self.assertEqual(pushes[0].messages, [b'{"id":"w-1"}', b"\xff\x00"])
        self.assertEqual((pushes[0].witness(), pushes[1].witness()), ("w-1", None))


if __name__ == "__main__":
    unittest.main()
