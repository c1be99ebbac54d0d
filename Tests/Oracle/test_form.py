"""The form of messages: what the contract's field table refuses, and what it lets through."""

import unittest

from messages import Refused, read_message
from samples import act, reversal
from values import CONTRACT_UNITS, parse_instant

GOOD = act("r", "shared-bike-ride", "5", start="11:00", evidence="bike:1", region="140105", claimed_g="1250", seq=7)


def read(text):
    return read_message(text if isinstance(text, bytes) else text.encode(), frozenset(CONTRACT_UNITS))


class Form(unittest.TestCase):
    def assert_refused(self, text, reason):
        with self.assertRaises(Refused, msg=text[:200]) as caught:
            read(text)
        self.assertEqual(caught.exception.reasons[0], reason, text[:200])
        return caught.exception

    def changed(self, **fields):
        return act("r", "shared-bike-ride", **({"quantity": "5"} | fields))

    def test_a_good_message_is_read(self):
        message = read(GOOD)
        self.assertEqual((message.id, message.resident, message.quantity, message.claimed_g, message.seq),
                         ("r", "wang", 5_000_000, 1_250_000_000, 7))
        self.assertEqual(message.ended_at - message.started_at, 3_600_000_000)

    def test_texts_that_are_no_json(self):
        for text in ["", " ", "{", GOOD + "x", GOOD + GOOD, "\ufeff" + GOOD, "{'id':1}", '{"id":"a",}', '{"a":NaN}',
                     '{"a":-Infinity}', '{"a":01}', '{"a":1.}', '{"a":+1}', '{"a":.5}', '{"a":"\t"}', '{"a":"\x00"}',
                     '{"a":"\\x"}', '{"a":"\\ud800"}', '{"\\udc00":1}', '{"a":[{"b":"\\udc00\\ud800"}]}', "[" * 16_000,
                     GOOD.encode() + b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\x00", GOOD.encode("utf-16")]:
            refused = self.assert_refused(text, "malformed_json")
            self.assertFalse(refused.is_id_certain)
        self.assertEqual(read(GOOD[:-1] + ', "x": ["\\ud83d\\ude00", -0, 1e400, null]}\r\n\t ').id, "r")

    def test_values_that_are_no_object(self):
        for text in ["[]", "1", '"a"', "null", "true", f"[{GOOD}]"]:
            self.assert_refused(text, "not_an_object")

    def test_the_size_limit_is_16_kib(self):
        room = 16_384 - len(GOOD)
        self.assertEqual(read(GOOD + " " * room).id, "r")
        self.assert_refused(GOOD + " " * (room + 1), "message_too_large")

    def test_a_field_named_twice_is_refused_and_unknown_ones_are_ignored(self):
        refused = self.assert_refused(GOOD[:-1] + ', "id": "r"}', "duplicate_field")
        self.assertFalse(refused.is_id_certain)
        self.assertTrue(self.assert_refused(GOOD[:-1] + ', "seq": 8}', "duplicate_field").is_id_certain)
        self.assertEqual(read(GOOD[:-1] + ', "x": 1, "x": {"id": 1, "id": 2}}').id, "r")

    def test_required_fields(self):
        for text in ['{"resident":"a","behaviour":"bus-ride","ended_at":"2022-11-29T12:00:00Z"}',
                     '{"id":"a","behaviour":"bus-ride","ended_at":"2022-11-29T12:00:00Z"}',
                     '{"id":"a","resident":"a","ended_at":"2022-11-29T12:00:00Z"}',
                     '{"id":"a","resident":"a","behaviour":"bus-ride"}', '{"id":"a","resident":"a","reverses":"b"}',
                     "{}"]:
            self.assert_refused(text, "missing_field")

    def test_null_is_the_same_as_absent(self):
        self.assertIsNone(read(self.changed(evidence=None, region=None, started_at=None)).evidence)
        self.assertEqual(self.assert_refused(act(None, "bus-ride"), "missing_field").reasons,
                         ("missing_field", "wrong_type"))

    def test_identifiers(self):
        for good in ["a", " ", "~" * 64, '"\\{}']:
            self.assertEqual(read(act(good, "bus-ride", resident=good)).resident, good)
        for bad in ["", "~" * 65, "é", "a\n", "\x7f", "山"]:
            self.assertIsNone(self.assert_refused(act(bad, "bus-ride"), "invalid_value").activity_id)
            self.assertEqual(self.assert_refused(act("a", "bus-ride", resident=bad), "invalid_value").activity_id, "a")
        for bad in [1, True, [], {}]:
            self.assert_refused(act(bad, "bus-ride"), "wrong_type")

    def test_quantities(self):
        for text, value in [("5", 5_000_000), ('"5.0"', 5_000_000), ("0.000001", 1), ("5e0", 5_000_000),
                            ("1.5E+1", 15_000_000), ("1000000e-7", 100_000), ("999999999999.999999", 10**18 - 1),
                            ('"007"', 7_000_000), ("1e11", 10**17)]:
            self.assertEqual(read(act("r", "bus-ride", text)).quantity, value, text)
        for text in ["0", "0.0", "-0", "-5", '"0"', "0e9", "-1.5e3"]:
            self.assert_refused(act("r", "bus-ride", text), "quantity_not_positive")
        for text in ["1000000000000", "0.0000001", "1e400", "1e-400", "1e12", "1e-7", "1e99999999999999999999",
                     '"1000000000000"', '"0.0000001"', "1.0000000"]:
            self.assert_refused(act("r", "bus-ride", text), "quantity_out_of_range")
        for text in ['""', '"-5"', '"+5"', '"5."', '".5"', '" 5"', '"5 "', '"5e0"', '"5,0"', '"٥"', '"0x5"', '"NaN"']:
            self.assert_refused(act("r", "bus-ride", text), "invalid_value")
        for text in ["true", "[]", "{}"]:
            self.assert_refused(act("r", "bus-ride", text), "wrong_type")

    def test_units(self):
        self.assertEqual(read(self.changed(unit="m")).unit, "m")
        for bad in ["KM", "mile", " km", "kwh"]:
            self.assert_refused(self.changed(unit=bad), "unknown_unit")

    def test_times(self):
        minute = 1_669_723_200 * 1_000_000  # 2022-11-29T12:00:00Z: 19,325 days and 12 hours
        for text, value in [("2022-11-29T12:00:00Z", minute), ("2022-11-29t20:00:00.5+08:00", minute + 500_000),
                            ("2022-11-29T06:30:00-05:30", minute), ("2022-11-29T12:00:00.0000019z", minute + 1),
                            ("1970-01-01T00:00:00-00:00", 0), ("2000-02-29T00:00:00Z", 951_782_400 * 1_000_000)]:
            self.assertEqual(parse_instant(text), value, text)
        for text in ["2022-11-29T12:00:00", "2022-11-29 12:00:00Z", "2022-11-29T12:00Z", "2022-11-31T12:00:00Z",
                     "2022-02-29T12:00:00Z", "1900-02-29T12:00:00Z", "2022-13-01T12:00:00Z", "2022-11-29T24:00:00Z",
                     "2022-11-29T12:60:00Z", "2022-11-29T12:00:61Z", "2022-11-29T12:00:00+0800",
                     "2022-11-29T12:00:00+24:00", "2022-11-29T12:00:00.Z", "29.11.2022", "", "2022-11-29T12:00:00Z "]:
            self.assert_refused(act("r", "bus-ride", end=text), "invalid_value")
        self.assert_refused(act("r", "bus-ride", start="12:01"), "ends_before_start")
        self.assertEqual(read(act("r", "bus-ride", start="12:00")).id, "r")

    def test_region_evidence_claim_and_counter(self):
        for name, bad in [("region", "14010"), ("region", "Taiyuan"), ("evidence", ""), ("evidence", "x" * 129),
                          ("claimed_g", "much"), ("seq", 1.5), ("seq", -1)]:
            self.assert_refused(self.changed(**{name: bad}), "invalid_value")
        for name, bad in [("region", 140105), ("evidence", 1), ("claimed_g", True), ("seq", "1")]:
            self.assert_refused(self.changed(**{name: bad}), "wrong_type")
        self.assertEqual(read(self.changed(evidence="车" * 128)).evidence, "车" * 128)
        self.assertEqual(read(self.changed(claimed_g=0)).claimed_g, 0)

    def test_a_reversal_has_no_behaviour_and_no_quantity(self):
        self.assertEqual(read(reversal("x", "r")).reverses, "r")
        for field in [{"behaviour": "bus-ride"}, {"quantity": 1}, {"unit": "km"}]:
            self.assert_refused(reversal("x", "r", **field), "reversal_with_behaviour")

    def test_several_faults_give_several_right_reasons(self):
        refused = self.assert_refused(act("", "Bus Ride", "-5", unit="mile"), "invalid_value")
        self.assertEqual(set(refused.reasons),
                         {"invalid_value", "unknown_behaviour", "quantity_not_positive", "unknown_unit"})
        self.assertEqual(refused.resident, "wang")


if __name__ == "__main__":
    unittest.main()
