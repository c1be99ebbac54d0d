"""The total of a history: what agrees is found to agree, and what ought to be found is found and named."""

import json
import os
import tempfile
import unittest
from unittest import mock

import history_total
import ledger_rows
import oracle
import parts
from booked_order import about
from part_total import booked
from policy import Policy
from samples import BIKE, CHARGER, FOOD, NOW, RIVAL, act, document, group, reversal
from values import parse_instant

RIDE = "shared-bike-ride"
SETTINGS = {"exclusivity": [group("rides", RIDE)],
            "caps": [{"code": "rides", "behaviours": [RIDE], "quantity_per_day": "14", "unit": "km"}]}
PEOPLE = [f"resident-{number}" for number in range(12)]
# Enough of everything in every part: credited, again, in conflict, capped, the same act, and taken back.
PUSHED = [push for number, who in enumerate(PEOPLE) for push in (
    (BIKE, act(f"a{number}", RIDE, "5.5", start="08:00", end="08:23", region="140105", resident=who)),
    (BIKE, act(f"a{number}", RIDE, "5.5", start="08:00", end="08:23", region="140105", resident=who)),
    (BIKE, act(f"a{number}", RIDE, "6", resident=who)), (BIKE, act(f"b{number}", RIDE, "9.25", resident=who)),
    (RIVAL, act(f"c{number}", RIDE, "5", start="08:10", end="08:20", resident=who)),
    (CHARGER, act(f"d{number}", "ev-charging", "30.125", resident=who)),
    (FOOD, act(f"e{number}", "no-cutlery-order", resident=who)),
    (FOOD, reversal(f"f{number}", f"e{number}", resident=who)))] + [
    (CHARGER, "nonsense"), (CHARGER, json.dumps({"id": "g", "behaviour": "ev-charging"}))]


def journal_of(pushed):
    """The lines of a journal."""
    return [json.dumps({"partner": partner, "raw": raw}).encode() + b"\n" for partner, raw in pushed]


def copied(*values):
    """A row as COPY writes it."""
    texts = ["\\N" if value is None else str(value).replace("\\", "\\\\") for value in values]
    return "\t".join(texts).encode() + b"\n"


def ledger_of(pushed, **settings):
    """What a ledger that has booked all of it in this order would answer: query -> lines."""
    state = oracle.fold(Policy(document(**settings)), [(partner, raw.encode()) for partner, raw in pushed], NOW)
    ended = {}
    for partner, raw in pushed:
        ended.setdefault((partner, about(raw)[1]), about(raw)[2])
    recorded = [row for row in state["outcomes"] if row["outcome"] not in ("conflict", "rejected")]
    return {
        "entries": [copied(row["resident"], row["partner"], row["activity_id"], number,
                           ended[row["partner"], row["activity_id"]]) for number, row in enumerate(recorded)],
        "residents": [copied(row["resident"], row["actions"], row["reduction_mg"], row["points"])
                      for row in state["residents"]],
        "totals": [copied(*state["totals"].values())],
        "partner_counts": [copied(*row.values()) for row in state["partner_counts"]],
        "daily_totals": [copied(*row.values()) for row in state["daily_totals"]],
    }


def changed(lines, number, column, by):
    """The lines, with a whole number in one of them changed."""
    values = lines[number].rstrip(b"\n").split(b"\t")
    values[column] = str(int(values[column]) + by).encode()
    return lines[:number] + [b"\t".join(values) + b"\n"] + lines[number + 1:]


