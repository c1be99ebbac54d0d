import unittest

import redis_faults
import resp


def decoder(data, piece=1):
    parts = [data[at:at + piece] for at in range(0, len(data), piece)]
    return resp.Decoder(lambda: parts.pop(0) if parts else b"")


class RespTests(unittest.TestCase):
    def test_commands_are_arrays_of_bytes(self):
        self.assertEqual(resp.Encoder.command("LPUSH", b"k\xff", 12),
                         b"*3\r\n$5\r\nLPUSH\r\n$2\r\nk\xff\r\n$2\r\n12\r\n")

    def test_replies_are_read_however_they_are_cut(self):
        data = b"+OK\r\n:42\r\n$5\r\na\r\nbc\r\n$-1\r\n*3\r\n:1\r\n$0\r\n\r\n*0\r\n*-1\r\n"
        for piece in (1, 2, 3, 7, 1_000):
            source = decoder(data, piece)
            self.assertEqual([source.reply() for _ in range(6)], [b"OK", 42, b"a\r\nbc", None, [1, b"", []], None])

    def test_a_refusal_is_a_value_so_that_a_pipeline_goes_on(self):
        source = decoder(b"-OOM command not allowed\r\n+OK\r\n")
        self.assertEqual(str(source.reply()), "OOM command not allowed")
        self.assertEqual(source.reply(), b"OK")

    def test_the_end_of_the_stream_is_an_error(self):
        with self.assertRaises(ConnectionError):
            decoder(b"$10\r\nabc").reply()


class AppendOnlyFileTests(unittest.TestCase):
    def test_pushes_are_found_with_their_ends_and_witnesses(self):
        first = resp.Encoder.command("LPUSH", "puhui:in:eleme", b'{"id":"w-000000001"}', b'{"id":"f-000000002"}')
        other = resp.Encoder.command("LPUSH", "puhui:score:07", b'{"id":"w-000000009"}')
        second = resp.Encoder.command("LPUSH", "puhui:in:kuaidian", b'{"id":"w-000000003"}')
        found = redis_faults.pushes_in(first + other + second)
        self.assertEqual(found, [(len(first), "w-000000001"), (len(first + other + second), "w-000000003")])

    def test_a_push_that_is_cut_off_in_the_middle_ends_behind_the_end(self):
        push = resp.Encoder.command("LPUSH", "puhui:in:eleme", b'{"id":"w-000000001"}', b'{"id":"f-000000002"}')
        (end, witness), = redis_faults.pushes_in(push[:-8])
        self.assertEqual(witness, "w-000000001")
        self.assertGreater(end, len(push) - 8)


if __name__ == "__main__":
    unittest.main()
