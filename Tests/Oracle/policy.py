"""The policy as the oracle reads it: one JSON object, every key known, every number exact."""

import json
from fractions import Fraction

from values import CONTRACT_UNITS, MILLION, parse_day, parse_fraction, whole_or_fraction


class PolicyError(ValueError):
    """The policy file says something that the oracle does not understand; names the place."""


class Record:
    """A bag of named values."""

    def __init__(self, **values):
        self.__dict__.update(values)


def _checked(value, where, required, optional=()):
    if not isinstance(value, dict):
        raise PolicyError(f"{where}: an object is expected, here is {value!r}")
    unknown = set(value) - set(required) - set(optional)
    missing = set(required) - set(value)
    if unknown or missing:
        raise PolicyError(f"{where}: unknown keys {sorted(unknown)}, missing keys {sorted(missing)}")
    return value


def _list(value, where):
    if not isinstance(value, list):
        raise PolicyError(f"{where}: a list is expected, here is {value!r}")
    return value


def _text(value, where, optional=False):
    if value is None and optional:
        return None
    if not isinstance(value, str) or not value:
        raise PolicyError(f"{where}: a text is expected, here is {value!r}")
    return value


def _flag(value, where):
    if not isinstance(value, bool):
        raise PolicyError(f"{where}: true or false is expected, here is {value!r}")
    return value


def _number(value, where, optional=False, low=0):
    if value is None and optional:
        return None
    number = parse_fraction(value)
    if number is None or number < low:
        raise PolicyError(f"{where}: a decimal from {low} is expected, here is {value!r}")
    return number


def _whole(value, where, optional=False, low=0):
    number = _number(value, where, optional, low)
    if number is not None and number.denominator != 1:
        raise PolicyError(f"{where}: a whole number is expected, here is {value!r}")
    return None if number is None else int(number)


def _day(value, where, optional=False):
    if value is None and optional:
        return None
    day = parse_day(value) if isinstance(value, str) else None
    if day is None:
        raise PolicyError(f"{where}: a date is expected, here is {value!r}")
    return day


def region_prefix(code):
    """A GB/T 2260 code without its trailing pairs of zeros: what it contains begins so."""
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


def is_valid_on(item, day):
    """Whether a factor or rule is valid on the day; both ends are included."""
    return item.valid_from <= day and (item.valid_to is None or day <= item.valid_to)


