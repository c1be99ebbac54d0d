import CarbonInclusion

/// What must hold once everything is healed and drained.
extension World {
  mutating func judge() {
    guard failure == nil else { return }
    let refusals = ledger.shards.values.flatMap(\.refusals.values)
    if plan.isExact { judgeCounts(refusals) } else { judgeBounds(refusals) }
    judgePoison(refusals)
    judgeSequences(refusals)
    for shard in ledger.shards.keys.sorted() { judgeEntries(of: shard) }
    if !plan.faults.contains(where: { $0 == .tailLoss || $0 == .flush }) { judgeNotices(refusals) }
  }

  private struct Row: Hashable {
    var partner: Int16
    var content: Digest
  }

  /// Every message has exactly one outcome, and every outcome its message.
  private mutating func judgeCounts(_ refusals: [BookedRefusal]) {
    var rows: [Row: Int64] = [:]
    for refusal in refusals {
      rows[.init(partner: refusal.position.partnerNumber, content: refusal.content), default: 0] += 1
    }
    var expected: [Int16: Tally] = [:]
    var recorded: [Row: Int64] = [:]
    for message in witness.pushes {
      let partner = Int16(message.partner + 1)
      expected[partner, default: .init()].received += 1
      if let key = message.key, let known = ledger.keys[key], known.content == message.content {
        recorded[.init(partner: partner, content: message.content), default: 0] += 1
        continue
      }
      let isBuriedUnread = message.id.map(workload.poisonAtIngest.contains) ?? false
      let row = Row(partner: partner, content: isBuriedUnread ? message.payloadDigest : message.content)
      rows[row, default: 0] -= 1
    }
    // Of those with the content that stands, one is recorded, and each other is a duplicate or was refused before.
    for (row, count) in recorded {
      let refusedBefore = rows.removeValue(forKey: row) ?? 0
      let keys = ledger.keys.count { $0.key.partnerNumber == row.partner && $0.value.content == row.content }
      expected[row.partner, default: .init()].outcomes[.duplicate, default: 0] += count - refusedBefore - Int64(keys)
    }
    if let (row, difference) = rows.first(where: { $0.value != 0 }) {
      fail("partner \(row.partner): content \(row.content) has \(difference) refusals too many (or too few)")
    }
    for (partner, tally) in expected {
      let counted = ledger.counts[partner] ?? .init()
      if counted.received != tally.received {
        fail("partner \(partner): \(counted.received) messages are counted, \(tally.received) were pushed")
      }
      if counted[.duplicate] != tally[.duplicate] {
        fail("partner \(partner): \(counted[.duplicate]) duplicates are counted, there were \(tally[.duplicate])")
      }
    }
    judgeOutcomes(refusals)
  }

  /// The counts by outcome are those of the rows.
  private mutating func judgeOutcomes(_ refusals: [BookedRefusal]) {
    var outcomes: [Int16: [Outcome: Int64]] = [:]
    for refusal in refusals { outcomes[refusal.position.partnerNumber, default: [:]][refusal.outcome, default: 0] += 1 }
    for (_, shard) in ledger.shards {
      var standing: [Int64: (partner: Int16, outcome: Outcome)] = [:]
      for entry in shard.entries {
        let number = entry.kind == .upgrade ? entry.refersTo ?? entry.number : entry.number
        standing[number] = (entry.key.partnerNumber, entry.credit.outcome)
      }
      for (partner, outcome) in standing.values { outcomes[partner, default: [:]][outcome, default: 0] += 1 }
    }
    for partner in 1...Int16(SimulatedCatalogue.partners.count) {
      for outcome in Outcome.allCases where outcome != .duplicate {
        let counted = ledger.counts[partner]?[outcome] ?? 0
        let found = outcomes[partner]?[outcome] ?? 0
        if counted != found {
          fail("partner \(partner): \(counted) \(outcome.code) are counted, \(found) are recorded")
        }
      }
    }
  }

  /// Where messages were taken away: whatever was not, has an outcome, and is counted.
  private mutating func judgeBounds(_ refusals: [BookedRefusal]) {
    let rows = Set(refusals.map { Row(partner: $0.position.partnerNumber, content: $0.content) })
    for message in witness.pushes where !message.isLost {
      let partner = Int16(message.partner + 1)
      let isKnown = message.key.map { ledger.keys[$0]?.content == message.content } ?? false
      let isRefused = [message.content, message.payloadDigest].contains {
        rows.contains(.init(partner: partner, content: $0))
      }
      if !isKnown && !isRefused { fail("\(message.id ?? "a message") of partner \(partner) has no outcome") }
    }
  }

  private mutating func judgePoison(_ refusals: [BookedRefusal]) {
    let poison = workload.poison
    for message in witness.pushes {
      guard let id = message.id, poison.contains(id), let key = message.key else { continue }
      if ledger.keys[key] != nil { fail("\(id) kills whoever works on it, and is recorded all the same") }
    }
    guard plan.faults.isEmpty else { return }
    for id in poison {
      let copies = witness.pushes.count { $0.id == id && $0.activity != nil }
      let deaths = witness.poisonDeaths[id]?.alone ?? 0
      // Copies of equal bytes that follow each other are one block, which dies as a whole first.
      if workload.poisonAtIngest.contains(id), deaths != 3 * copies {
        fail("\(id) was buried after \(deaths) deaths alone, not after \(3 * copies)")
      }
    }
  }

  /// The partners' own counters: a number is known where its message has an outcome, also where messages were lost.
  private mutating func judgeSequences(_ refusals: [BookedRefusal]) {
    let refused = Set(refusals.map { Row(partner: $0.position.partnerNumber, content: $0.content) })
    for partner in SimulatedCatalogue.partners.indices.map({ Int16($0 + 1) }) {
      var settled: Set<Int64> = []
      var certain: Set<Int64> = []
      for message in witness.pushes where message.partner + 1 == partner {
        guard let activity = message.activity, let number = activity.sequence else { continue }
        let isKnown = message.key.map { ledger.keys[$0]?.content == message.content } ?? false
        if isKnown || refused.contains(.init(partner: partner, content: message.content)) { settled.insert(number) }
        if plan.isExact, !workload.poison.contains(activity.id) { certain.insert(number) }
      }
      let seen = ledger.sequences[partner] ?? []
      if let number = seen.subtracting(settled).min() {
        fail("partner \(partner): number \(number) of its counter is known, and its message has no outcome")
      }
      if let number = certain.subtracting(seen).min() {
        fail("partner \(partner): number \(number) of its counter was received, and is not known")
      }
    }
  }

  private mutating func judgeNotices(_ refusals: [BookedRefusal]) {
    for refusal in refusals {
      let partner = refusal.position.partnerNumber
      if !witness.wasTold(partner: partner, id: refusal.activityID, outcome: refusal.outcome) {
        fail("partner \(partner) was never told that \(refusal.activityID ?? "a message") is \(refusal.outcome.code)")
      }
    }
    for shard in ledger.shards.keys.sorted() {
      // What was decided again before anybody heard of it need not be told any more.
      var standing: [Int64: BookedEntry] = [:]
      for entry in ledger.shards[shard]?.entries ?? [] {
        standing[entry.kind == .upgrade ? entry.refersTo ?? entry.number : entry.number] = entry
      }
      for entry in standing.values where entry.credit.outcome != .credited {
        let partner = entry.key.partnerNumber
        if !witness.wasTold(partner: partner, id: entry.key.id, outcome: entry.credit.outcome) {
          fail("partner \(partner) was never told that \(entry.key.id) is \(entry.credit.outcome.code)")
        }
      }
    }
  }
}
