"""Real records as an honest adapter would push them. The format of the files is described beside them.

Choices of the adapter, all stated here: ids are those of the source; a resident is the source's user; a bike or a
charging station is evidence; the distance of a trip is its track; Norwegian times are Europe/Oslo, where an hour that
happens twice is read as the first one; workplace times are America/Chicago; steps carry no zone and are read as
America/New_York, an hour of steps ending with the hour and a day of steps with the day. A row without an end is
pushed without `ended_at`, a row of zero with its zero.
"""

import csv
import datetime
import gzip
import hashlib
import json
import pathlib
import re
import zoneinfo

_PRINTABLE = re.compile(r"[\x20-\x7e]{1,64}\Z")
_UTC = datetime.timezone.utc


class Record:
    """One row: texts for the quantity, aware datetimes (or None) for the times, the years as in the message."""

    def __init__(self, activity_id, resident, quantity, start, end, evidence=None):
        self.id = short_id(activity_id)
        self.resident = short_id(resident)
        self.quantity = quantity
        self.start = start
        self.end = end
        self.evidence = evidence


class Feed:
    """One file: who pushes it, as what, and how its rows are read."""

    def __init__(self, file, partner, behaviour, unit, read):
        self.file = file
        self.partner = partner
        self.behaviour = behaviour
        self.unit = unit
        self._read = read

    def records(self, folder, is_year_repaired=False):
        """All rows in the order of the file. `is_year_repaired` makes the years 0014 and 0015 what was meant."""
        with gzip.open(pathlib.Path(folder, self.file), "rt", encoding="utf-8", newline="") as lines:
            return [self._read(row, is_year_repaired) for row in csv.DictReader(lines)]

    def message(self, record):
        """The JSON text that is pushed."""
        fields = {"id": record.id, "resident": record.resident, "behaviour": self.behaviour,
                  "quantity": record.quantity, "unit": self.unit, "started_at": _rfc3339(record.start)}
        if record.end is not None:
            fields["ended_at"] = _rfc3339(record.end)
        if record.evidence is not None:
            fields["evidence"] = record.evidence
        return json.dumps(fields)


def short_id(text):
    """The id itself where the contract allows it, else a readable beginning and a digest that tells it from others."""
    if _PRINTABLE.match(text):
        return text
    readable = re.sub(r"[^\x21-\x7e]", "_", text)[:23]
    return f"{readable}~{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"


def _rfc3339(moment):
    return moment.isoformat().replace("+00:00", "Z")


def _local(text, zone, years=0):
    """A wall-clock text with the offset that the zone had then, as a fixed offset; None for an empty text.

    A year that is `years` too low takes its offset from the year that was meant: zones know no year 14.
    """
    if not text:
        return None
    wall = datetime.datetime.fromisoformat(text)
    offset = wall.replace(year=wall.year + years, tzinfo=zoneinfo.ZoneInfo(zone), fold=0).utcoffset()
    return wall.replace(tzinfo=datetime.timezone(offset))


def _bike(row, _):
    start, end = (datetime.datetime.fromisoformat(row[key].replace("Z", "+00:00")).astimezone(_UTC)
                  for key in ("start_time", "end_time"))
    return Record(row["trip_id"], row["user_id"], row["track_m"], start, end, f"bike:{row['bike_id']}")


def _norway(row, _):
    return Record(row["session_id"], row["user_id"], row["kwh"], _local(row["plugin_time"], "Europe/Oslo"),
                  _local(row["plugout_time"], "Europe/Oslo"))


def _norway_second(row, _):
    return Record(row["session_id"], f"TRO_R_{row['user_id']}", row["kwh"], _local(row["start"], "Europe/Oslo"),
                  _local(row["end"], "Europe/Oslo"))


def _workplace(row, is_year_repaired):
    times = [_local(row[key], "America/Chicago", years=2000) for key in ("created", "ended")]
    if is_year_repaired:
        times = [time.replace(year=time.year + 2000) for time in times]
    return Record(row["session_id"], row["user_id"], row["kwh"], *times, f"station:{row['station_id']}")


def _hourly(row, _):
    start = _local(row["hour"], "America/New_York")
    return Record(f"{row['user_id']}-{row['hour'].replace(' ', 'T')}", row["user_id"], row["steps"], start,
                  start + datetime.timedelta(hours=1))


def _daily(row, _):
    start = _local(row["date"], "America/New_York")
    return Record(f"{row['user_id']}-{row['date']}", row["user_id"], row["steps"], start,
                  start + datetime.timedelta(days=1))


FEEDS = {
    "bike": Feed("bike-valleybike.csv.gz", "meituan-bike", "shared-bike-ride", "m", _bike),
    "norway": Feed("ev-residential-norway.csv.gz", "kuaidian", "ev-charging", "kWh", _norway),
    "norway-second": Feed("ev-residential-trondheim-second-feed.csv.gz", "gac-toyota-nev", "ev-charging", "kWh",
                          _norway_second),
    "workplace": Feed("ev-workplace-us-2014.csv.gz", "kuaidian", "ev-charging", "kWh", _workplace),
    "steps-hourly": Feed("steps-fitbit-2016-hourly.csv.gz", "eleme", "walking", "step", _hourly),
    "steps-daily": Feed("steps-fitbit-2016-daily.csv.gz", "qingju-bike", "walking", "step", _daily),
}
