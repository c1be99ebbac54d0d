"""The fold: messages in booked order in, outcomes, ledger and accounts out.

One `Fold` is the whole ledger; every rule is one short method. An act that is judged again after its winner was
reversed meets every act that stands at that moment, those booked after it included: else both would be credited.
"""

from messages import Refused, read_message
from policy import is_valid_on, region_prefix
from values import MICROS_PER_DAY, MILLION, floor_times

NANO = 1_000_000_000
OUTCOMES = ("credited", "capped", "duplicate", "conflict", "overlap", "held", "reversal", "rejected")
SECONDS_PER_HOUR = 3_600


class Act:
    """A recorded message, and what became of it. Quantities in millionths of the behaviour's unit."""

    __slots__ = ("partner", "message", "behaviour", "quantity", "factor", "day", "start", "end", "outcome",
                 "credited", "milligrams", "nanopoints", "is_reversed", "order", "row")

    def __init__(self, partner, message, day, order):
        self.partner = partner
        self.message = message
        self.day = day
        self.end = message.ended_at
        self.start = message.ended_at if message.started_at is None else message.started_at
        self.order = order  # how many messages were pushed before
        self.outcome = self.behaviour = self.factor = self.row = None
        self.quantity = self.credited = self.milligrams = self.nanopoints = 0
        self.is_reversed = False


class Account:
    """One resident."""

    __slots__ = ("actions", "milligrams", "nanopoints", "points", "by_day", "losers", "recorded", "used")

    def __init__(self):
        self.actions = self.milligrams = self.nanopoints = self.points = 0
        self.by_day = {}    # UTC day -> the standing acts that touch it
        self.losers = {}    # winner -> the overlaps that name it
        self.recorded = {}  # (behaviour, local day) -> how many count towards the daily hold
        self.used = {}      # (cap, local day) -> net credited quantity in millionths of the cap's unit