class HistoryTotalTests(unittest.TestCase):
    def setUp(self):
        self.ledger = ledger_of(PUSHED, **SETTINGS)
        self.policy = Policy(document(**SETTINGS))

    def check(self, pushed, number=3, processes=1):
        with tempfile.TemporaryDirectory() as folder:
            found = history_total.check(self.policy, parse_instant(NOW), journal_of(pushed), self.ledger.get,
                                        parts.Parts(folder, number), processes)
            self.assertEqual(os.listdir(folder), [], "the files of the parts are gone")
            return found

    def differences(self, pushed):
        found = self.check(pushed)
        self.assertEqual(found["differences"], len(found["first_differences"]))
        return found["first_differences"]

    def test_the_same_history_agrees_in_any_number_of_parts(self):
        for number, processes in ((1, 1), (5, 1), (5, 2)):
            found = self.check(PUSHED, number, processes)
            self.assertEqual(found["first_differences"], [])
            self.assertEqual(found["differences"], 0)
            self.assertEqual(found["messages"], len(PUSHED))
            self.assertEqual(found["model"], found["ledger"])
            self.assertEqual(found["model"], {"residents": 12, "actions": 36, "reduction_mg": 12 * (3500000 + 13857500),
                                              "points_issued": 12 * 173})
            self.assertEqual(found["compared"], {"totals": 1, "partner_counts": 5, "daily_totals": 4, "residents": 12})

    def test_one_milligram_more_on_one_resident(self):
        self.ledger["residents"] = changed(self.ledger["residents"], 7, column=2, by=1)
        self.assertEqual(self.differences(PUSHED), [
            "residents: resident-7: reduction_mg expected 17357500 but is 17357501"])

    def test_one_activity_missing_on_either_side(self):
        self.assertEqual(self.differences(PUSHED + [(CHARGER, act("z", "ev-charging", "1"))]), [
            "totals: residents expected 13 but is 12; actions expected 37 but is 36; "
            "reduction_mg expected 208750000 but is 208290000; points_issued expected 2080 but is 2076",
            f"partner_counts: {CHARGER}: received expected 15 but is 14; credited expected 13 but is 12",
            f"daily_totals: 2022-11-29 {CHARGER} ev-charging transport None: actions expected 13 but is 12; "
            "reduction_mg expected 166750000 but is 166290000; points expected 1660 but is 1656",
            "residents: wang: actions expected 1 but is 0; reduction_mg expected 460000 but is 0; "
            "points expected 4 but is 0"])
        without = [push for push in PUSHED if about(push[1])[1] != "d3"]
        self.assertEqual([line.split(":")[0] for line in self.differences(without)],
                         ["totals", "partner_counts", "daily_totals", "residents"])

    def test_one_count_moved(self):
        counts = changed(changed(self.ledger["partner_counts"], 0, column=2, by=-1), 0, column=3, by=1)
        self.ledger["partner_counts"] = counts
        self.assertEqual(self.differences(PUSHED), [
            f"partner_counts: {BIKE}: credited expected 12 but is 11; capped expected 12 but is 13"])

    def test_one_day_missing_and_one_that_nobody_expects(self):
        row = next(line for line in self.ledger["daily_totals"] if b"140105" in line)
        self.ledger["daily_totals"].remove(row)
        self.ledger["daily_totals"].append(row.replace(b"140105", b"140106"))
        self.assertEqual(self.differences(PUSHED), [
            f"daily_totals: 2022-11-29 {BIKE} {RIDE} transport 140105: actions expected 12 but is 0; "
            "reduction_mg expected 16500000 but is 0; points expected 156 but is 0",
            f"daily_totals: 2022-11-29 {BIKE} {RIDE} transport 140106: actions expected 0 but is 12; "
            "reduction_mg expected 0 but is 16500000; points expected 0 but is 156"])

    def test_partners_are_judged_in_the_order_of_the_ledger(self):
        first, second = (BIKE, act("p", RIDE, "10", end="09:00")), (RIVAL, act("q", RIDE, "10", end="10:00"))
        self.ledger = ledger_of([second, first], **SETTINGS)
        self.assertEqual(self.differences([first, second]), [])
        self.ledger["entries"].reverse()
        self.assertEqual(self.differences([first, second]), [], "the number of the entry counts, not where it stands")
        self.ledger = ledger_of([second, first], **SETTINGS) | {"entries": ledger_of([first, second])["entries"]}
        self.assertEqual([line.split(": ")[0] for line in self.differences([first, second])],
                         ["partner_counts", "partner_counts", "daily_totals", "daily_totals"])

    def test_many_differences_are_counted_and_the_first_are_named(self):
        self.ledger["residents"] = [changed([line], 0, column=3, by=1)[0] for line in self.ledger["residents"]]
        self.ledger["residents"] += [copied(f"nobody-{number}", 1, 1, 1) for number in range(40)]
        found = self.check(PUSHED)
        self.assertEqual(found["differences"], 52)
        self.assertEqual(len(found["first_differences"]), 20)

    def test_a_resident_who_is_there_twice_and_an_unknown_partner_are_no_agreement(self):
        with self.assertRaisesRegex(ValueError, "stranger"):
            self.check(PUSHED + [("stranger", "{}")])
        self.ledger["residents"] += self.ledger["residents"][:1]
        with self.assertRaisesRegex(ValueError, "resident-0 is there twice"):
            self.check(PUSHED)


