import dataclasses
import unittest

import checker
import journal
import vanished
from test_checker import push, views


def kept(pushes, seen, *witnesses):
    arrived, doubtful = vanished.take_out(checker.settle(pushes, seen)[0], seen, set(witnesses))
    return [push.kinds for push in arrived], doubtful, checker.check(pushes, arrived, seen)


class VanishedTests(unittest.TestCase):
    def test_without_a_loss_everything_stays(self):
        pushes = [push(1, ("w", "a"), ("f", "b"))]
        self.assertEqual(kept(pushes, views(("a", "credited")))[0], ["wf"])

    def test_what_vanished_may_be_lost_in_part(self):
        pushes = [push(1, ("w", "a"), ("f", "b")), push(2, ("w", "c"), ("f", "d"))]
        kinds, _, found = kept(pushes, views(("a", "credited"), ("b", "credited"), ("d", "held")), "c")
        self.assertEqual((kinds, found), (["wf", "f"], checker.Findings()))

    def test_nothing_else_may_be_lost(self):
        pushes = [push(1, ("w", "a"), ("f", "b")), push(2, ("w", "c"), ("f", "d"))]
        self.assertEqual(len(kept(pushes, views(("a", "credited")), "c")[2].lost), 1)

    def test_of_resends_as_many_arrived_as_were_counted(self):
        pushes = [push(1, ("w", "a"), ("f", "b")), push(2, ("w", "c"), ("r", "b"), ("r", "b"))]
        seen = views(("a", "credited"), ("b", "credited"), ("c", "credited"), received=4)
        kinds, doubtful, found = kept(pushes, seen, "c")
        self.assertEqual((kinds, found), (["wf", "wr"], checker.Findings()))
        self.assertEqual(len(doubtful), 1)

    def test_a_conflict_arrived_if_it_has_a_row(self):
        pushes = [push(1, ("w", "a"), ("f", "b")), push(2, ("w", "c"), ("r", "b"), ("c", "b"))]
        seen = views(("a", "credited"), ("b", "credited"), ("c", "credited"), ("b", "conflict"))
        self.assertEqual(kept(pushes, seen, "c")[0], ["wf", "wc"])

    def test_which_of_two_that_vanished_was_booked_nobody_can_tell(self):
        pushes = [push(1, ("w", "a"), ("f", "b")), push(2, ("w", "c"), ("r", "b")), push(3, ("w", "d"), ("f", "e"))]
        pushes = [dataclasses.replace(each, messages=[b'{"id":"%s","seq":%d}' % (journal.identity(raw).encode(), seq)
                                                      for seq, raw in enumerate(each.messages, 10 * each.number)])
                  for each in pushes]
        seen = views(("b", "credited"), ("d", "credited"))
        _, doubtful, found = kept(pushes, seen, "a", "c", "d")
        self.assertEqual((doubtful, found), ({("eleme", 11), ("eleme", 21)}, checker.Findings()))


if __name__ == "__main__":
    unittest.main()
