"""Takes out of the journal what Redis lost with the end of its AOF, where that is allowed. Pure.

Whether a message of such a push was booked before it vanished, its row tells, if its id was pushed this once. Of one
that was pushed several times only how many arrived is known: by its rows, and by the partner's count.
"""

import collections
import dataclasses

from journal import identity, sequence


def take_out(arrived, views, witnesses):
    """The pushes without what vanished, and the (partner, seq) of which nobody can tell."""
    if not witnesses:
        return arrived, set()
    rows = collections.Counter((row["partner"], row["activity_id"]) for row in views["outcomes"])
    kept = {push.number: list(range(len(push.messages))) for push in arrived if push.witness() not in witnesses}
    certain, total = collections.Counter(), collections.Counter()
    for push in arrived:
        for at in kept.get(push.number, ()):
            certain[push.partner, identity(push.messages[at])] += 1
            total[push.partner] += 1
    # Of messages with one id that vanished all, a row does not tell which of them it stands for.
    rivals = collections.Counter((push.partner, identity(raw)) for push in arrived if push.number not in kept
                                 for raw in push.messages)
    # Rows that nothing else explains are those of messages that were booked before they vanished.
    pool, doubtful = collections.defaultdict(list), set()
    explained = collections.Counter(certain)
    for push, at in _others_first(push for push in arrived if push.number not in kept):
        key = push.partner, identity(push.messages[at])
        kept.setdefault(push.number, [])
        if certain[key] or (rivals[key] > 1 and rows[key]):
            doubtful.add((push.partner, sequence(push.messages[at])))
        if rows[key] > explained[key]:
            explained[key] += 1
            total[push.partner] += 1
            kept[push.number].append(at)
        elif rows[key]:
            pool[push.partner].append((push.number, at))
            doubtful.add((push.partner, sequence(push.messages[at])))
    for row in views["partner_counts"]:
        missing = int(row["received"]) - total[row["partner"]]
        for number, at in pool[row["partner"]][:max(0, missing)]:
            kept[number].append(at)
    return [_only(push, sorted(kept[push.number])) for push in arrived], doubtful


def _others_first(pushes):
    """The messages of pushes as (push, place), resends last: they have no rows of their own."""
    places = [(push, at) for push in pushes for at in range(len(push.messages))]
    return sorted(places, key=lambda item: item[0].kinds[item[1]] == "r")


def _only(push, places):
    return dataclasses.replace(push, kinds="".join(push.kinds[at] for at in places),
                               messages=[push.messages[at] for at in places])
