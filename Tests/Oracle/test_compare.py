"""The comparison and the invariants: true dumps pass, and every falsified value is found and named."""

import base64
import contextlib
import copy
import io
import json
import pathlib
import tempfile
import unittest

import comparing
import invariants
import oracle
from policy import Policy, PolicyError
from samples import BIKE, CHARGER, NOW, RIVAL, act, document, fold, group, reversal

RIDE = "shared-bike-ride"
PUSHED = [
    (BIKE, act("r", RIDE, "5.5", start="08:00", end="08:23", region="140105")),
    (BIKE, act("r", RIDE, "5.5", start="08:00", end="08:23", region="140105")),
    (BIKE, act("r", RIDE, "6")), (RIVAL, act("s", RIDE, "5", start="08:00", end="08:20")), (CHARGER, "nonsense"),
    (CHARGER, act("", "Bad Code", "-1")), (CHARGER, act("c", "ev-charging", "30")), (BIKE, act("t", RIDE, "9")),
    (BIKE, act("u", RIDE, "9", resident="li")), (BIKE, reversal("back", "u", resident="li")),
    (BIKE, act("v", RIDE, "9", end="13:00")),
]
SETTINGS = {"exclusivity": [group("rides", RIDE)],
            "caps": [{"code": "rides", "behaviours": [RIDE], "quantity_per_day": "14", "unit": "km"}]}


def dump_of(state):
    """What the views would show: other spellings of the same values, and the columns of the contract."""
    dump = copy.deepcopy(state)
    dump["totals"] = [state["totals"]]
    for row in dump["outcomes"]:
        row.pop("right_reasons", None)
        row.pop("is_id_certain", None)
        row["recorded_at"] = "2022-12-01 08:00:00.123456+08"
    for row in dump["ledger"]:
        row["quantity"] += "000" if "." in row["quantity"] else ".000000"
        row["occurred_at"] = row["occurred_at"].replace("T", " ").replace("Z", "+00")
    for row in dump["residents"]:
        points = row.pop("points")
        row |= {"points_available": points + 1, "points_held": 7, "points_debt": 1}
        if row["title"] not in (None, "sprout"):
            dump["ledger"].append({"kind": "title", "resident": row["resident"], "title": row["title"], "partner": None,
                                   "activity_id": None, "reduction_mg": 0, "points": 0, "entry_id": 1 << 47,
                                   "booked_at": "2022-12-01 08:00:00+08"})
    return through_json(dump)


def through_json(value):
    return json.loads(json.dumps(value), parse_float=str, parse_int=str)


class Comparison(unittest.TestCase):
    def setUp(self):
        state = fold(*PUSHED, **SETTINGS)
        self.state = through_json(state)
        self.dump = dump_of(state)

    def differences(self):
        return comparing.compare(self.state, self.dump)

    def test_the_same_values_in_other_spelling_agree(self):
        self.assertEqual(self.differences(), [])
        self.dump["ledger"].reverse()
        self.assertEqual(self.differences(), [])

    def test_a_wrong_amount_is_named_with_both_values(self):
        self.dump["ledger"][0]["reduction_mg"] = "1375001"
        self.assertEqual(self.differences(), [
            f"ledger: {BIKE} r earn: reduction_mg expected 1375000 but is 1375001"])

    def test_missing_and_surplus_rows_are_named(self):
        self.dump["outcomes"] = [row for row in self.dump["outcomes"] if row["outcome"] != "overlap"]
        self.dump["ledger"].append(dict(self.dump["ledger"][0]))
        lines = self.differences()
        self.assertEqual(len(lines), 2)
        self.assertIn(f"outcomes: {RIVAL} s: missing, expected resident wang, outcome overlap, reason rides", lines[0])
        self.assertIn(f"ledger: {BIKE} r earn: nobody expects", lines[1])

    def test_every_compared_value_matters(self):
        changes = {"outcomes": ("resident", "outcome"), "partner_counts": ("received", "credited", "duplicate"),
                   "ledger": ("resident", "behaviour", "credited_quantity", "points", "factor_version", "occurred_at"),
                   "residents": ("actions", "reduction_mg", "points_available", "title"),
                   "totals": ("residents", "actions", "reduction_mg", "points_issued"),
                   "daily_totals": ("day", "category", "region", "actions", "reduction_mg", "points")}
        other = {"occurred_at": "2022-11-29 08:23:01+08", "day": "2022-11-30", "region": "140000"}
        for view, columns in changes.items():
            for column in columns:
                self.setUp()
                row = self.dump[view][0]
                value = row[column]
                row[column] = other.get(column) or (str(int(value) + 1) if value.lstrip("-").isdigit() else "other")
                if column == "credited_quantity":
                    row[column] = "1"
                self.assertTrue(self.differences(), f"{view}.{column}")
                del row[column]
                self.assertTrue(self.differences(), f"{view}.{column} missing")

    def test_any_right_reason_of_a_bad_form_will_do_but_no_other(self):
        row = next(row for row in self.dump["outcomes"] if row["partner"] == CHARGER and row["resident"] == "wang"
                   and row["outcome"] == "rejected")
        row["reason"] = "quantity_not_positive"
        self.assertEqual(self.differences(), [])
        row["reason"] = "missing_field"
        self.assertEqual(self.differences(), [
            f"outcomes: {CHARGER} None: reason expected invalid_value or unknown_behaviour or quantity_not_positive "
            "but is missing_field"])

    def test_entries_of_zeros_may_be_missing_if_asked(self):
        empty = dict(self.state["ledger"][0], activity_id="z", credited_quantity="0", reduction_mg="0", points="0")
        self.state["ledger"].append(empty)
        self.assertEqual(len(self.differences()), 1)
        self.assertEqual(comparing.compare(self.state, self.dump, is_ignoring_empty_entries=True), [])

    def test_at_most_20_differences_of_a_view_are_listed(self):
        self.dump["outcomes"] = [{"partner": BIKE, "activity_id": f"x{n}", "resident": "li", "outcome": "credited",
                                  "reason": None} for n in range(40)]
        lines = self.differences()
        self.assertEqual(len(lines), 21)
        self.assertIn("more differences", lines[-1])


