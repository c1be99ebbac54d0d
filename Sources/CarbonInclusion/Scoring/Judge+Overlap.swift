extension Judge {
  /// The activity that is the same act, and the group that says so: the closest in time, then the earliest booked.
  func overlap(of activity: RecordedActivity, groups: [Policy.Group], history: [RecordedActivity])
    -> (other: ActivityKey, group: String)?
  {
    var best: (other: RecordedActivity, group: String)?
    for group in groups {
      for other in history where isCandidate(other, for: activity, group) {
        if best.map({ isCloser(other, than: $0.other, to: activity) }) ?? true { best = (other, group.group.code) }
      }
    }
    return best.map { ($0.other.key, $0.group) }
  }

  private func isCandidate(_ other: RecordedActivity, for activity: RecordedActivity, _ group: Policy.Group) -> Bool {
    other.isAction && group.behaviours.contains(other.behaviourNumber) && other.key != activity.key
      && isInScope(activity, other, group.group.scope) && isSameAct(activity, other, group: group.group)
  }

  private func isCloser(_ one: RecordedActivity, than other: RecordedActivity, to activity: RecordedActivity) -> Bool {
    let (oneDistance, otherDistance) = (distance(activity, one), distance(activity, other))
    return oneDistance != otherDistance ? oneDistance < otherDistance : one.entryNumber < other.entryNumber
  }

  private func isInScope(
    _ one: RecordedActivity, _ other: RecordedActivity, _ scope: Catalogue.ExclusivityGroup.Scope
  ) -> Bool {
    switch scope {
    case .anyPartner: true
    case .acrossPartners: one.key.partnerNumber != other.key.partnerNumber
    case .acrossBehaviours: one.behaviourNumber != other.behaviourNumber
    }
  }

  private func isSameAct(
    _ one: RecordedActivity, _ other: RecordedActivity, group: Catalogue.ExclusivityGroup
  ) -> Bool {
    let window = group.windowSeconds * 1_000_000
    if let evidence = one.evidence, let otherEvidence = other.evidence {
      if evidence == otherEvidence {
        return one.beginsAt.microseconds <= other.endedAt.microseconds + window
          && other.beginsAt.microseconds <= one.endedAt.microseconds + window
      }
      if group.evidenceDistinguishes { return false }
    }
    // Strictly: with a window of 0, a ride that begins as another ends is another ride.
    return one.beginsAt.microseconds < other.endedAt.microseconds + window
      && other.beginsAt.microseconds < one.endedAt.microseconds + window
  }

  private func distance(_ one: RecordedActivity, _ other: RecordedActivity) -> UInt64 {
    (one.beginsAt.microseconds - other.beginsAt.microseconds).magnitude
      + (one.endedAt.microseconds - other.endedAt.microseconds).magnitude
  }
}
