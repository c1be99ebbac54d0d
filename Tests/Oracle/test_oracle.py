"""The rules, each with figures worked out on paper.

Run with: python3 -m unittest discover -s Tests/Oracle
"""

import unittest

from samples import (BIKE, CARS, CHARGER, FOOD, NOW, RIVAL, act, amounts, document, factor, fold, group, outcomes,
                     reversal, rule)

RIDE, CHARGE, DRIVE, WALK, ORDER = "shared-bike-ride", "ev-charging", "nev-driving", "walking", "no-cutlery-order"


def cap(code, limit, *behaviours, unit="km"):
    return {"code": code, "behaviours": list(behaviours), "quantity_per_day": limit, "unit": unit}


def plausible(behaviour, refuse=None, hold=None):
    return {"behaviour": behaviour, "refuse": refuse or {}, "hold": hold or {}}


class FactsOfTheSource(unittest.TestCase):
    def test_a_ride_of_5_km_in_23_minutes_is_1250_g(self):
        state = fold((BIKE, act("r1", RIDE, "5.0", start="08:00", end="08:23", region="140105")))
        self.assertEqual(outcomes(state), ["r1 credited"])
        # 1,250 g at 0.01 points a gram are 12.5 points: 12 now, a half is carried.
        self.assertEqual(amounts(state), [("earn", "r1", "5", 1_250_000, 12)])
        entry = state["ledger"][0]
        self.assertEqual((entry["factor_version"], entry["occurred_at"]), ("bike@1", "2022-11-29T00:23:00Z"))
        self.assertEqual(state["residents"], [
            {"resident": "wang", "actions": 1, "reduction_mg": 1_250_000, "points": 12, "title": "tree"}])
        self.assertEqual(state["totals"], {
            "residents": 1, "actions": 1, "reduction_mg": 1_250_000, "points_issued": 12})
        self.assertEqual(state["daily_totals"], [
            {"day": "2022-11-29", "partner": BIKE, "behaviour": RIDE, "category": "transport", "region": "140105",
             "actions": 1, "reduction_mg": 1_250_000, "points": 12}])

    def test_one_kilowatt_hour_is_460_g(self):
        self.assertEqual(amounts(fold((CHARGER, act("c1", CHARGE, "1")))), [("earn", "c1", "1", 460_000, 4)])

    def test_three_orders_are_137160_mg_and_their_points_are_carried(self):
        state = fold(*[(FOOD, act(f"o{n}", ORDER, end=f"1{n}:00")) for n in range(3)])
        # 0.4572 points each: 0.4572, 0.9144, 1.3716.
        self.assertEqual([row[3:] for row in amounts(state)], [(45_720, 0), (45_720, 0), (45_720, 1)])
        self.assertEqual(state["totals"]["reduction_mg"], 137_160)
        self.assertEqual(state["residents"][0]["title"], "sprout")

    def test_499_steps_at_8_2_g_for_500_are_8183_mg(self):
        # 499 * 8.2 / 500 = 8.1836 g.
        self.assertEqual(amounts(fold((FOOD, act("w", WALK, "499"))))[0][3], 8_183)

    def test_a_factor_is_chosen_by_the_day_of_the_act_in_shanxi(self):
        factors = [factor("old", RIDE, "250", "km", until="2022-10-31"),
                   factor("new", RIDE, "200", "km", since="2022-11-01")]
        state = fold((BIKE, act("late", RIDE, "1", end="2022-10-31T23:59:59+08:00")),
                     (BIKE, act("first", RIDE, "1", end="2022-10-31T16:00:00Z")),
                     (BIKE, act("older", RIDE, "1", end="2022-09-18T00:00:00+08:00")), factors=factors)
        self.assertEqual([(row["factor_version"], row["reduction_mg"]) for row in state["ledger"]],
                         [("old", 250_000), ("new", 200_000), ("old", 250_000)])


