"""Splits streams that do not fit into memory by resident, into files that do.

No rule looks at two residents at once but one: an id of one partner that two residents carry is a conflict. Where each
resident is folded alone, both are judged as if the other were not there, and the ledger counts one of them as a
conflict: that shows as a difference, and never passes as agreement. `puhui simulate` numbers the ids of each partner,
and every resend, conflict, reversal and second report of a charge is of the resident of the first: it makes none like
that.
"""

import json
import os
import re
import zlib

from booked_order import about

# As the resident stands in nearly every line: a text in a JSON text, without escapes of its own.
_RESIDENT = re.compile(rb'\\"resident\\":\\"([^\\"]+)\\"')
_BUFFER_BYTES = 256 * 1024


def resident_of(line):
    """Whose message a journal's line is, as bytes; empty where that cannot be read."""
    match = _RESIDENT.search(line)
    if match:
        return match[1]
    item = json.loads(line)
    resident = about(item["raw"])[0] if "raw" in item else None
    return resident.encode("utf-8", "surrogatepass") if isinstance(resident, str) else b""


class Parts:
    """A folder with one file of each stream for each part."""

    def __init__(self, folder, number):
        self.folder = folder
        self.number = number

    def part_of(self, resident):
        """The part in which everything of a resident lies; the resident as bytes."""
        return zlib.crc32(resident) % self.number

    def split(self, stream, lines, key):
        """Writes each line to the part of the resident that `key` finds in it; the number of lines."""
        files = [open(self._path(stream, part), "wb", _BUFFER_BYTES) for part in range(self.number)]
        try:
            writers = [file.write for file in files]
            count = 0
            for line in lines:
                writers[self.part_of(key(line))](line)
                count += 1
            return count
        finally:
            for file in files:
                file.close()

    def take(self, stream, part):
        """The lines of a part. They can be had once: the file is removed, so that the disk gets free on the way."""
        path = self._path(stream, part)
        with open(path, "rb") as file:
            os.unlink(path)
            yield from file

    def _path(self, stream, part):
        return os.path.join(self.folder, f"{stream}-{part}")