class Invariants(unittest.TestCase):
    def setUp(self):
        self.policy = Policy(document(**SETTINGS))
        self.dump = dump_of(fold(*PUSHED, **SETTINGS))
        self.pushed = {BIKE: 7, RIVAL: 1, CHARGER: 3}

    def broken(self):
        lines = invariants.check(self.dump, self.pushed, self.policy)
        return sorted({line.split()[0] for line in lines})

    def test_a_true_dump_breaks_none(self):
        self.assertEqual(invariants.check(self.dump, self.pushed, self.policy), [])

    def test_a_lost_message_breaks_i1(self):
        self.pushed[BIKE] += 1
        self.assertEqual(self.broken(), ["I1"])
        self.pushed[BIKE] -= 1
        self.dump["outcomes"].pop(0)
        self.assertIn("I1", self.broken())

    def test_views_that_disagree_break_i2(self):
        for view, column in [("residents", "reduction_mg"), ("residents", "actions"), ("residents", "points_debt"),
                             ("totals", "points_issued"), ("totals", "residents"), ("daily_totals", "points")]:
            self.setUp()
            self.dump[view][0][column] = str(int(self.dump[view][0][column]) + 1)
            self.assertEqual(self.broken(), ["I2"], column)

    def test_a_title_that_was_not_booked_breaks_i4(self):
        self.dump["ledger"][-1]["title"] = None
        self.assertEqual(self.broken(), ["I4"])

    def test_two_credits_of_one_key_break_i3(self):
        self.dump["ledger"].append(dict(self.dump["ledger"][0]))
        self.assertIn("I3", self.broken())
        self.setUp()
        lines = invariants.check(self.dump, known_ids={(BIKE, "r")})
        self.assertTrue(all(line.startswith("I3") and "nobody pushed it" in line for line in lines) and lines, lines)

    def test_a_factor_out_of_its_time_or_a_wrong_product_breaks_i7(self):
        for column, value in [("occurred_at", "2022-09-17 23:59:59+08"), ("factor_version", "drive@1"),
                              ("credited_quantity", "5.400000")]:
            self.setUp()
            self.dump["ledger"][0][column] = value
            self.assertEqual(self.broken(), ["I7"], column)


class CommandLine(unittest.TestCase):
    def run_oracle(self, *arguments):
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            status = oracle.main(list(arguments))
        return status, output.getvalue()

    def test_fold_compare_and_invariants_work_on_files(self):
        with tempfile.TemporaryDirectory() as folder:
            def put(name, text):
                path = pathlib.Path(folder, name)
                path.write_text(text, encoding="utf-8")
                return str(path)
            policy = put("policy.json", json.dumps(document(**SETTINGS)))
            lines = [json.dumps({"partner": partner, "raw": text}) for partner, text in PUSHED]
            lines.append(json.dumps({"partner": CHARGER, "raw_b64": base64.b64encode(b"\xff").decode()}))
            journal = put("journal.jsonl", "\n".join(lines) + "\n")
            status, text = self.run_oracle("fold", "--policy", policy, "--journal", journal, "--now", NOW)
            self.assertEqual(status, 0, text)
            state, views = put("state.json", text), put("dump.json", json.dumps(dump_of(json.loads(text))))
            self.assertEqual(self.run_oracle("compare", "--state", state, "--views", views), (0, ""))
            check = ("invariants", "--views", views, "--policy", policy, "--journal", journal, "--pushed")
            self.assertEqual(self.run_oracle(*check, f"{CHARGER}=4"), (0, ""))
            self.assertEqual(self.run_oracle(*check, f"{CHARGER}=5"), (1, f"I1 {CHARGER}: 5 pushed, but 4 received\n"))
            self.assertEqual(self.run_oracle("compare", "--state", state, "--views", put("no.json", "{}"))[0], 1)
            bad = put("bad.json", json.dumps(document(colour="red")))
            status, text = self.run_oracle("fold", "--policy", bad, "--journal", journal, "--now", NOW)
            self.assertEqual(status, 2)
            self.assertIn("unknown keys ['colour']", text)

    def test_the_policy_is_strict(self):
        for key, value in [("caps", {}), ("utc_offset_seconds", "8h"), ("starts_on", "2022-9-18"), ("titles", None),
                           ("factors", [{"behaviour": "flying"}])]:
            with self.assertRaises(PolicyError, msg=key):
                Policy(document(**{key: value}))


if __name__ == "__main__":
    unittest.main()