class OneOutcomeForEachId(unittest.TestCase):
    def test_a_resend_changes_nothing(self):
        state = fold((BIKE, act("r", RIDE, "5.0", end="2022-11-29T08:00:00+08:00", seq=1)),
                     (BIKE, act("r", RIDE, '"5"', end="2022-11-29T00:00:00Z", seq=2, colour="red")))
        self.assertEqual(outcomes(state), ["r credited"])
        counts = state["partner_counts"][0]
        self.assertEqual((counts["received"], counts["credited"], counts["duplicate"]), (2, 1, 1))
        self.assertEqual(state["totals"]["reduction_mg"], 1_250_000)

    def test_other_content_is_a_conflict_and_changes_nothing(self):
        changed = [act("r", RIDE, "5.1"), act("r", RIDE, "5", unit="m"), act("r", RIDE, "5", resident="li"),
                   act("r", RIDE, "5", start="11:00"), act("r", RIDE, "5", evidence="bike:1"),
                   act("r", RIDE, "5", claimed_g="1250"), act("r", RIDE, "5", region="140105"),
                   act("r", RIDE, "5", end="12:01"), reversal("r", "r")]
        state = fold((BIKE, act("r", RIDE, "5")), *[(BIKE, text) for text in changed])
        self.assertEqual(outcomes(state), ["r credited"] + ["r conflict"] * 9)
        self.assertEqual(amounts(state), [("earn", "r", "5", 1_250_000, 12)])
        self.assertEqual(state["outcomes"][3]["resident"], "li")

    def test_quantities_are_not_converted_for_the_comparison(self):
        self.assertEqual(outcomes(fold((BIKE, act("r", RIDE, "5")), (BIKE, act("r", RIDE, "5000", unit="m")))),
                         ["r credited", "r conflict"])

    def test_absent_is_not_the_default(self):
        self.assertEqual(outcomes(fold((FOOD, act("o", ORDER)), (FOOD, act("o", ORDER, "1", unit="order")))),
                         ["o credited", "o conflict"])

    def test_a_refused_message_and_a_conflict_do_not_take_the_id(self):
        state = fold((BIKE, act("r", "flying", "5", unit="km")), (BIKE, act("r", "flying", "5", unit="km")),
                     (BIKE, act("r", RIDE, "5")), (BIKE, act("r", RIDE, "6")), (BIKE, act("r", RIDE, "5")))
        self.assertEqual(outcomes(state), ["r rejected unknown_behaviour"] * 2 + ["r credited", "r conflict"])
        self.assertEqual(state["partner_counts"][0]["duplicate"], 1)

    def test_ids_belong_to_their_partner(self):
        self.assertEqual(outcomes(fold((BIKE, act("r", RIDE, "5")), (RIVAL, act("r", RIDE, "6")))), ["r credited"] * 2)

    def test_held_and_overlapping_acts_take_their_id(self):
        state = fold((BIKE, act("h", RIDE, "30")), (BIKE, act("h", RIDE, "30")), (BIKE, act("h", RIDE, "31")),
                     plausibility=[plausible(RIDE, hold={"quantity_above": "20"})])
        self.assertEqual(outcomes(state), ["h held", "h conflict"])
        self.assertEqual(state["partner_counts"][0]["duplicate"], 1)


