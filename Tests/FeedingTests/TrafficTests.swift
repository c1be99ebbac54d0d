import CarbonInclusion
import Feeding
import Messages
import Testing

@Suite struct `Simulated traffic` {
  @Test func `a seed gives the same bytes on every machine and in every version`() {
    var model = model(seed: 42)
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    for _ in 0..<5_000 {
      let (partner, message) = model.next()
      // FNV-1a.
      for byte in [UInt8(partner)] + message { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    #expect(digest == 11_608_152_378_149_748_775, "the traffic of seed 42 has changed: \(String(digest, radix: 16))")
  }

  @Test func `another seed gives other ids`() {
    var first = model(seed: 1)
    var second = model(seed: 2)
    let ids = Set((0..<2_000).compactMap { _ in activity(first.next().message)?.id })
    #expect(!(0..<2_000).contains { _ in activity(second.next().message).map { ids.contains($0.id) } ?? false })
  }

  @Test func `every kind has its share`() {
    var model = model(seed: 7)
    let total = 50_000
    for _ in 0..<total { _ = model.next() }
    let shares: [(TrafficKind, Double)] = [
      (.resent, 0.10), (.conflict, 0.02), (.invalid, 0.03), (.late, 0.05), (.reversal, 0.002), (.sharedCharge, 0.005),
    ]
    for (kind, share) in shares {
      let count = Double(model.counts[kind.rawValue])
      let expected = share * Double(total)
      // Five standard deviations, and the first messages, which have nothing to repeat.
      #expect(abs(count - expected) < 5 * expected.squareRoot() + 50, "\(kind): \(count) of \(total), not \(expected)")
    }
    #expect(model.counts.reduce(0, +) == Int64(total))
  }

  @Test func `the decoder accepts what is valid, and of what is invalid only what scoring judges`() {
    var model = model(seed: 3)
    var accepted = 0
    for _ in 0..<10_000 {
      let message = model.next().message
      let decoded = ActivityDecoder.decode(message)
      guard model.lastKind != .invalid else { continue }
      guard case .activity(let activity) = decoded else {
        Issue.record("\(model.lastKind) is refused: \(decoded), \(String(decoding: message, as: UTF8.self))")
        return
      }
      accepted += 1
      #expect(activity.startedAt.map { $0 <= activity.endedAt } ?? true)
    }
    #expect(accepted > 9_000)
  }

  @Test func `invalid messages are refused in many ways`() {
    var model = model(seed: 3) { $0.shares.invalid = 0.5 }
    var reasons: Set<RefusalReason> = []
    for _ in 0..<5_000 {
      if case .refused(let refusal, _, _) = ActivityDecoder.decode(model.next().message) {
        #expect(model.lastKind == .invalid)
        reasons.insert(refusal.reason)
      }
    }
    #expect(
      reasons.isSuperset(of: [
        .missingField, .unknownUnit, .malformedJSON, .quantityNotPositive, .quantityOutOfRange, .invalidValue,
        .duplicateField, .notAnObject,
      ]), "\(reasons)")
  }

  @Test func `a resend has the bytes of an earlier message of its partner, a conflict its id and another quantity`() {
    var model = model(seed: 11)
    var sent: [Int: Set<[UInt8]>] = [:]
    var known: [String: Activity] = [:]
    for _ in 0..<10_000 {
      let (partner, message) = model.next()
      let activity = activity(message)
      switch (model.lastKind, activity) {
      case (.resent, _):
        #expect(sent[partner]?.contains(message) == true, "never sent: \(String(decoding: message, as: UTF8.self))")
      case (.conflict, let activity?):
        let first = known["\(partner) \(activity.id)"]
        #expect(first != nil && first?.report != activity.report && first?.endedAt == activity.endedAt)
      case (.reversal, let activity?):
        guard case .reversal(let id) = activity.report else {
          Issue.record("no reversal: \(activity)")
          continue
        }
        #expect(known["\(partner) \(id)"]?.resident == activity.resident, "an unknown activity \(id) is taken back")
        known["\(partner) \(activity.id)"] = activity
      case (.invalid, _), (_, nil): break
      case (_, let activity?):
        #expect(known.updateValue(activity, forKey: "\(partner) \(activity.id)") == nil, "the id \(activity.id) twice")
      }
      sent[partner, default: []].insert(message)
    }
  }

  @Test func `a shared charge has the evidence, the resident and nearly the time of another partner's`() {
    var model = model(seed: 5) { $0.shares.sharedCharges = 0.05 }
    var charges: [String: [(partner: Int, activity: Activity)]] = [:]
    var found = 0
    for _ in 0..<15_000 {
      let (partner, message) = model.next()
      guard let activity = activity(message), let evidence = activity.evidence, evidence.hasPrefix("vin:") else {
        continue
      }
      if model.lastKind == .sharedCharge {
        found += 1
        let twin = charges[evidence, default: []].contains {
          $0.partner != partner && $0.activity.resident == activity.resident
            && abs($0.activity.endedAt.microseconds - activity.endedAt.microseconds) <= 30_000_000
        }
        #expect(twin, "no other partner reported the charge of \(activity.resident)")
      }
      charges[evidence, default: []].append((partner, activity))
    }
    #expect(found > 100, "only \(found) shared charges")
  }

  @Test func `sequence numbers rise by one per partner in what is neither resent nor invalid`() {
    var model = model(seed: 8)
    var last: [Int: Int64] = [:]
    for _ in 0..<10_000 {
      let (partner, message) = model.next()
      guard model.lastKind != .resent, model.lastKind != .invalid else { continue }
      let sequence = activity(message)?.sequence
      #expect(sequence == (last[partner] ?? 0) + 1)
      last[partner] = sequence
    }
  }

  @Test func `traffic keeps to its days, in order, with more of it in the rush hours`() {
    let from = Day(number: 19_300)
    var model = model(seed: 9) {
      $0.calendar = .days(from: from, to: from.adding(days: 6), messages: 28_000)
    }
    var byHour = [Int](repeating: 0, count: 24)
    var days: Set<Int32> = []
    var previous = Instant(seconds: 0)
    for _ in 0..<28_000 {
      guard let activity = activity(model.next().message), model.lastKind == .fresh else { continue }
      #expect(activity.endedAt >= previous)
      previous = activity.endedAt
      let day = Day(containing: activity.endedAt, utcOffsetSeconds: 28_800)
      days.insert(day.number - from.number)
      let inDay = activity.endedAt.microseconds - day.start(utcOffsetSeconds: 28_800).microseconds
      byHour[Int(inDay / 3_600_000_000)] += 1
    }
    #expect(days == Set(0...6), "\(days.sorted())")
    #expect(min(byHour[7], byHour[8], byHour[17], byHour[18]) > 3 * max(byHour[2], byHour[3], byHour[4]), "\(byHour)")
    #expect(byHour[8] > byHour[10] && byHour[18] > byHour[15], "\(byHour)")
  }

  @Test func `late messages are of days before, never of before the programme`() {
    let from = Day(number: 19_256)
    var model = model(seed: 10) { $0.calendar = .days(from: from, to: from, messages: 8_000) }
    let first = Day(number: 19_253)
    var late = 0
    for _ in 0..<8_000 {
      guard let activity = activity(model.next().message), model.lastKind == .late else { continue }
      late += 1
      let day = Day(containing: activity.endedAt, utcOffsetSeconds: 28_800)
      #expect(day >= first && day < from, "\(day)")
    }
    #expect(late > 300, "only \(late) late messages")
  }

  @Test func `live traffic has just happened`() {
    var model = model(seed: 12) { $0.calendar = .live }
    let now = Instant(seconds: 1_669_680_000)
    model.now = now
    for _ in 0..<5_000 {
      guard let activity = activity(model.next().message), model.lastKind == .fresh else { continue }
      #expect(activity.endedAt <= now && activity.endedAt >= now.adding(seconds: -60))
    }
  }

  @Test func `a few residents do much, but nobody everything`() {
    var model = model(seed: 13) { $0.residents = 3_000 }
    var counts: [String: Int] = [:]
    for _ in 0..<30_000 {
      if let activity = activity(model.next().message) { counts[activity.resident, default: 0] += 1 }
    }
    let sorted = counts.values.sorted(by: >)
    let total = sorted.reduce(0, +)
    let topHundredth = sorted.prefix(30).reduce(0, +)
    #expect((15...30).contains(100 * topHundredth / total), "the most active hundredth has \(topHundredth) of \(total)")
    #expect(sorted[0] < 60 * total / 3_000, "one resident has \(sorted[0]) of \(total)")
  }

  @Test func `valid quantities stay within the default catalogue's limits`() {
    let holdAbove: [String: Int64] = [
      "shared-bike-ride": 20, "ev-charging": 120, "no-cutlery-order": 6, "clean-plate": 4, "bus-ride": 8,
      "walking": 40_000, "old-clothes-recycling": 50, "check-in": 1,
    ]
    var model = model(seed: 14)
    for _ in 0..<12_000 {
      guard let activity = activity(model.next().message), [.fresh, .late].contains(model.lastKind),
        case .act(let behaviour, let quantity?, let unit?) = activity.report
      else { continue }
      let divisor: Int64 = [.metre, .wattHour, .gram].contains(unit) ? 1000 : 1
      let limit = holdAbove[behaviour] ?? 0
      #expect(quantity.millionths / divisor <= limit * 1_000_000, "\(behaviour): \(quantity) \(unit.rawValue)")
      guard behaviour == "shared-bike-ride", let started = activity.startedAt else { continue }
      let hours = Double(activity.endedAt.microseconds - started.microseconds) / 3_600_000_000
      #expect(Double(quantity.millionths / divisor) / 1_000_000 / hours <= 22)
    }
  }

  @Test func `only so many messages are remembered`() {
    var model = model(seed: 15) { $0.memory = 100 }
    var newest: [[UInt8]] = []
    for _ in 0..<5_000 {
      let message = model.next().message
      if model.lastKind == .resent {
        #expect(newest.suffix(100).contains(message), "older than the newest 100")
      } else if model.lastKind != .invalid && model.lastKind != .conflict {
        newest.append(message)
      }
    }
  }

  private func model(seed: UInt64, _ change: (inout TrafficPlan) -> Void = { _ in }) -> TrafficModel {
    let from = Day(number: 19_300)
    var plan = TrafficPlan(seed: seed, calendar: .days(from: from, to: from.adding(days: 6), messages: 100_000))
    change(&plan)
    return TrafficModel(plan)
  }

  private func activity(_ message: [UInt8]) -> Activity? {
    guard case .activity(let activity) = ActivityDecoder.decode(message) else { return nil }
    return activity
  }
}