class SplitTests(unittest.TestCase):
    def test_whose_a_line_is(self):
        def whose(raw):
            return parts.resident_of(journal_of([(BIKE, raw)])[0])
        self.assertEqual(whose(act("a", RIDE, "1", resident="wang")), b"wang")
        self.assertEqual(whose('{"resident": "w\\u0061ng"}'), b"wang")
        self.assertEqual(whose('{"resident":"back\\\\slash"}'), b"back\\slash")
        for raw in ("nonsense", "[]", '{"id":"a"}', '{"resident":7}'):
            self.assertEqual(whose(raw), b"")
        self.assertEqual(parts.resident_of(b'{"partner":"a","raw_b64":"/w=="}'), b"")

    def test_what_the_split_takes_for_another_resident_is_told(self):
        raw = '{"other":{"resident":"li"},' + act("a", RIDE, "1", resident="wang")[1:]
        self.assertEqual(oracle.fold(Policy(document()), [(BIKE, raw.encode())], NOW)["totals"]["residents"], 1)
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(ValueError, "'wang' is not where"):
            history_total.check(Policy(document()), parse_instant(NOW), journal_of([(BIKE, raw)]),
                                ledger_of([(BIKE, raw)]).get, parts.Parts(folder, 9), 1)

    def test_rows_of_copy(self):
        self.assertEqual(ledger_rows.fields(copied("a\\b", None, 7, "")), ["a\\b", None, "7", ""])
        self.assertEqual(ledger_rows.fields(b"tab\\there\\n\t\\\\N\n"), ["tab\there\n", "\\N"])
        self.assertEqual(ledger_rows.first_field(copied("back\\slash", 1)), b"back\\slash")
        self.assertEqual(list(booked([copied("r", "p", "x", 10, 5), copied("r", "p", "y", 9, 5)])),
                         [("r", "p", "y", 5), ("r", "p", "x", 5)])


class CommandTests(unittest.TestCase):
    """The whole command, with a psql that answers from files."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.ledger = ledger_of(PUSHED, **SETTINGS)
        with open(self.path("psql"), "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\ncd '{self.folder}'\ncase \"$*\" in\n*puhui.entry*) exec cat entries;;\n")
            file.writelines(f"*puhui.{name}*) exec cat {name};;\n" for name in self.ledger)
            file.write("esac\n")
        os.chmod(self.path("psql"), 0o755)
        with open(self.path("journal"), "wb") as file:
            file.writelines(journal_of(PUSHED))
        with open(self.path("policy"), "w", encoding="utf-8") as file:
            json.dump(document(**SETTINGS), file)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_command(self):
        for name, lines in self.ledger.items():
            with open(self.path(name), "wb") as file:
                file.writelines(lines)
        path = self.folder + os.pathsep + os.environ["PATH"]
        with mock.patch.dict(os.environ, PATH=path), mock.patch("sys.stdout"), mock.patch("sys.stderr"):
            return history_total.main(["--policy", self.path("policy"), "--journal", self.path("journal"), "--postgres",
                                       "", "--folder", self.folder, "--parts", "4"])

    def test_the_exit_says_whether_they_agree(self):
        self.assertEqual(self.run_command(), 0)
        self.ledger["totals"] = changed(self.ledger["totals"], 0, column=2, by=1)
        self.assertEqual(self.run_command(), 1)

    def test_a_ledger_that_cannot_be_read_is_no_agreement(self):
        with open(self.path("psql"), "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexit 3\n")
        self.assertEqual(self.run_command(), 2)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("history-")], [])


if __name__ == "__main__":
    unittest.main()