class WhatIsRefused(unittest.TestCase):
    def refusal(self, text, partner=BIKE, **changes):
        state = fold((partner, text), **changes)
        self.assertEqual(len(state["outcomes"]), 1)
        return state["outcomes"][0]["reason"] or state["outcomes"][0]["outcome"]

    def test_contract_and_programme_dates(self):
        partners = [{"code": BIKE, "contract_from": "2022-01-01", "contract_to": "2022-11-28", "age_limit_days": None}]
        self.assertEqual(self.refusal(act("r", RIDE, "1"), partners=partners), "outside_contract")
        last = act("r", RIDE, "1", end="2022-11-28T23:59:59+08:00")
        self.assertEqual(self.refusal(last, partners=partners), "credited")
        early = act("r", RIDE, "1", end="2022-09-17T23:59:59+08:00")
        self.assertEqual(self.refusal(early, partners=partners), "before_programme")
        self.assertEqual(self.refusal(early), "outside_contract")

    def test_the_future_begins_after_the_tolerance(self):
        self.assertEqual(self.refusal(act("r", RIDE, "1", end="2022-12-01T00:05:00Z")), "credited")
        self.assertEqual(self.refusal(act("r", RIDE, "1", end="2022-12-01T00:05:00.000001Z")), "in_future")

    def test_age_limits_of_partner_and_behaviour(self):
        policy = document()
        policy["behaviours"][0]["age_limit_days"] = "2"
        ten = act("r", RIDE, "1", end="2022-11-29T00:00:00Z")
        eleven = act("r", RIDE, "1", end="2022-11-28T23:59:59Z")
        self.assertEqual(self.refusal(ten, behaviours=policy["behaviours"]), "credited")
        self.assertEqual(self.refusal(eleven, behaviours=policy["behaviours"]), "too_old")
        policy["partners"][0]["age_limit_days"] = "1"
        self.assertEqual(self.refusal(ten, partners=policy["partners"]), "too_old")

    def test_an_act_may_last_two_days_here(self):
        self.assertEqual(self.refusal(act("r", RIDE, "1", start="2022-11-27T12:00:00+08:00")), "credited")
        self.assertEqual(self.refusal(act("r", RIDE, "1", start="2022-11-27T11:59:59+08:00")), "too_long")

    def test_behaviour_quantity_unit_and_factor(self):
        self.assertEqual(self.refusal(act("r", "flying", "1", unit="km")), "unknown_behaviour")
        self.assertEqual(self.refusal(act("r", "bus-ride", "1")), "inactive_behaviour")
        self.assertEqual(self.refusal(act("r", RIDE)), "missing_quantity")
        self.assertEqual(self.refusal(act("r", RIDE, "1", unit=None)), "missing_quantity")
        self.assertEqual(self.refusal(act("r", RIDE, "1", unit="kWh")), "unit_mismatch")
        self.assertEqual(self.refusal(act("r", RIDE, "1"), factors=[]), "no_factor")

    def test_impossible_quantity_and_speed(self):
        limits = [plausible(RIDE, refuse={"quantity_above": "100", "speed_kmh_above": "30"})]
        for quantity, start, expected in [("100", None, "credited"), ("100.000001", None, "implausible_quantity"),
                                          ("15", "11:30", "credited"), ("15.000001", "11:30", "implausible_speed"),
                                          ("0.000001", "12:00", "implausible_speed")]:
            text = act("r", RIDE, quantity, start=start)
            self.assertEqual(self.refusal(text, plausibility=limits), expected, text)

    def test_the_first_reason_in_order_is_named(self):
        text = act("r", "flying", "1", unit="km", start="2020-01-01T00:00:00Z", end="2023-01-01T00:00:00Z")
        self.assertEqual(self.refusal(text), "in_future")


class Quantities(unittest.TestCase):
    def test_units_are_converted_to_the_one_of_the_behaviour(self):
        state = fold((CHARGER, act("c", CHARGE, "1", unit="Wh")), (BIKE, act("r", RIDE, "1234.5", unit="m")))
        self.assertEqual([row[2:4] for row in amounts(state)], [("0.001", 460), ("1.2345", 308_625)])

    def test_what_is_below_a_millionth_is_cut_off(self):
        state = fold((CHARGER, act("c", CHARGE, "1.999999", unit="Wh")))
        # 0.001999999 kWh is kept as 0.001999 kWh: 0.91954 g.
        self.assertEqual(amounts(state)[0][2:4], ("0.001999", 919))

    def test_the_most_specific_factor_wins(self):
        factors = [factor("all", RIDE, "1", "km"), factor("shanxi", RIDE, "2", "km", region="140000"),
                   factor("taiyuan", RIDE, "3", "km", region="140100"),
                   factor("rival", RIDE, "4", "km", partner=RIVAL)]
        state = fold((BIKE, act("1", RIDE, "1")), (BIKE, act("2", RIDE, "1", region="110105")),
                     (BIKE, act("3", RIDE, "1", region="140200")), (BIKE, act("4", RIDE, "1", region="140105")),
                     (RIVAL, act("5", RIDE, "1", region="140105")), factors=factors)
        self.assertEqual([row["factor_version"] for row in state["ledger"]],
                         ["all", "all", "shanxi", "taiyuan", "rival"])


class Points(unittest.TestCase):
    def test_the_rule_of_the_behaviour_replaces_the_general_one(self):
        rules = [rule("general", per_gram="0.01"), rule("rides", RIDE, per_unit="1.5"),
                 rule("orders", ORDER, per_unit="10", until="2022-10-31")]
        state = fold((BIKE, act("r", RIDE, "3.000001")), (FOOD, act("o", ORDER, end="13:00")), points_rules=rules)
        # 4.5000015 points; then 0.4572 more: 4.9572015.
        self.assertEqual([row[4] for row in amounts(state)], [4, 0])
        self.assertEqual(fold((BIKE, act("r", RIDE, "3")), points_rules=[])["residents"][0]["points"], 0)

    def test_a_reversal_takes_the_exact_points_back(self):
        state = fold(*[(FOOD, act(f"o{n}", ORDER, end=f"1{n}:00")) for n in range(3)],
                     (FOOD, reversal("back", "o0")))
        # 1.3716 - 0.4572 = 0.9144 points.
        self.assertEqual([row[4] for row in amounts(state)], [0, 0, 1, -1])
        self.assertEqual(state["residents"][0]["points"], 0)


