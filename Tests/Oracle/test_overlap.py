"""Overlap, reversal and judging again, each with figures worked out on paper."""

import unittest

from samples import BIKE, CARS, CHARGER, RIVAL, act, amounts, fold, group, outcomes, reversal

RIDE, CHARGE, DRIVE = "shared-bike-ride", "ev-charging", "nev-driving"


class SameAct(unittest.TestCase):
    def judge(self, first, second, exclusivity, partners=(BIKE, RIVAL)):
        return outcomes(fold((partners[0], first), (partners[1], second), exclusivity=[exclusivity]))[1]

    def test_strictly_overlapping_rides_are_one_act_and_touching_ones_are_two(self):
        rides = group("rides", RIDE)
        first = act("a", RIDE, "2", start="08:00", end="08:30")
        for start, end, expected in [("08:29", "09:00", "b overlap rides"), ("08:30", "09:00", "b credited"),
                                     ("07:30", "08:00", "b credited"), ("07:30", "08:01", "b overlap rides"),
                                     ("08:10", "08:10", "b overlap rides"), ("08:30", "08:30", "b credited")]:
            self.assertEqual(self.judge(first, act("b", RIDE, "2", start=start, end=end), rides), expected, start)

    def test_the_window_widens_both_sides(self):
        rides = group("rides", RIDE, window="600")
        first = act("a", RIDE, "2", start="08:00", end="08:30")
        self.assertEqual(self.judge(first, act("b", RIDE, "2", start="08:39", end="09:00"), rides), "b overlap rides")
        self.assertEqual(self.judge(first, act("b", RIDE, "2", start="08:40", end="09:00"), rides), "b credited")

    def test_equal_evidence_at_a_gap_of_at_most_the_window_is_one_act(self):
        rides = group("rides", RIDE, window="600")
        first = act("a", RIDE, "2", start="08:00", end="08:30", evidence="bike:1")
        same = act("b", RIDE, "2", start="08:40", end="09:00", evidence="bike:1")
        later = act("b", RIDE, "2", start="08:41", end="09:00", evidence="bike:1")
        self.assertEqual(self.judge(first, same, rides), "b overlap rides")
        self.assertEqual(self.judge(first, later, rides), "b credited")

    def test_different_evidence_tells_acts_apart_only_where_the_group_says_so(self):
        first = act("a", RIDE, "2", start="08:00", end="08:30", evidence="bike:1")
        second = act("b", RIDE, "2", start="08:00", end="08:30", evidence="bike:2")
        bare = act("b", RIDE, "2", start="08:00", end="08:30")
        self.assertEqual(self.judge(first, second, group("rides", RIDE)), "b credited")
        self.assertEqual(self.judge(first, second, group("rides", RIDE, distinguishes=False)), "b overlap rides")
        self.assertEqual(self.judge(first, bare, group("rides", RIDE)), "b overlap rides")

    def test_a_group_across_partners_leaves_one_partner_alone(self):
        wide = group("charges", CHARGE, scope="across-partners")
        first = act("a", CHARGE, "5", start="08:00", end="09:00")
        second = act("b", CHARGE, "5", start="08:00", end="09:00")
        self.assertEqual(self.judge(first, second, wide, (CHARGER, CHARGER)), "b credited")
        self.assertEqual(self.judge(first, second, wide, (CHARGER, CARS)), "b overlap charges")

    def test_two_behaviours_may_be_one_saving_and_others_are_left_alone(self):
        car = group("car", CHARGE, DRIVE, window="3600")
        charge = act("a", CHARGE, "5", start="08:00", end="09:00")
        self.assertEqual(self.judge(charge, act("b", DRIVE, "5", start="09:30", end="10:00"), car, (CHARGER, CARS)),
                         "b overlap car")
        self.assertEqual(self.judge(charge, act("b", RIDE, "5", start="08:00", end="09:00"), car), "b credited")

    def test_a_group_across_behaviours_leaves_two_acts_of_one_behaviour_alone(self):
        car = group("car", CHARGE, DRIVE, scope="across-behaviours", window="3600")
        first = act("a", CHARGE, "5", start="08:00", end="09:00")
        self.assertEqual(self.judge(first, act("b", CHARGE, "5", start="08:00", end="09:00"), car), "b credited")
        self.assertEqual(self.judge(first, act("b", DRIVE, "5", start="09:30", end="10:00"), car), "b overlap car")

    def test_other_residents_do_not_matter(self):
        first = act("a", RIDE, "2", start="08:00", end="08:30")
        second = act("b", RIDE, "2", start="08:00", end="08:30", resident="li")
        self.assertEqual(self.judge(first, second, group("rides", RIDE)), "b credited")

    def test_an_act_that_crosses_days_is_found(self):
        first = act("a", CHARGE, "5", start="2022-11-26T12:00:00Z", end="2022-11-28T11:00:00Z")
        second = act("b", CHARGE, "5", start="2022-11-27T12:00:00Z", end="2022-11-27T13:00:00Z")
        self.assertEqual(self.judge(first, second, group("charges", CHARGE), (CHARGER, CARS)), "b overlap charges")

    def test_the_nearest_is_named_and_of_equals_the_earliest(self):
        state = fold((BIKE, act("far", RIDE, "2", start="08:00", end="08:30")),
                     (BIKE, act("near", RIDE, "2", start="08:30", end="09:00")),
                     (RIVAL, act("b", RIDE, "2", start="08:20", end="09:00")),
                     (RIVAL, act("c", RIDE, "2", start="08:15", end="08:45")), exclusivity=[group("rides", RIDE)])
        named = [(row["other_partner"], row["other_activity_id"]) for row in state["outcomes"]]
        self.assertEqual(named, [(None, None), (None, None), (BIKE, "near"), (BIKE, "far")])

    def test_what_is_not_credited_takes_nothing_from_others(self):
        ride = dict(start="08:00", end="08:30")
        nothing = {"code": "none", "behaviours": [RIDE], "quantity_per_day": "0", "unit": "km"}
        state = fold((BIKE, act("a", RIDE, "2", **ride)), (RIVAL, act("b", RIDE, "2", **ride)), caps=[nothing],
                     exclusivity=[group("rides", RIDE)])
        self.assertEqual(outcomes(state), ["a capped none", "b capped none"])