class Policy:
    """Everything of the catalogue that judging needs."""

    KEYS = ("utc_offset_seconds", "starts_on", "longest_activity_seconds", "clock_tolerance_seconds", "partners",
            "behaviours", "factors", "points_rules", "caps", "plausibility", "exclusivity", "titles")

    def __init__(self, document):
        # What points are spent on has no part in how they are earned.
        _checked(document, "policy", self.KEYS, ("programme", "time_zone", "redemption", "rewards"))
        self.utc_offset_micros = _whole(document["utc_offset_seconds"], "utc_offset_seconds", low=-86_400) * MILLION
        self.starts_on = _day(document["starts_on"], "starts_on")
        longest = _whole(document["longest_activity_seconds"], "longest_activity_seconds", optional=True)
        self.longest_micros = None if longest is None else longest * MILLION
        self.tolerance_micros = _whole(document["clock_tolerance_seconds"], "clock_tolerance_seconds") * MILLION
        self._dimensions = dict(CONTRACT_UNITS)
        self._ratios = {}
        self.partners = self._by_code(document, "partners", self._partner)
        self.behaviours = self._by_code(document, "behaviours", self._behaviour)
        self.factors = [self._factor(item, f"factors[{at}]") for at, item in enumerate(self._all(document, "factors"))]
        self.points_rules = [self._rule(item, f"points_rules[{at}]")
                             for at, item in enumerate(self._all(document, "points_rules"))]
        self.caps = list(self._by_code(document, "caps", self._cap).values())
        self.plausibility = [self._plausible(item, f"plausibility[{at}]")
                             for at, item in enumerate(self._all(document, "plausibility"))]
        self.exclusivity = list(self._by_code(document, "exclusivity", self._group).values())
        self.titles = sorted(self._by_code(document, "titles", self._title).values(), key=lambda t: t.from_milligrams)
        self.units = frozenset(self._dimensions)

    @classmethod
    def read(cls, path):
        """Reads a file; a PolicyError names what is wrong with it."""
        with open(path, encoding="utf-8") as file:
            return cls.parse(file.read())

    @classmethod
    def parse(cls, text):
        """Reads a JSON text with its numbers as texts, so that no float ever exists."""
        return cls(json.loads(text, parse_float=str, parse_int=str))

    def ratio(self, unit, other):
        """How many `other` one `unit` is, or None where it cannot be converted."""
        if (unit, other) not in self._ratios:
            kind, size = self._dimensions[unit]
            other_kind, other_size = self._dimensions[other]
            self._ratios[unit, other] = whole_or_fraction(size / other_size) if kind == other_kind else None
        return self._ratios[unit, other]

    def _all(self, document, key):
        return _list(document[key], key)

    def _by_code(self, document, key, make):
        found = {}
        for at, item in enumerate(self._all(document, key)):
            record = make(item, f"{key}[{at}]")
            if record.code in found:
                raise PolicyError(f"{key}[{at}]: {record.code} is there twice")
            found[record.code] = record
        return found

    def _unit(self, value, where):
        unit = _text(value, where)
        self._dimensions.setdefault(unit, (unit, Fraction(1)))
        return unit

    def _partner(self, item, where):
        _checked(item, where, ("code", "contract_from"), ("contract_to", "age_limit_days", "kind"))
        return Record(code=_text(item["code"], where), contract_from=_day(item["contract_from"], where),
                      contract_to=_day(item.get("contract_to"), where, optional=True),
                      age_limit_days=_whole(item.get("age_limit_days"), where, optional=True))

    def _behaviour(self, item, where):
        _checked(item, where, ("code", "category", "unit", "per_event", "active"), ("age_limit_days",))
        return Record(code=_text(item["code"], where), category=_text(item["category"], where),
                      unit=self._unit(item["unit"], where), per_event=_flag(item["per_event"], where),
                      active=_flag(item["active"], where),
                      age_limit_days=_whole(item.get("age_limit_days"), where, optional=True))

    def _known(self, code, where):
        if code not in self.behaviours:
            raise PolicyError(f"{where}: the behaviour {code!r} is not defined")
        return code

    def _factor(self, item, where):
        _checked(item, where, ("version", "behaviour", "grams", "per", "unit", "valid_from"),
                 ("region", "partner", "valid_to"))
        behaviour = self.behaviours[self._known(item["behaviour"], where)]
        per = _number(item["per"], where)
        unit = self._unit(item["unit"], where)
        ratio = self.ratio(behaviour.unit, unit)
        if ratio is None or per == 0:
            raise PolicyError(f"{where}: {behaviour.unit} cannot be scored per {item['per']} {unit}")
        region = _text(item.get("region"), where, optional=True)
        # Milligrams for one millionth of the behaviour's unit.
        milligrams = _number(item["grams"], where) * 1000 / per * ratio / MILLION
        return Record(version=_text(item["version"], where), behaviour=behaviour.code, unit=unit,
                      region=None if region is None else region_prefix(region),
                      partner=_text(item.get("partner"), where, optional=True), milligrams=milligrams,
                      valid_from=_day(item["valid_from"], where),
                      valid_to=_day(item.get("valid_to"), where, optional=True))

    def _rule(self, item, where):
        _checked(item, where, ("version", "valid_from"), ("behaviour", "per_gram", "per_unit", "valid_to"))
        rates = {key: _number(item.get(key), where, optional=True) for key in ("per_gram", "per_unit")}
        if sum(rate is not None for rate in rates.values()) != 1:
            raise PolicyError(f"{where}: exactly one of per_gram and per_unit is expected")
        millionths = {key: None if rate is None else rate * MILLION for key, rate in rates.items()}
        if any(rate is not None and rate.denominator != 1 for rate in millionths.values()):
            raise PolicyError(f"{where}: at most 6 digits after the point")
        behaviour = item.get("behaviour")
        return Record(version=_text(item["version"], where),
                      behaviour=None if behaviour is None else self._known(behaviour, where),
                      per_gram=None if rates["per_gram"] is None else int(millionths["per_gram"]),
                      per_unit=None if rates["per_unit"] is None else int(millionths["per_unit"]),
                      valid_from=_day(item["valid_from"], where),
                      valid_to=_day(item.get("valid_to"), where, optional=True))

    def _cap(self, item, where):
        _checked(item, where, ("code", "behaviours", "quantity_per_day", "unit"))
        unit = self._unit(item["unit"], where)
        limit = _number(item["quantity_per_day"], where) * MILLION
        if limit.denominator != 1:
            raise PolicyError(f"{where}: at most 6 digits after the point")
        # Cap unit for one unit of the behaviour, by behaviour.
        ratios = {}
        for code in _list(item["behaviours"], where):
            ratios[self._known(code, where)] = self.ratio(self.behaviours[code].unit, unit)
            if ratios[code] is None:
                raise PolicyError(f"{where}: {code} cannot be counted in {unit}")
        return Record(code=_text(item["code"], where), limit=int(limit), ratios=ratios)

    def _plausible(self, item, where):
        _checked(item, where, ("behaviour",), ("refuse", "hold"))
        limits = ("quantity_above", "speed_kmh_above")
        refuse = _checked(item.get("refuse") or {}, f"{where}.refuse", (), limits)
        hold = _checked(item.get("hold") or {}, f"{where}.hold", (), limits + ("count_per_day_above",))
        behaviour = self.behaviours[self._known(item["behaviour"], where)]

        def limit(side, key):
            number = _number(side.get(key), f"{where}.{key}", optional=True)
            return None if number is None else whole_or_fraction(number)
        return Record(behaviour=behaviour.code, km=self.ratio(behaviour.unit, "km"),
                      refuse_quantity=limit(refuse, limits[0]), refuse_speed=limit(refuse, limits[1]),
                      hold_quantity=limit(hold, limits[0]), hold_speed=limit(hold, limits[1]),
                      hold_count=_whole(hold.get("count_per_day_above"), where, optional=True))

    def _group(self, item, where):
        _checked(item, where, ("code", "behaviours", "scope", "window_seconds", "evidence_distinguishes"))
        if item["scope"] not in ("any-partner", "across-partners", "across-behaviours"):
            raise PolicyError(f"{where}: the scope {item['scope']!r} is unknown")
        return Record(code=_text(item["code"], where), across_partners=item["scope"] == "across-partners",
                      across_behaviours=item["scope"] == "across-behaviours",
                      behaviours=frozenset(self._known(code, where) for code in _list(item["behaviours"], where)),
                      window=_whole(item["window_seconds"], where) * MILLION,
                      evidence_distinguishes=_flag(item["evidence_distinguishes"], where))

    def _title(self, item, where):
        _checked(item, where, ("code", "from_milligrams"))
        return Record(code=_text(item["code"], where), from_milligrams=_whole(item["from_milligrams"], where))
