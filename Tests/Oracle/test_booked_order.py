import json
import unittest

from booked_order import booked_order


def push(partner, resident, activity, **fields):
    return json.dumps({"partner": partner, "raw": json.dumps({"resident": resident, "id": activity, **fields})})


class BookedOrderTests(unittest.TestCase):
    def test_partners_are_merged_as_the_ledger_booked_them(self):
        lines = [push("a", "r", "1"), push("a", "r", "2"), push("b", "r", "9"), push("b", "s", "8")]
        ordered = booked_order(lines, [["r", "b", "9"], ["r", "a", "1"], ["r", "a", "2"], ["s", "b", "8"]])
        self.assertEqual(ordered, [lines[2], lines[0], lines[1], lines[3]])

    def test_what_a_partner_pushed_before_comes_before(self):
        lines = [push("a", "r", "refused"), push("a", "r", "1"), push("b", "r", "9"), push("a", "r", "1")]
        ordered = booked_order(lines, [["r", "b", "9"], ["r", "a", "1"]])
        self.assertEqual(ordered, [lines[2], lines[0], lines[1], lines[3]])

    def test_what_was_refused_under_an_id_is_not_what_was_recorded(self):
        lines = [push("a", "r", "1", ended_at="2022-11-20T12:00:00+08:00"),
                 push("a", "r", "1", ended_at="2022-10-09T20:17:00+08:00"), push("b", "r", "9"), push("a", "r", "2")]
        ordered = booked_order(lines, [["r", "a", "1", "2022-10-09T12:17:00.000000Z"],
                                       ["r", "b", "9", "2022-10-09T12:17:00.000000Z"], ["r", "a", "2"]])
        self.assertEqual(ordered, lines)
        self.assertEqual(booked_order(lines, [["r", "a", "1"], ["r", "b", "9"], ["r", "a", "2"]]),
                         [lines[0], lines[2], lines[1], lines[3]], "without the time the first one is taken for it")

    def test_nothing_is_lost_or_added(self):
        lines = [push("a", "r", str(number % 7)) for number in range(50)]
        lines.append(json.dumps({"partner": "a", "raw": "no json"}))
        ordered = booked_order(lines, [["r", "a", str(number)] for number in range(7)])
        self.assertEqual(sorted(ordered), sorted(lines))


if __name__ == "__main__":
    unittest.main()