class Reversals(unittest.TestCase):
    def test_a_reversal_takes_back_what_was_credited(self):
        state = fold((BIKE, act("r", RIDE, "5", start="08:00", end="08:23", region="140105")),
                     (BIKE, reversal("back", "r", end="2022-11-30T08:00:00+08:00")))
        self.assertEqual(outcomes(state), ["r credited", "back reversal"])
        self.assertEqual(amounts(state), [("earn", "r", "5", 1_250_000, 12),
                                          ("reversal", "back", "-5", -1_250_000, -12)])
        self.assertEqual(state["ledger"][1]["occurred_at"], "2022-11-29T00:23:00Z")
        self.assertEqual(state["ledger"][1]["factor_version"], "bike@1")
        self.assertEqual(state["totals"], {"residents": 0, "actions": 0, "reduction_mg": 0, "points_issued": 0})
        self.assertEqual([(row["day"], row["region"], row["actions"], row["reduction_mg"], row["points"])
                          for row in state["daily_totals"]], [("2022-11-29", "140105", 0, 0, 0)])

    def test_a_reversal_is_refused_where_there_is_nothing_to_take_back(self):
        hold = [{"behaviour": RIDE, "refuse": {}, "hold": {"quantity_above": "20"}}]
        state = fold((BIKE, reversal("1", "r")), (BIKE, act("r", RIDE, "5")), (RIVAL, reversal("2", "r")),
                     (BIKE, reversal("3", "r", resident="li")), (BIKE, act("h", RIDE, "30")),
                     (BIKE, reversal("4", "h")), (BIKE, reversal("5", "r")), (BIKE, reversal("6", "r")),
                     (BIKE, reversal("7", "5")), (BIKE, reversal("5", "r")),
                     (CARS, act("z", DRIVE, "5", end="13:00")), (CARS, reversal("8", "z")), plausibility=hold,
                     caps=[{"code": "none", "behaviours": [DRIVE], "quantity_per_day": "0", "unit": "km"}])
        self.assertEqual(outcomes(state), [
            "1 rejected reverses_unknown", "r credited", "2 rejected reverses_unknown",
            "3 rejected reverses_unknown", "h held", "4 rejected reverses_not_credited", "5 reversal",
            "6 rejected reverses_already_reversed", "7 rejected reverses_not_credited",
            "z capped none", "8 rejected reverses_not_credited"])
        self.assertEqual(state["outcomes"][8]["right_reasons"], ["reverses_not_credited", "reverses_unknown"])
        self.assertEqual(state["partner_counts"][0]["duplicate"], 1)

    def test_the_dates_of_a_reversal_are_its_own(self):
        state = fold((BIKE, act("r", RIDE, "5")), (BIKE, reversal("x", "r", end="2022-12-02T00:00:00Z")))
        self.assertEqual(outcomes(state)[1], "x rejected in_future")

    def test_the_loser_is_credited_after_its_winner_was_taken_back(self):
        ride = dict(start="08:00", end="08:30")
        state = fold((BIKE, act("a", RIDE, "4", **ride)), (RIVAL, act("b", RIDE, "5", **ride)),
                     (BIKE, reversal("back", "a")), exclusivity=[group("rides", RIDE)])
        self.assertEqual(outcomes(state), ["a credited", "b credited", "back reversal"])
        # 10 points, minus 10, then 12.5.
        self.assertEqual(amounts(state), [("earn", "a", "4", 1_000_000, 10),
                                          ("reversal", "back", "-4", -1_000_000, -10),
                                          ("upgrade", "b", "5", 1_250_000, 12)])
        self.assertIsNone(state["outcomes"][1]["other_activity_id"])
        rival = state["partner_counts"][1]
        self.assertEqual((rival["received"], rival["credited"], rival["overlap"]), (1, 1, 0))

    def test_losers_are_judged_again_in_booked_order(self):
        ride = dict(start="08:00", end="08:30")
        state = fold((BIKE, act("a", RIDE, "4", **ride)), (RIVAL, act("b", RIDE, "5", **ride)),
                     (BIKE, act("c", RIDE, "6", **ride)), (BIKE, reversal("back", "a")),
                     (RIVAL, reversal("back", "b")), exclusivity=[group("rides", RIDE)])
        self.assertEqual(outcomes(state), ["a credited", "b credited", "c credited", "back reversal", "back reversal"])
        self.assertEqual([row[:2] for row in amounts(state)], [
            ("earn", "a"), ("reversal", "back"), ("upgrade", "b"), ("reversal", "back"), ("upgrade", "c")])
        self.assertEqual(state["totals"]["reduction_mg"], 1_500_000)

    def test_a_loser_may_lose_to_another_act_that_was_booked_later(self):
        state = fold((BIKE, act("a", RIDE, "4", start="08:00", end="08:30")),
                     (RIVAL, act("b", RIDE, "4", start="08:20", end="08:50")),
                     (BIKE, act("c", RIDE, "4", start="08:40", end="09:00")),
                     (BIKE, reversal("back", "a")), exclusivity=[group("rides", RIDE)])
        self.assertEqual(outcomes(state), ["a credited", "b overlap rides", "c credited", "back reversal"])
        self.assertEqual(state["outcomes"][1]["other_activity_id"], "c")

    def test_a_loser_may_be_capped_when_it_is_judged_again(self):
        ride = dict(start="08:00", end="08:30")
        cap = {"code": "rides", "behaviours": [RIDE], "quantity_per_day": "6", "unit": "km"}
        state = fold((BIKE, act("a", RIDE, "1", **ride)), (RIVAL, act("b", RIDE, "5", **ride)),
                     (RIVAL, act("h", RIDE, "25", **ride)), (BIKE, act("c", RIDE, "4", start="10:00", end="10:30")),
                     (BIKE, reversal("back", "a")), caps=[cap], exclusivity=[group("rides", RIDE)],
                     plausibility=[{"behaviour": RIDE, "refuse": {}, "hold": {"quantity_above": "20"}}])
        self.assertEqual(outcomes(state), ["a credited", "b capped rides", "h overlap rides", "c credited",
                                           "back reversal"])
        self.assertEqual(state["outcomes"][2]["other_activity_id"], "b")
        self.assertEqual(amounts(state)[-1], ("upgrade", "b", "2", 500_000, 5))

    def test_a_loser_may_be_held_when_it_is_judged_again(self):
        ride = dict(start="08:00", end="08:30")
        state = fold((BIKE, act("a", RIDE, "1", **ride)), (RIVAL, act("h", RIDE, "25", **ride)),
                     (BIKE, reversal("back", "a")), exclusivity=[group("rides", RIDE)],
                     plausibility=[{"behaviour": RIDE, "refuse": {}, "hold": {"quantity_above": "20"}}])
        self.assertEqual(outcomes(state), ["a credited", "h held", "back reversal"])
        self.assertEqual(len(state["ledger"]), 2)


if __name__ == "__main__":
    unittest.main()
