import CarbonInclusion
import Messages
import Workers

/// The shards' lists of blocks in the simulated Redis, for one scoring lane.
final class SimulatedBlocks: BlockSource {
  private let wire: RedisWire
  private let lists: [LeasedListClient]
  private let mutation: Mutation?
  private var trimmedEarly = false

  init(stage: Stage, actor: Int) throws {
    let wire = try RedisWire(stage: stage, actor: actor)
    self.wire = wire
    self.mutation = stage.with { $0.mutation }
    self.lists = (0..<ShardMap.count).map { LeasedListClient(list: .score($0), wire: wire) }
  }

  func waiting() throws -> [Int] {
    try wire.call("LLEN of shards") { world in (0..<ShardMap.count).map { world.redis[.score($0)].count } }
  }

  func places(of shards: [Int]) throws -> [String] {
    try wire.call("HMGET of leases") { world in
      shards.map { world.redis.memory.leases[.score($0)].map { "\($0.incarnation):\($0.position)" } ?? ":" }
    }
  }

  func awaitBlocks(milliseconds: Int) throws {
    wire.sleep(atMostMilliseconds: milliseconds)
    _ = try wire.call("BRPOP wake") { _ in true }
  }

  func claim(_ shards: [Int], count: Int, read: (BlockClaim, RawSpan) -> Bool) throws -> [BlockClaim] {
    let isAlone = shards.count == 1
    var claims: [BlockClaim] = []
    for shard in shards {
      let claimed = try isAlone ? lists[shard].read(count: count) : lists[shard].readAmongOthers(count: count)
      guard let claimed else { continue }
      let verdict = claimed.verdict
      var claim = BlockClaim(
        shard: shard, epoch: verdict.epoch, incarnation: verdict.incarnation, position: verdict.position,
        count: claimed.elements.count, isSuspect: verdict.isSuspect, attemptsAlone: verdict.attemptsAlone)
      var taken = 0
      for element in claimed.elements where isAlone || !claim.isSuspect {
        let wantsMore = read(claim, element.bytes.span.bytes)
        taken += 1
        if !wantsMore { break }
      }
      claim.count = taken
      claims.append(claim)
    }
    trimmedEarly = mutation == .trimBeforeCommit
    if trimmedEarly { try removeBlocks(claims) }
    return claims
  }

  func renew(_ claim: BlockClaim) throws -> Bool { try lists[claim.shard].renew() }

  func takeUp(_ claim: BlockClaim) throws -> Bool { try lists[claim.shard].takeUp() }

  func setDown(_ claim: BlockClaim) throws -> Bool { try lists[claim.shard].setDown() }

  func trim(_ claims: [BlockClaim]) throws {
    if !trimmedEarly { try removeBlocks(claims) }
  }

  private func removeBlocks(_ claims: [BlockClaim]) throws {
    for claim in claims where claim.count > 0 {
      _ = try lists[claim.shard].trim(count: claim.count) { world, _, taken in world.checkTrimmedBlocks(taken) }
    }
  }

  func handBack(_ claim: BlockClaim) throws { try lists[claim.shard].handBack() }

  func fail(_ claim: BlockClaim) throws { try lists[claim.shard].fail() }

  func split(_ claim: BlockClaim, into blocks: [[UInt8]]) throws -> Bool {
    try lists[claim.shard].split(into: blocks)
  }

  func setAside(_ claim: BlockClaim) throws -> Bool {
    let shard = claim.shard
    wire.stage.with { $0.fail("a block of shard \(shard) that anybody can read is set aside") }
    return true
  }

  func publish(_ notices: [(partner: String, json: [UInt8])]) throws {
    let actor = wire.actor
    guard mutation != .forgetNotices || wire.stage.with({ $0.actors[actor].generation }) == 0 else { return }
    for notice in notices {
      let (partner, json) = (notice.partner, notice.json)
      _ = try wire.call("tell \(partner) \(String(decoding: json, as: UTF8.self))") { world in
        world.witness.told(partner, json)
        return true
      }
    }
  }

  func publish(_ directory: Directory) throws {
    _ = try wire.call("SET directory") { world in
      world.redis.memory.directory = directory.text
      return true
    }
  }
}
