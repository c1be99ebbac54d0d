extension BatchScorer {
  /// The place of a resident of whom something may be booked, or told once more.
  func residentState(of name: String) -> Int {
    // Of anybody else it is not known whether there is an account: stopping is better than opening a second one.
    guard let index = residentIndex[name] else { preconditionFailure("an account that was not asked for") }
    return index
  }

  /// Enters a resident whose account was asked for.
  mutating func enter(_ name: String, _ known: AccountAnswers) -> Int {
    if let index = residentIndex[name] { return index }
    residents.append(ResidentState(name: name, account: known.accounts[name]))
    residentIndex[name] = residents.count - 1
    return residents.count - 1
  }

  /// The stretch of a known resident's history that can matter to an activity; `nil` where all of it is older.
  func window(of activity: Activity, account: AccountAnswers.Account) -> (from: Instant, to: Instant)? {
    let programme = judge.policy.catalogue.programme
    guard case .act(let behaviour, _, _) = activity.report else {
      // Which activity is meant, what had lost to it, and what those lie near: rare enough to read everything.
      return (Instant.earliest, Instant.latest)
    }
    let day = judge.policy.day(of: activity.endedAt)
    let tolerance = judge.policy.behaviour(behaviour)?.widestWindowSeconds ?? 0
    let begin = (activity.startedAt ?? activity.endedAt).adding(seconds: -tolerance)
    let from = min(day.start(utcOffsetSeconds: programme.utcOffsetSeconds), begin)
    guard account.latestAt >= from else { return nil }
    let end = activity.endedAt.adding(seconds: tolerance + programme.longestActivitySeconds)
    return (from, max(day.adding(days: 1).start(utcOffsetSeconds: programme.utcOffsetSeconds), end))
  }

  /// Whether a message can become anything but a duplicate, or what its partner is told once more. Also of a refusal
  /// the resident's name is written, and nobody may erase it meanwhile.
  func mayBook(_ message: ReceivedMessage, isRedelivered: Bool) -> Bool {
    if isRedelivered && answers.refusals[message.refusedContent] != nil { return false }
    guard case .activity(let activity, let content, _) = message.content else { return true }
    let key = ActivityKey(partnerNumber: message.position.partnerNumber, id: activity.id)
    return answers.known[key]?.content != content
  }

  mutating func closeAccounts() {
    for resident in residents {
      guard let number = resident.number, let latestAt = resident.latestAt, let purse = resident.purse else { continue }
      booking.accounts.append(
        AccountChange(
          residentNumber: number, resident: resident.name, isNew: resident.isNew, actions: resident.actions,
          reductionMilligrams: resident.reductionMilligrams, nanopoints: resident.nanopoints, purse: purse,
          title: resident.title, latestAt: latestAt))
      if !resident.ended.isEmpty {
        booking.expiries.append(
          .expiry(of: resident.ended, account: AccountKey(shard: opening.shard, residentNumber: number)))
      }
      if let change = resident.titleChange(judge.policy) { booking.titles.append(change) }
      let hadActions = resident.actionsBefore > 0
      let hasActions = resident.actionsBefore + resident.actions > 0
      if hadActions != hasActions { booking.residentsDelta += hasActions ? 1 : -1 }
    }
  }
}
