"""Compares a folded state with a dump of the views, row by row, and says in words what differs.

Rows are compared as multisets. What the contract leaves open is not compared: the reason of `credited`, `conflict`,
`held` and `reversal` rows, what a row other than `overlap` names, and the sign of a reversal's raw quantity. A message
refused for its form may carry any right reason, and its id only where it can be read for certain. Rows of nothing but
zeros may be missing on either side.
"""

from collections import Counter, defaultdict

from judging import OUTCOMES
from state import VIEWS, UnreadableValue, decimal_millionths, moment, points_of, text_or_none, whole

_WITH_REASON = ("rejected", "capped", "overlap")


def compare(state, views, is_ignoring_empty_entries=False, limit=20):
    """Lines that describe the differences; none if the two agree."""
    lines = []
    for view in VIEWS:
        if not isinstance(views.get(view), list):
            lines.append(f"{view}: the dump has no list of that name")
            continue
        expected = state[view] if isinstance(state[view], list) else [state[view]]
        try:
            if view == "outcomes":
                differences = _compare_outcomes(expected, views[view])
            else:
                differences = _compare_rows(view, expected, views[view], is_ignoring_empty_entries)
        except UnreadableValue as error:
            differences = [str(error)]
        lines += [f"{view}: {line}" for line in differences[:limit]]
        if len(differences) > limit:
            lines.append(f"{view}: and {len(differences) - limit} more differences")
    return lines


# A row becomes (what it is about, what is said about it), both dictionaries.


def _outcome(row):
    outcome = row["outcome"]
    about = {"partner": row["partner"], "activity_id": text_or_none(row["activity_id"])}
    said = {"resident": text_or_none(row["resident"]), "outcome": outcome,
            "reason": row["reason"] if outcome in _WITH_REASON else None}
    if outcome == "overlap":
        said |= {"other_partner": row["other_partner"], "other_activity_id": row["other_activity_id"]}
    return about, said


def _ledger(row):
    quantity = decimal_millionths(row["quantity"])
    about = {key: row[key] for key in ("partner", "activity_id", "kind")}
    said = {key: row[key] for key in ("resident", "behaviour")}
    said |= {"quantity": abs(quantity) if row["kind"] == "reversal" else quantity,
             "credited_quantity": decimal_millionths(row["credited_quantity"]),
             "reduction_mg": whole(row["reduction_mg"]), "points": whole(row["points"]),
             "factor_version": row["factor_version"], "occurred_at": moment(row["occurred_at"])}
    return about, said


def _resident(row):
    said = {"actions": whole(row["actions"]), "reduction_mg": whole(row["reduction_mg"]), "points": points_of(row)}
    return {"resident": row["resident"]}, said | {"title": text_or_none(row["title"])}


def _totals(row):
    return {}, {key: whole(row[key]) for key in ("residents", "actions", "reduction_mg", "points_issued")}


def _daily(row):
    about = {key: row[key] for key in ("day", "partner", "behaviour", "category")}
    about["region"] = text_or_none(row["region"])
    return about, {key: whole(row[key]) for key in ("actions", "reduction_mg", "points")}


def _counts(row):
    return {"partner": row["partner"]}, {key: whole(row[key]) for key in ("received",) + OUTCOMES}


_READERS = {"ledger": _ledger, "residents": _resident, "totals": _totals, "daily_totals": _daily,
            "partner_counts": _counts}


def _read(reader, row):
    try:
        return tuple(tuple(part.items()) for part in reader(row))
    except KeyError as error:
        raise UnreadableValue(f"the column {error} is missing in {row!r}") from None
    except UnreadableValue as error:
        raise UnreadableValue(f"{error} in {row!r}") from None


def _is_empty(view, row, is_ignoring_empty_entries):
    if view == "ledger":
        said = dict(row[1])
        return is_ignoring_empty_entries and said["credited_quantity"] == 0 and said["reduction_mg"] == 0
    return view != "totals" and not any(value for key, value in row[1] if key != "title")


def _compare_rows(view, expected, actual, is_ignoring_empty_entries):
    sides = []
    for rows in (expected, actual):
        # What is booked on accounts and comes from no activity is not folded here.
        read = (_read(_READERS[view], row) for row in rows if view != "ledger" or row.get("partner"))
        sides.append(Counter(row for row in read if not _is_empty(view, row, is_ignoring_empty_entries)))
    return _describe(sides[0] - sides[1], sides[1] - sides[0])


def _compare_outcomes(expected, actual):
    strict = Counter(_read(_outcome, row) for row in expected if "right_reasons" not in row)
    found = Counter(_read(_outcome, row) for row in actual)
    missing, surplus = strict - found, found - strict
    open_rows = [row for row in expected if "right_reasons" in row]
    # The choosiest first, so that none takes the only row that fits another one.
    open_rows.sort(key=lambda row: (not row["is_id_certain"], len(row["right_reasons"])))
    by_partner = defaultdict(list)
    for row in surplus:
        by_partner[dict(row[0])["partner"]].append(row)
    by_id = defaultdict(list)
    for row in surplus:
        by_id[row[0]].append(row)
    for row in open_rows:
        about = _read(_outcome, row)[0]
        candidates = by_id[about] if row["is_id_certain"] else by_partner[row["partner"]]
        fitting = next((found for found in candidates if surplus[found] > 0 and _fits(row, dict(found[1]))), None)
        if fitting is None:
            missing[_read(_outcome, row | {"reason": " or ".join(row["right_reasons"])})] += 1
        else:
            surplus[fitting] -= 1
    return _describe(missing, +surplus)


def _fits(row, said):
    return (said["outcome"] == "rejected" and said["reason"] in row["right_reasons"]
            and (not row["is_id_certain"] or row["resident"] is None or said["resident"] == row["resident"]))


def _describe(missing, surplus):
    by_about = defaultdict(lambda: ([], []))
    for side, rows in enumerate((missing, surplus)):
        for row, number in rows.items():
            by_about[row[0]][side].extend([dict(row[1])] * number)
    lines = []
    for about, (wanted, found) in sorted(by_about.items(), key=repr):
        name = " ".join(str(value) for _, value in about) or "the row"
        for at in range(max(len(wanted), len(found))):
            if at >= len(found):
                lines.append(f"{name}: missing, expected {_words(wanted[at])}")
            elif at >= len(wanted):
                lines.append(f"{name}: nobody expects {_words(found[at])}")
            else:
                lines.append(f"{name}: " + "; ".join(
                    f"{key} expected {wanted[at].get(key)} but is {found[at].get(key)}"
                    for key in wanted[at] | found[at] if wanted[at].get(key) != found[at].get(key)))
    return lines


def _words(said):
    return ", ".join(f"{key} {value}" for key, value in said.items())