class Fold:
    """The ledger after the messages pushed so far."""

    def __init__(self, policy, now):
        self.policy = policy
        self.now = now
        self.known = {}      # (partner, id) -> Act
        self.accounts = {}   # resident -> Account
        self.outcomes = []   # rows as lists: partner, id, resident, outcome, reason, other, reasons, is_id_certain
        self.entries = []    # ledger
        self.daily = {}      # (day, partner, behaviour, region) -> [actions, milligrams, points]
        self.received = {partner: 0 for partner in policy.partners}
        self.duplicates = dict(self.received)
        self.pushed = 0
        self._factors = {}
        self._rules = {}
        self._groups = {code: [g for g in policy.exclusivity if code in g.behaviours] for code in policy.behaviours}
        self._caps = {code: [c for c in policy.caps if code in c.ratios] for code in policy.behaviours}
        self._limits = {code: [p for p in policy.plausibility if p.behaviour == code] for code in policy.behaviours}

    def push(self, partner, raw):
        """Judges one message of a partner, given as bytes."""
        try:
            message = read_message(raw, self.policy.units)
        except Refused as refused:
            self.refuse(partner, refused)
        else:
            self.judge(partner, message)

    def refuse(self, partner, refused):
        """Counts a message without a usable form."""
        self.received[partner] += 1
        self.pushed += 1
        self._row(partner, refused.activity_id, refused.resident, "rejected", refused.reasons[0],
                  reasons=refused.reasons, is_id_certain=refused.is_id_certain)

    def judge(self, partner, message):
        """Judges one message of good form."""
        self.received[partner] += 1
        self.pushed += 1
        first = self.known.get((partner, message.id))
        if first is not None:
            if first.message.content() == message.content():
                self.duplicates[partner] += 1
            else:
                self._row(partner, message.id, message.resident, "conflict")
            return
        day = (message.ended_at + self.policy.utc_offset_micros) // MICROS_PER_DAY
        act = Act(partner, message, day, self.pushed)
        judge = self._reversal if message.reverses is not None else self._activity
        reasons = self._date_fault(act) or judge(act)
        if reasons:
            self._row(partner, message.id, message.resident, "rejected", reasons[0], reasons=reasons)
            return
        self.known[partner, message.id] = act

    def _row(self, partner, activity_id, resident, outcome, reason=None, other=None, reasons=(), is_id_certain=True):
        row = [partner, activity_id, resident, outcome, reason, other, reasons, is_id_certain]
        self.outcomes.append(row)
        return row

    def _account(self, act):
        account = self.accounts.get(act.message.resident)
        if account is None:
            account = self.accounts[act.message.resident] = Account()
        return account

    # Step 2: what is refused. Each of these returns the reasons that would be right, likeliest first, or None.

    def _date_fault(self, act):
        partner = self.policy.partners[act.partner]
        behaviour = self.policy.behaviours.get(act.message.behaviour)
        if act.day < partner.contract_from or (partner.contract_to is not None and act.day > partner.contract_to):
            return ("outside_contract",)
        if act.day < self.policy.starts_on:
            return ("before_programme",)
        if act.end > self.now + self.policy.tolerance_micros:
            return ("in_future",)
        limits = [item.age_limit_days for item in (partner, behaviour) if item and item.age_limit_days is not None]
        if limits and self.now - act.end > min(limits) * MICROS_PER_DAY:
            return ("too_old",)
        if self.policy.longest_micros is not None and act.end - act.start > self.policy.longest_micros:
            return ("too_long",)
        return None

    def _activity(self, act):
        message, policy = act.message, self.policy
        behaviour = act.behaviour = policy.behaviours.get(message.behaviour)
        if behaviour is None:
            return ("unknown_behaviour",)
        if not behaviour.active:
            return ("inactive_behaviour",)
        if not behaviour.per_event and (message.quantity is None or message.unit is None):
            return ("missing_quantity",)
        factor = act.factor = self._factor(act)
        unit = message.unit or (factor.unit if factor else behaviour.unit)
        ratio = policy.ratio(unit, behaviour.unit)
        if ratio is None:
            return ("unit_mismatch",)
        act.quantity = floor_times(MILLION if message.quantity is None else message.quantity, ratio)
        for limits in self._limits[behaviour.code]:
            if self._is_above(act, limits.refuse_quantity):
                return ("implausible_quantity",)
            if self._is_faster(act, limits, limits.refuse_speed):
                return ("implausible_speed",)
        if factor is None:
            return ("no_factor",)
        self._settle(act, "earn")
        return None

    @staticmethod
    def _is_above(act, limit):
        return limit is not None and act.quantity > limit * MILLION

    @staticmethod
    def _is_faster(act, limits, limit):
        # Any distance in no time at all is too fast; without a start nothing is known.
        if limit is None or limits.km is None or act.message.started_at is None:
            return False
        # Millionths of an hour's way against the limit for so many microseconds: both sides by a million.
        return act.quantity * limits.km * SECONDS_PER_HOUR > limit * (act.end - act.start)

    def _factor(self, act):
        key = (act.partner, act.behaviour.code, act.message.region, act.day)
        if key not in self._factors:
            region = act.message.region
            fitting = [f for f in self.policy.factors if f.behaviour == act.behaviour.code and is_valid_on(f, act.day)
                       and f.partner in (None, act.partner)
                       and (f.region is None or region is not None and region.startswith(f.region))]
            self._factors[key] = max(
                fitting, key=lambda f: (f.partner is not None, len(f.region or ""), f.valid_from), default=None)
        return self._factors[key]

    def _rule(self, act):
        key = (act.behaviour.code, act.day)
        if key not in self._rules:
            fitting = [r for r in self.policy.points_rules
                       if r.behaviour in (None, act.behaviour.code) and is_valid_on(r, act.day)]
            self._rules[key] = max(fitting, key=lambda r: (r.behaviour is not None, r.valid_from), default=None)
        return self._rules[key]

    # Steps 3 to 7: overlap, held, caps, milligrams, points.

    def _settle(self, act, kind):
        """Judges an act for the first time (`earn`) or again after its winner was reversed (`upgrade`)."""
        account = self._account(act)
        group, winner = self._same_act(account, act)
        if winner is not None:
            account.losers.setdefault(winner, []).append(act)
            self._decide(act, "overlap", group.code, winner)
            return
        key = (act.behaviour.code, act.day)
        before = account.recorded.get(key, 0)
        account.recorded[key] = before + 1
        if self._is_unlikely(act, before):
            self._decide(act, "held")
            return
        act.credited, cap = self._room(account, act)
        self._decide(act, "capped" if cap else "credited", cap and cap.code)
        act.milligrams = floor_times(act.credited, act.factor.milligrams)
        rule = self._rule(act)
        if rule is not None:
            act.nanopoints = (act.milligrams * rule.per_gram if rule.per_gram is not None
                              else act.credited * rule.per_unit // 1000)
        self._book(account, act, kind, 1)

    def _decide(self, act, outcome, reason=None, other=None):
        act.outcome = outcome
        named = None if other is None else (other.partner, other.message.id)
        if act.row is None:
            act.row = self._row(act.partner, act.message.id, act.message.resident, outcome, reason, named)
        else:
            act.row[3:6] = outcome, reason, named

    def _same_act(self, account, act):
        best = (None, None)
        least = None
        for group in self._groups[act.behaviour.code]:
            for other in self._near(account, act, group.window):
                if group.across_partners and other.partner == act.partner:
                    continue
                if group.across_behaviours and other.behaviour.code == act.behaviour.code:
                    continue
                if other.behaviour.code not in group.behaviours or not self._is_same(act, other, group):
                    continue
                distance = (abs(act.start - other.start) + abs(act.end - other.end), other.order)
                if least is None or distance < least:
                    least, best = distance, (group, other)
        return best

    @staticmethod
    def _near(account, act, window):
        first, last = (act.start - window) // MICROS_PER_DAY, (act.end + window) // MICROS_PER_DAY
        days = account.by_day
        if last - first >= len(days):
            touched = [day for day in days if first <= day <= last]
        else:
            touched = [day for day in range(first, last + 1) if day in days]
        return {other for day in touched for other in days[day]}

    @staticmethod
    def _is_same(act, other, group):
        mine, theirs = act.message.evidence, other.message.evidence
        both = mine is not None and theirs is not None
        if both and mine == theirs and max(other.start - act.end, act.start - other.end, 0) <= group.window:
            return True
        if both and mine != theirs and group.evidence_distinguishes:
            return False
        return act.start < other.end + group.window and other.start < act.end + group.window

    def _is_unlikely(self, act, before):
        for limits in self._limits[act.behaviour.code]:
            if self._is_above(act, limits.hold_quantity) or self._is_faster(act, limits, limits.hold_speed):
                return True
            if limits.hold_count is not None and before >= limits.hold_count:
                return True
        return False

    def _room(self, account, act):
        """What may be credited, and the cap that says so where that is less than the quantity."""
        credited, tightest = act.quantity, None
        for cap in self._caps[act.behaviour.code]:
            left = max(cap.limit - account.used.get((cap.code, act.day), 0), 0)
            room = left // cap.ratios[act.behaviour.code]
            if room < credited:
                credited, tightest = room, cap
        return credited, tightest

    def _book(self, account, act, kind, sign, message=None):
        """Writes one entry; `message` is the reversal that takes the act back."""
        account.nanopoints += sign * act.nanopoints
        points = account.nanopoints // NANO - account.points
        account.points += points
        account.milligrams += sign * act.milligrams
        actions = sign if act.credited > 0 else 0
        account.actions += actions
        for cap in self._caps[act.behaviour.code]:
            key = (cap.code, act.day)
            account.used[key] = account.used.get(key, 0) + sign * act.credited * cap.ratios[act.behaviour.code]
        if actions:
            for day in range(act.start // MICROS_PER_DAY, act.end // MICROS_PER_DAY + 1):
                acts = account.by_day.setdefault(day, [])
                acts.append(act) if sign > 0 else acts.remove(act)
        sums = self.daily.setdefault((act.day, act.partner, act.behaviour.code, act.message.region), [0, 0, 0])
        sums[0] += actions
        sums[1] += sign * act.milligrams
        sums[2] += points
        self.entries.append((kind, act.partner, (message or act.message).id, act.message.resident, act.behaviour.code,
                             sign * act.quantity, sign * act.credited, sign * act.milligrams, points,
                             act.factor.version, act.end))

    def _reversal(self, act):
        target = self.known.get((act.partner, act.message.reverses))
        if target is None or target.message.resident != act.message.resident:
            return ("reverses_unknown",)
        if target.outcome == "reversal":  # recorded, but no activity: both codes are true
            return ("reverses_not_credited", "reverses_unknown")
        if target.outcome not in ("credited", "capped") or target.credited == 0:
            return ("reverses_not_credited",)
        if target.is_reversed:
            return ("reverses_already_reversed",)
        account = self._account(act)
        self._decide(act, "reversal")
        target.is_reversed = True
        account.recorded[target.behaviour.code, target.day] -= 1
        self._book(account, target, "reversal", -1, act.message)
        for loser in sorted(account.losers.pop(target, ()), key=lambda act: act.order):
            self._settle(loser, "upgrade")
        return None
