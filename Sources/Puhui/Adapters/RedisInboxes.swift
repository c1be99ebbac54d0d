import Messages
import Queues
import RedisClient
import Workers

/// The inboxes of the partners, for one ingest lane.
final class RedisInboxes: InboxSource {
  private var connection: RedisConnection
  private let keys: Keys
  private let owner: String
  private let leaseMs: Int
  private let blockLists: [Urgency: BlockList]
  private var lists: [String: LeasedList] = [:]
  private var claims: [String: Claim] = [:]
  private var backlog = BacklogWatch()
  private var watch = ChangeWatch()

  init(connection: consuming RedisConnection, keys: Keys, owner: String, fleet: FleetSettings) {
    self.connection = connection
    self.keys = keys
    self.owner = owner
    self.leaseMs = fleet.leaseMs
    self.blockLists = Dictionary(
      uniqueKeysWithValues: Urgency.allCases.map { urgency in
        let list = BlockList(
          maxBlocks: fleet.blocksPerList, maxAgeMs: fleet.blockAgeMs(urgency),
          maxBlocksPaused: fleet.blocksPerPausedList)
        return (urgency, list)
      })
  }

  func directory() throws -> Directory? {
    try KeptText.get(keys.directory, on: &connection).flatMap { Directory(text: $0) }
  }

  func waiting(_ partners: [String]) throws -> [Int] {
    try backlog.lengths(of: partners.map(keys.inbox), on: &connection)
  }

  func awaitMessages(of partners: [String], milliseconds: Int) throws -> Bool {
    try watch.awaitElement(of: partners.map(keys.inbox), milliseconds: milliseconds, on: &connection)
  }

  func claim(_ partner: String, count: Int, read: (InboxClaim, Int64, RawSpan) -> Void) throws -> InboxClaim? {
    var list = lists[partner] ?? LeasedList(name: keys.inbox(partner), owner: owner, leaseMs: leaseMs)
    defer { lists[partner] = list }
    guard
      let claim = try list.read(
        count: count, on: &connection,
        { claim, messages in
          let inboxClaim = Self.inboxClaim(claim, partner)
          messages.forEachBytes { index, bytes in read(inboxClaim, claim.position + Int64(index), bytes) }
          return messages.count
        })
    else { return nil }
    claims[partner] = claim
    return Self.inboxClaim(claim, partner)
  }

  func claim(
    _ partners: [String], count: Int, read: (InboxClaim, Int64, RawSpan) -> Void
  ) throws -> [InboxClaim] {
    let asked = partners.map { lists[$0] ?? LeasedList(name: keys.inbox($0), owner: owner, leaseMs: leaseMs) }
    for (partner, list) in zip(partners, asked) { lists[partner] = list }
    var held: [InboxClaim] = []
    try LeasedLists.claim(asked.indices.map { ($0, asked[$0]) }, count: count, on: &connection) {
      place, claim, messages in
      var inboxClaim = Self.inboxClaim(claim, partners[place])
      if claim.isSuspect {
        inboxClaim.count = 0
      } else {
        messages.forEachBytes { index, bytes in read(inboxClaim, claim.position + Int64(index), bytes) }
      }
      claims[partners[place]] = claim
      held.append(inboxClaim)
    }
    return held
  }

  private static func inboxClaim(_ claim: Claim, _ partner: String) -> InboxClaim {
    InboxClaim(
      partner: partner, epoch: claim.epoch, incarnation: claim.incarnation, position: claim.position,
      count: claim.count, isSuspect: claim.isSuspect, attemptsAlone: claim.attemptsAlone)
  }

  func push(_ blocks: [(shard: Int, block: [UInt8])], _ urgency: Urgency) throws -> [Bool] {
    guard let blockList = blockLists[urgency] else { return blocks.map { _ in false } }
    let shards = Dictionary(grouping: blocks, by: \.shard).sorted { $0.key < $1.key }
    let pushes = shards.map { BlockList.Push(list: keys.score($0.key), blocks: $0.value.map(\.block)) }
    let verdicts = try blockList.push(pushes, waking: keys.wake, on: &connection)
    let accepted = Set(zip(shards, verdicts).filter(\.1.isAccepted).map(\.0.key))
    return blocks.map { accepted.contains($0.shard) }
  }

  func setDown(_ claim: InboxClaim) throws -> Bool {
    try settle(claim) { list, held, connection throws(RedisError) in try list.setDown(held, on: &connection) }
  }

  func trim(_ claims: [InboxClaim]) throws -> [Bool] {
    let held = claims.compactMap { claim in
      self.claims[claim.partner].flatMap { held in lists[claim.partner].map { ($0, held, claim.count) } }
    }
    precondition(held.count == claims.count, "only what was claimed is trimmed")
    return try LeasedLists.trim(held, on: &connection)
  }

  func handBack(_ claim: InboxClaim) throws {
    _ = try settle(claim) { list, held, connection throws(RedisError) in try list.release(held, on: &connection) }
  }

  private func settle(
    _ claim: InboxClaim, _ body: (inout LeasedList, Claim, inout RedisConnection) throws(RedisError) -> Bool
  ) throws -> Bool {
    guard let held = claims[claim.partner], var list = lists[claim.partner] else { return false }
    defer { lists[claim.partner] = list }
    return try body(&list, held, &connection)
  }
}

extension LeasedList {
  /// Claims and reads, and takes a suspect message up; a lease whose owner's process is known to be gone is taken over
  /// at once.
  ///
  /// - Parameter read: is given the claim with its messages, and says how many of them it took.
  /// - Returns: the claim, over those messages; `nil` where the list is empty or somebody else's.
  mutating func read(
    count: Int, on connection: inout RedisConnection, _ read: (Claim, borrowing ClaimedMessages) -> Int
  ) throws(RedisError) -> Claim? {
    var gone: String?
    for _ in 0..<2 {
      switch try claim(count: count, takingOverFrom: gone, on: &connection) {
      case .owned(let claim, let messages):
        if claim.isSuspect { guard try takeUp(claim, on: &connection) else { return nil } }
        let taken = read(claim, messages)
        return claim.covering(count: taken)
      case .leased(_, let owner):
        guard gone == nil, LaneOwner.isGone(owner) else { return nil }
        gone = owner
      case .empty: return nil
      case .paused: return nil
      }
    }
    return nil
  }
}
