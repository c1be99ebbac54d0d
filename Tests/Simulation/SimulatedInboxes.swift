import CarbonInclusion
import Messages
import Workers

/// The partners' inboxes in the simulated Redis, for one ingest lane.
final class SimulatedInboxes: InboxSource {
  private let wire: RedisWire
  private let lists: [LeasedListClient]

  init(stage: Stage, actor: Int) throws {
    let wire = try RedisWire(stage: stage, actor: actor)
    self.wire = wire
    self.lists = SimulatedCatalogue.partners.indices.map { LeasedListClient(list: .inbox($0), wire: wire) }
  }

  func directory() throws -> Directory? {
    try wire.call("GET directory") { $0.redis.memory.directory }.flatMap { Directory(text: $0) }
  }

  func waiting(_ partners: [String]) throws -> [Int] {
    let indices = partners.map(Self.index)
    return try wire.call("LLEN of inboxes") { world in indices.map { world.redis[.inbox($0)].count } }
  }

  func awaitMessages(of partners: [String], milliseconds: Int) throws -> Bool {
    guard try waiting(partners).allSatisfy({ $0 == 0 }) else { return false }
    wire.sleep(atMostMilliseconds: milliseconds)
    return true
  }

  private static func index(_ partner: String) -> Int { SimulatedCatalogue.partners.firstIndex(of: partner) ?? 0 }

  func claim(_ partner: String, count: Int, read: (InboxClaim, Int64, RawSpan) -> Void) throws -> InboxClaim? {
    let index = Self.index(partner)
    guard let claimed = try lists[index].read(count: count) else { return nil }
    let verdict = claimed.verdict
    let claim = InboxClaim(
      partner: partner, epoch: verdict.epoch, incarnation: verdict.incarnation, position: verdict.position,
      count: claimed.elements.count, isSuspect: verdict.isSuspect, attemptsAlone: verdict.attemptsAlone)
    for (offset, element) in claimed.elements.enumerated() {
      read(claim, claim.position + Int64(offset), element.bytes.span.bytes)
      guard wire.stage.with({ [actor = wire.actor] in $0.isAlive(actor) }) else { throw ProcessEnded() }
    }
    return claim
  }

  func claim(_ partners: [String], count: Int, read: (InboxClaim, Int64, RawSpan) -> Void) throws -> [InboxClaim] {
    var claims: [InboxClaim] = []
    for partner in partners {
      guard let claimed = try lists[Self.index(partner)].readAmongOthers(count: count) else { continue }
      let verdict = claimed.verdict
      let claim = InboxClaim(
        partner: partner, epoch: verdict.epoch, incarnation: verdict.incarnation, position: verdict.position,
        count: verdict.isSuspect ? 0 : claimed.elements.count, isSuspect: verdict.isSuspect,
        attemptsAlone: verdict.attemptsAlone)
      for (offset, element) in claimed.elements.prefix(claim.count).enumerated() {
        read(claim, claim.position + Int64(offset), element.bytes.span.bytes)
        guard wire.stage.with({ [actor = wire.actor] in $0.isAlive(actor) }) else { throw ProcessEnded() }
      }
      claims.append(claim)
    }
    return claims
  }

  func setDown(_ claim: InboxClaim) throws -> Bool { try lists[Self.index(claim.partner)].setDown() }

  func push(_ blocks: [(shard: Int, block: [UInt8])], _ urgency: Urgency) throws -> [Bool] {
    var accepted: Set<Int> = []
    for (shard, group) in Dictionary(grouping: blocks, by: \.shard).sorted(by: { $0.key < $1.key }) {
      let bytes = group.map(\.block)
      let isAccepted = try wire.call("push \(bytes.map(\.count)) bytes to score \(shard)") { world in
        let now = (world.now + world.redis.clockSkew) / 1000
        guard world.redis.push(bytes, shard: shard, urgency, now: now, plan: world.plan) else {
          return world.mutation == .pushBlindly
        }
        for element in world.redis[.score(shard)].suffix(bytes.count) { world.accept(element) }
        return true
      }
      if isAccepted { accepted.insert(shard) }
    }
    return blocks.map { accepted.contains($0.shard) }
  }

  func trim(_ claims: [InboxClaim]) throws -> [Bool] {
    try claims.map { claim in
      let index = Self.index(claim.partner)
      return try lists[index].trim(count: claim.count) { world, holding, taken in
        world.checkTrimmedInbox(index, holding, taken)
      }
    }
  }

  func handBack(_ claim: InboxClaim) throws { try lists[Self.index(claim.partner)].handBack() }
}
