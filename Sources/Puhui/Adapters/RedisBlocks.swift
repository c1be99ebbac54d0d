import Messages
import Queues
import RedisClient
import Workers

/// The shards' lists of blocks, for one scoring lane.
final class RedisBlocks: BlockSource {
  private var connection: RedisConnection
  private let keys: Keys
  private let names: [String]
  private var lists: [LeasedList]
  private var backlog = BacklogWatch()
  private var claims: [Int: Claim] = [:]

  init(connection: consuming RedisConnection, keys: Keys, owner: String, fleet: FleetSettings) {
    self.connection = connection
    self.keys = keys
    self.names = (0..<ShardMap.count).map(keys.score)
    self.lists = names.map { LeasedList(name: $0, owner: owner, leaseMs: fleet.leaseMs) }
  }

  func waiting() throws -> [Int] {
    try backlog.lengths(of: names, on: &connection)
  }

  func places(of shards: [Int]) throws -> [String] {
    try ListProgress.places(of: shards.map { names[$0] }, on: &connection)
  }

  func awaitBlocks(milliseconds: Int) throws {
    try WakeCall.wait(at: keys.wake, milliseconds: milliseconds, on: &connection)
  }

  func claim(_ shards: [Int], count: Int, read: (BlockClaim, RawSpan) -> Bool) throws -> [BlockClaim] {
    guard shards.count > 1 else { return try shards.compactMap { try claim(shard: $0, count: count, read: read) } }
    var held: [BlockClaim] = []
    try LeasedLists.claim(shards.map { ($0, lists[$0]) }, count: count, on: &connection) { shard, claim, messages in
      var blockClaim = Self.blockClaim(claim, shard: shard)
      blockClaim.count = claim.isSuspect ? 0 : Self.read(messages, blockClaim, read)
      claims[shard] = claim
      held.append(blockClaim)
    }
    return held
  }

  private func claim(shard: Int, count: Int, read: (BlockClaim, RawSpan) -> Bool) throws -> BlockClaim? {
    let claimed = try lists[shard].read(count: count, on: &connection) { claim, messages in
      Self.read(messages, Self.blockClaim(claim, shard: shard), read)
    }
    guard let claim = claimed else { return nil }
    claims[shard] = claim
    return Self.blockClaim(claim, shard: shard)
  }

  /// - Returns: how many blocks were wanted.
  private static func read(
    _ messages: borrowing ClaimedMessages, _ claim: BlockClaim, _ read: (BlockClaim, RawSpan) -> Bool
  ) -> Int {
    var taken = 0
    while taken < messages.count {
      let wantsMore = messages.withBytes(at: taken) { read(claim, $0) }
      taken += 1
      if !wantsMore { break }
    }
    return taken
  }

  private static func blockClaim(_ claim: Claim, shard: Int) -> BlockClaim {
    BlockClaim(
      shard: shard, epoch: claim.epoch, incarnation: claim.incarnation, position: claim.position, count: claim.count,
      isSuspect: claim.isSuspect, attemptsAlone: claim.attemptsAlone)
  }

  func renew(_ claim: BlockClaim) throws -> Bool {
    guard let held = claims[claim.shard] else { return false }
    return try lists[claim.shard].renew(held, on: &connection)
  }

  func takeUp(_ claim: BlockClaim) throws -> Bool {
    guard let held = claims[claim.shard] else { return false }
    return try lists[claim.shard].takeUp(held, on: &connection)
  }

  func setDown(_ claim: BlockClaim) throws -> Bool {
    guard let held = claims[claim.shard] else { return false }
    return try lists[claim.shard].setDown(held, on: &connection)
  }

  func fail(_ claim: BlockClaim) throws {
    guard let held = claims[claim.shard] else { return }
    try lists[claim.shard].fail(held, on: &connection)
  }

  func split(_ claim: BlockClaim, into blocks: [[UInt8]]) throws -> Bool {
    guard let held = claims[claim.shard] else { return false }
    return try lists[claim.shard].split(held, into: blocks, on: &connection)
  }

  func setAside(_ claim: BlockClaim) throws -> Bool {
    guard let held = claims[claim.shard] else { return false }
    return try lists[claim.shard].setAside(held, most: Self.mostSetAside, on: &connection)
  }

  /// Beyond that something is wrong with more than a block or two, and a person has to look.
  private static let mostSetAside = 1_000

  func trim(_ claims: [BlockClaim]) throws {
    let held = claims.compactMap { claim in self.claims[claim.shard].map { (lists[claim.shard], $0, claim.count) } }
    try LeasedLists.trim(held, on: &connection)
  }

  func handBack(_ claim: BlockClaim) throws {
    guard let held = claims[claim.shard] else { return }
    try lists[claim.shard].release(held, on: &connection)
  }

  func publish(_ notices: [(partner: String, json: [UInt8])]) throws {
    let pushes = Dictionary(grouping: notices, by: \.partner).map { partner, group in
      (list: BoundedList(name: keys.rejected(partner)), elements: group.map(\.json))
    }
    try BoundedList.push(pushes, on: &connection)
  }

  func publish(_ directory: Directory) throws {
    try KeptText.set(directory.text, at: keys.directory, on: &connection)
  }
}
