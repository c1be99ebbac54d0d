package import CarbonInclusion

/// Makes the messages of all partners, one after the other: the same ones for the same plan, however fast they are
/// taken.
///
/// Live traffic also depends on what the model is told is now.
package struct TrafficModel: Sendable {
  /// The partners that `next()` numbers.
  package let partners: [TrafficPartner]
  /// What live activities end at, or a little before.
  package var now = Instant(seconds: 0)
  /// How many messages of each kind were made.
  package private(set) var counts = [Int64](repeating: 0, count: TrafficKind.allCases.count)
  /// What the last message was.
  package private(set) var lastKind = TrafficKind.fresh

  private let population: Population
  private let mix: TrafficMix
  private let clock: TrafficClock?
  private let writer: TrafficWriter
  private let utcOffsetSeconds: Int64
  private let firstSecond: Int64
  /// Millionths of all messages up to which a kind reaches.
  private let thresholds: [(kind: TrafficKind, below: UInt64)]
  private var random: SeededRandom
  private var made: Int64 = 0
  private var serials: [UInt64]
  private var sequences: [UInt64]
  private var recent: RecentDrafts
  private var charges: RecentDrafts

  package init(_ plan: TrafficPlan) {
    precondition(plan.shares.isPossible && plan.residents > 0, "shares or residents that cannot be")
    partners = plan.partners
    population = Population(count: plan.residents)
    mix = TrafficMix(plan.partners)
    switch plan.calendar {
    case .live: clock = nil
    case .days(let from, let to, let messages):
      clock = TrafficClock(
        from: from, to: to, messages: messages, hours: mix.hours, utcOffsetSeconds: plan.utcOffsetSeconds)
    }
    writer = TrafficWriter(
      sources: mix.sources, partners: plan.partners,
      run: UInt32(truncatingIfNeeded: SeededRandom.mix(plan.seed) >> 32), utcOffsetSeconds: plan.utcOffsetSeconds)
    utcOffsetSeconds = Int64(plan.utcOffsetSeconds)
    firstSecond = plan.firstDay.start(utcOffsetSeconds: plan.utcOffsetSeconds).microseconds / 1_000_000
    thresholds = Self.thresholds(plan.shares)
    random = SeededRandom(seed: plan.seed)
    serials = plan.partners.map { _ in 0 }
    sequences = serials
    recent = RecentDrafts(limit: plan.memory)
    charges = RecentDrafts(limit: min(plan.memory, 1_024))
  }

  /// The next message, and the number of the partner that pushes it.
  package mutating func next() -> (partner: Int, message: [UInt8]) {
    let time = clock?.time(ofMessage: made) ?? now.microseconds / 1_000_000 - random.within(0...40)
    made += 1
    let (kind, draft, defect) = choose(at: time)
    lastKind = kind
    counts[kind.rawValue] += 1
    return (mix.sources[draft.source].partner, writer.message(draft, defect: defect))
  }

  private typealias Choice = (kind: TrafficKind, draft: TrafficDraft, defect: TrafficDefect?)

  /// What comes next. A kind that needs an earlier message, where there is none yet, gives way to a fresh one.
  private mutating func choose(at time: Int64) -> Choice {
    let draw = random.below(1_000_000)
    let kind = thresholds.first { draw < $0.below }?.kind ?? .fresh
    let draft: TrafficDraft? =
      switch kind {
      case .resent: resent()
      case .conflict: conflict()
      case .reversal: reversal(at: time)
      case .sharedCharge: sharedCharge()
      case .late: remembered(fresh(at: late(time), isNumbered: true))
      case .fresh, .invalid: nil
      }
    if let draft { return (kind, draft, nil) }
    guard kind == .invalid else { return (.fresh, remembered(fresh(at: time, isNumbered: true)), nil) }
    let number = random.below(UInt64(TrafficDefect.allCases.count))
    return (kind, fresh(at: time, isNumbered: false), TrafficDefect(rawValue: number))
  }

  private mutating func resent() -> TrafficDraft? { recent.place(&random) { _ in true }.map { recent[$0] } }

  private mutating func conflict() -> TrafficDraft? {
    guard let place = recent.place(&random, where: { $0.reverses == nil }) else { return nil }
    var draft = recent[place]
    draft.quantity += mix.sources[draft.source].behaviour.isPerEvent ? 1_000 : 1_000 * (1 + random.below(3))
    draft.sequence = nextSequence(ofPartner: mix.sources[draft.source].partner)
    return draft
  }

  private mutating func reversal(at time: Int64) -> TrafficDraft? {
    guard let place = recent.place(&random, where: { $0.reverses == nil && !$0.isUsed }) else { return nil }
    recent[place].isUsed = true
    var draft = recent[place]
    draft.isUsed = false
    draft.reverses = draft.serial
    draft.startedAt = nil
    draft.endedAt = max(time, draft.endedAt)
    number(&draft)
    return remembered(draft)
  }

  /// The same charge as another partner saw it: its own id, its own clock.
  private mutating func sharedCharge() -> TrafficDraft? {
    guard let place = charges.place(&random, where: { !$0.isUsed }) else { return nil }
    var draft = charges[place]
    guard
      let source = mix.source(of: .evCharging, notOf: mix.sources[draft.source].partner, &random)
    else { return nil }
    // Reported by two, not by three.
    charges[place].isUsed = true
    draft.source = source
    let difference = random.within(0...30)
    draft.startedAt = draft.startedAt.map { $0 - difference }
    draft.endedAt -= difference
    number(&draft)
    return remembered(draft)
  }

  private mutating func fresh(at time: Int64, isNumbered: Bool) -> TrafficDraft {
    let source = mix.source(atHour: hour(of: time), &random)
    let behaviour = mix.sources[source].behaviour
    let resident = population.resident(&random)
    let quantity = behaviour.quantity(&random)
    let isAway = random.below(12) == 0
    let region = isAway ? ShanxiRegion.sample(random.next()) : Population.home(of: resident)
    let startedAt = behaviour.seconds(for: quantity, &random).map { time - $0 }
    var draft = TrafficDraft(
      source: source, serial: 0, sequence: 0, resident: resident, region: region, quantity: quantity,
      startedAt: startedAt, endedAt: time, evidence: 0)
    if isNumbered { number(&draft) } else { draft.serial = nextSerial(ofPartner: mix.sources[source].partner) }
    draft.evidence = evidence(behaviour, draft)
    if behaviour == .evCharging, isNumbered { charges.remember(draft) }
    return draft
  }

  private mutating func evidence(_ behaviour: TrafficBehaviour, _ draft: TrafficDraft) -> UInt64 {
    switch behaviour {
    case .sharedBikeRide: 8_000_000 + random.below(900_000)
    case .noCutleryOrder: 300_000_000_000 + draft.serial
    // One car a resident.
    default: Population.number(of: draft.resident) % 100_000_000_000
    }
  }

  /// One to fourteen days before, but not before the programme.
  private mutating func late(_ time: Int64) -> Int64 {
    let before = time - 86_400 * random.within(1...14)
    return before >= firstSecond ? before : max(min(time, firstSecond), time - 86_400)
  }

  private func hour(of time: Int64) -> Int {
    let inDay = (time + utcOffsetSeconds) % 86_400
    return Int((inDay + 86_400) % 86_400 / 3600)
  }

  private mutating func remembered(_ draft: TrafficDraft) -> TrafficDraft {
    recent.remember(draft)
    return draft
  }

  private mutating func number(_ draft: inout TrafficDraft) {
    let partner = mix.sources[draft.source].partner
    draft.serial = nextSerial(ofPartner: partner)
    draft.sequence = nextSequence(ofPartner: partner)
  }

  private mutating func nextSerial(ofPartner partner: Int) -> UInt64 {
    serials[partner] += 1
    return serials[partner]
  }

  private mutating func nextSequence(ofPartner partner: Int) -> UInt64 {
    sequences[partner] += 1
    return sequences[partner]
  }

  private static func thresholds(_ shares: TrafficShares) -> [(kind: TrafficKind, below: UInt64)] {
    var sum = 0.0
    let kinds: [(TrafficKind, Double)] = [
      (.resent, shares.resent), (.conflict, shares.conflicts), (.invalid, shares.invalid), (.late, shares.late),
      (.reversal, shares.reversals), (.sharedCharge, shares.sharedCharges),
    ]
    return kinds.map { kind, share in
      sum += share
      return (kind, UInt64((sum * 1_000_000).rounded()))
    }
  }
}