class Caps(unittest.TestCase):
    def test_above_the_cap_is_recorded_and_not_credited(self):
        caps = [cap("rides", "6", RIDE), cap("wheels", "7000", RIDE, DRIVE, unit="m")]
        state = fold((BIKE, act("1", RIDE, "5")), (BIKE, act("2", RIDE, "5", end="13:00")),
                     (BIKE, act("3", RIDE, "5", end="14:00")), (CARS, act("4", DRIVE, "5", end="15:00")),
                     (BIKE, act("5", RIDE, "5", end="2022-11-30T00:00:00+08:00")),
                     (BIKE, act("6", RIDE, "5", resident="li")), caps=caps)
        self.assertEqual(outcomes(state), ["1 credited", "2 capped rides", "3 capped rides", "4 capped wheels",
                                           "5 credited", "6 credited"])
        self.assertEqual([row[2:4] for row in amounts(state)],
                         [("5", 1_250_000), ("1", 250_000), ("0", 0), ("1", 100_000), ("5", 1_250_000),
                          ("5", 1_250_000)])
        self.assertEqual([row["actions"] for row in state["residents"]], [4, 1])
        self.assertEqual(state["ledger"][2]["quantity"], "5")

    def test_exactly_the_cap_is_credited(self):
        self.assertEqual(outcomes(fold((BIKE, act("1", RIDE, "6")), caps=[cap("rides", "6", RIDE)])), ["1 credited"])

    def test_a_reversal_gives_the_cap_back_on_the_day_of_the_act(self):
        state = fold((BIKE, act("1", RIDE, "5")), (BIKE, act("2", RIDE, "5", end="13:00")),
                     (BIKE, reversal("back", "1", end="2022-11-30T09:00:00+08:00")),
                     (BIKE, act("3", RIDE, "7", end="14:00")), caps=[cap("rides", "6", RIDE)])
        self.assertEqual(outcomes(state), ["1 credited", "2 capped rides", "back reversal", "3 capped rides"])
        # 6 km less the 1 km that the second ride keeps.
        self.assertEqual([row[2:4] for row in amounts(state)],
                         [("5", 1_250_000), ("1", 250_000), ("-5", -1_250_000), ("5", 1_250_000)])
        self.assertEqual([(row["day"], row["actions"]) for row in state["daily_totals"]], [("2022-11-29", 2)])


class Holds(unittest.TestCase):
    def test_unlikely_quantity_speed_and_number_are_held(self):
        limits = [plausible(RIDE, hold={"quantity_above": "20", "speed_kmh_above": "22", "count_per_day_above": "3"})]
        state = fold((BIKE, act("1", RIDE, "20")), (BIKE, act("2", RIDE, "20.5", end="13:00")),
                     (BIKE, act("3", RIDE, "11.5", start="13:30", end="14:00")), (BIKE, act("4", RIDE, "1")),
                     (BIKE, act("5", RIDE, "1", end="2022-11-30T12:00:00+08:00")), plausibility=limits)
        # The fourth has three before it, held ones included; the fifth is of another day.
        self.assertEqual(outcomes(state), ["1 credited", "2 held", "3 held", "4 held", "5 credited"])
        self.assertEqual(len(state["ledger"]), 2)

    def test_a_reversed_act_no_longer_counts(self):
        limits = [plausible(RIDE, hold={"count_per_day_above": "1"})]
        state = fold((BIKE, act("1", RIDE, "2")), (BIKE, reversal("back", "1")), (BIKE, act("2", RIDE, "2")),
                     (BIKE, act("3", RIDE, "2", end="13:00")), plausibility=limits)
        self.assertEqual(outcomes(state), ["1 credited", "back reversal", "2 credited", "3 held"])


if __name__ == "__main__":
    unittest.main()
