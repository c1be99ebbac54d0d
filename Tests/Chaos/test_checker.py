import json
import unittest

import checker
from journal import Push


def push(number, *messages, outcome="ok", partner="eleme"):
    """A push of (kind, id) pairs."""
    raws = [json.dumps({"id": identity}).encode() for _, identity in messages]
    return Push(number, partner, 0.0, "".join(kind for kind, _ in messages), raws, outcome)


def views(*outcomes, received=None, partner="eleme"):
    """The views of one partner with (id, outcome) rows; so many were received."""
    rows = [{"partner": partner, "activity_id": identity, "outcome": outcome, "reason": "poison"}
            for identity, outcome in outcomes]
    counts = {"partner": partner, "received": str(len(rows) if received is None else received), "rejected": str(
        sum(outcome == "rejected" for _, outcome in outcomes))}
    return {"outcomes": rows, "ledger": [], "partner_counts": [counts], "dead_letters": []}


def check(pushes, seen):
    arrived, _ = checker.settle(pushes, seen)
    return checker.check(pushes, arrived, seen)


class CheckerTests(unittest.TestCase):
    def test_nothing_is_wrong_where_all_is_well(self):
        found = check([push(1, ("w", "a"), ("f", "b"), ("r", "b"))],
                      views(("a", "credited"), ("b", "held"), received=3))
        self.assertEqual(found, checker.Findings())

    def test_a_lost_message_is_found_once(self):
        found = check([push(1, ("w", "a"), ("f", "b"))], views(("a", "credited")))
        self.assertEqual(found.lost, ["eleme b: pushed, but it has no outcome"])

    def test_a_lost_resend_is_found_by_the_count(self):
        found = check([push(1, ("w", "a"), ("f", "b"), ("r", "b"))], views(("a", "credited"), ("b", "credited")))
        self.assertEqual(found.lost, ["eleme: 3 arrived, 2 were received"])

    def test_a_message_that_was_recorded_twice_is_found(self):
        found = check([push(1, ("w", "a"))], views(("a", "credited"), ("a", "credited")))
        self.assertEqual(len(found.duplicated), 2)

    def test_a_message_that_was_counted_twice_is_found(self):
        found = check([push(1, ("w", "a"))], views(("a", "credited"), received=2))
        self.assertEqual(found.duplicated, ["eleme: 1 arrived, 2 were received"])

    def test_an_invented_message_is_found(self):
        found = check([push(1, ("w", "a"))], views(("a", "credited"), ("z", "credited"), received=1))
        self.assertEqual(found.invented, ["eleme z: 1 credited, but it was never pushed"])

    def test_what_was_refused_at_the_door_must_not_appear(self):
        found = check([push(1, ("w", "a"), outcome="failed")], views(("a", "credited"), received=0))
        self.assertEqual(len(found.invented), 1)

    def test_an_unknown_push_arrived_if_its_witness_did(self):
        pushes = [push(1, ("w", "a"), ("f", "b"), outcome="unknown"), push(2, ("w", "c"), outcome="unknown")]
        found = check(pushes, views(("a", "credited"), ("b", "credited")))
        self.assertEqual(found, checker.Findings())
        found = check(pushes, views(("a", "credited")))
        self.assertEqual(len(found.lost), 1)

    def test_poison_must_be_buried_and_counts_for_nothing_else(self):
        seen = views(("a", "credited"), ("p", "rejected"))
        arrived, _ = checker.settle([push(1, ("w", "a"), ("p", "p"))], seen)
        self.assertEqual(checker.take_poison_out(arrived, seen), [])
        self.assertEqual(seen["partner_counts"][0]["received"], "1")
        self.assertEqual(checker.check([], arrived, seen), checker.Findings())

    def test_poison_that_was_buried_unread_is_known_by_its_text(self):
        seen = views(("a", "credited"), (None, "rejected"))
        seen["dead_letters"] = [{"partner": "eleme", "activity_id": None, "payload": json.dumps({"id": "p"})}]
        arrived, _ = checker.settle([push(1, ("w", "a"), ("p", "p"))], seen)
        self.assertEqual(checker.take_poison_out(arrived, seen), [])
        self.assertEqual(checker.check([], arrived, seen), checker.Findings())

    def test_another_message_that_was_buried_in_place_of_poison_is_told(self):
        seen = views(("p", "credited"), (None, "rejected"))
        seen["dead_letters"] = [{"partner": "eleme", "activity_id": None, "payload": json.dumps({"id": "a"})}]
        arrived, _ = checker.settle([push(1, ("w", "a"), ("p", "p"))], seen)
        self.assertEqual(len(checker.take_poison_out(arrived, seen)), 1)

    def test_poison_that_was_credited_is_told(self):
        seen = views(("a", "credited"), ("p", "credited"))
        arrived, _ = checker.settle([push(1, ("w", "a"), ("p", "p"))], seen)
        self.assertEqual(len(checker.take_poison_out(arrived, seen)), 1)


if __name__ == "__main__":
    unittest.main()
