import unittest

import chaos
import schedule


class ScheduleTests(unittest.TestCase):
    def test_the_same_seed_is_the_same_schedule(self):
        self.assertEqual(schedule.plan(7, 3, chaos.FAULTS), schedule.plan(7, 3, chaos.FAULTS))
        self.assertNotEqual(schedule.plan(7, 3, chaos.FAULTS), schedule.plan(8, 3, chaos.FAULTS))

    def test_only_what_was_asked_for_comes(self):
        events = schedule.plan(1, 5, chaos.FAULTS, ("F1", "F13"))
        self.assertEqual({event.code for event in events}, {"F1", "F13"})
        self.assertEqual({event.track for event in events}, {"workers", "servers"})

    def test_a_long_run_has_every_fault_that_needs_no_request(self):
        codes = {event.code for event in schedule.plan(3, 30, chaos.FAULTS)}
        self.assertEqual(codes, {fault.code for fault in chaos.FAULTS if not fault.on_request})

    def test_events_are_in_order_and_over_in_time(self):
        events = schedule.plan(5, 1, chaos.FAULTS)
        self.assertEqual([event.at for event in events], sorted(event.at for event in events))
        self.assertLess(events[-1].at, 60)

    def test_at_twice_the_pace_the_same_faults_come_twice_as_often(self):
        usual = schedule.plan(5, 10, chaos.FAULTS, ("F1",))
        dense = schedule.plan(5, 10, chaos.FAULTS, ("F1",), 2)
        self.assertEqual([event.choices for event in dense[:len(usual)]], [event.choices for event in usual])
        self.assertAlmostEqual(len(dense) / len(usual), 2, delta=0.1)

    def test_names_tell_faults_apart(self):
        names = [fault.name for fault in chaos.FAULTS]
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main()
