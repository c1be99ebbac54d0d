import CarbonInclusion
import Messages
import Queues
import RedisClient
import Workers

/// The lists of jobs and answers, for one rewards lane.
final class RedisJobs: JobSource {
  /// How far back the queues are searched for a resident: what is behind that is not worth an administrator's wait.
  private static let messagesSearched = 256
  private static let blocksSearched = 32
  /// The most fulfilments that a partner's list holds; a partner that never reads must not fill the server. What is
  /// over it times out, and gives the points back.
  private static let mostFulfilments = 1_000_000

  private var connection: RedisConnection
  private let keys: Keys
  private let owner: String
  private let leaseMs: Int
  private let blockList: BlockList
  private var lists: [JobList: LeasedList] = [:]
  private var claims: [JobList: Claim] = [:]
  private var backlog = BacklogWatch()
  private var watch = ChangeWatch()

  init(connection: consuming RedisConnection, keys: Keys, owner: String, fleet: FleetSettings) {
    self.connection = connection
    self.keys = keys
    self.owner = owner
    self.leaseMs = fleet.leaseMs
    self.blockList = BlockList(
      maxBlocks: fleet.blocksPerList, maxAgeMs: fleet.blockAgeMs, maxBlocksPaused: fleet.blocksPerPausedList)
  }

  private func name(_ list: JobList) -> String {
    switch list {
    case .jobs(let administrator): keys.jobs(administrator)
    case .fulfilled(let partner): keys.fulfilled(partner)
    }
  }

  func waiting(_ lists: [JobList]) throws -> [Int] {
    let names = lists.map(name)
    return try backlog.lengths(of: names, on: &connection)
  }

  func awaitJobs(in lists: [JobList], milliseconds: Int) throws -> Bool {
    try watch.awaitElement(of: lists.map(name), milliseconds: milliseconds, on: &connection)
  }

  func claim(_ list: JobList, count: Int, read: (JobClaim, RawSpan) -> Bool) throws -> JobClaim? {
    var leased = lists[list] ?? LeasedList(name: name(list), owner: owner, leaseMs: leaseMs)
    defer { lists[list] = leased }
    let claimed = try leased.read(count: count, on: &connection) { claim, messages in
      let jobClaim = Self.jobClaim(claim, list)
      var taken = 0
      while taken < messages.count {
        let wantsMore = messages.withBytes(at: taken) { read(jobClaim, $0) }
        taken += 1
        if !wantsMore { break }
      }
      return taken
    }
    guard let claim = claimed else { return nil }
    claims[list] = claim
    return Self.jobClaim(claim, list)
  }

  private static func jobClaim(_ claim: Claim, _ list: JobList) -> JobClaim {
    JobClaim(
      list: list, epoch: claim.epoch, count: claim.count, isSuspect: claim.isSuspect, attemptsAlone: claim.attemptsAlone
    )
  }

  func renew(_ claim: JobClaim) throws -> Bool {
    try settle(claim) { list, held, connection throws(RedisError) in try list.renew(held, on: &connection) }
  }

  func takeUp(_ claim: JobClaim) throws -> Bool {
    try settle(claim) { list, held, connection throws(RedisError) in try list.takeUp(held, on: &connection) }
  }

  func setDown(_ claim: JobClaim) throws -> Bool {
    try settle(claim) { list, held, connection throws(RedisError) in try list.setDown(held, on: &connection) }
  }

  func trim(_ claim: JobClaim) throws -> Bool {
    try settle(claim) { list, held, connection throws(RedisError) in
      try list.trim(held, count: claim.count, release: true, on: &connection) != .lost
    }
  }

  func handBack(_ claim: JobClaim) throws {
    _ = try settle(claim) { list, held, connection throws(RedisError) in try list.release(held, on: &connection) }
  }

  func fail(_ claim: JobClaim) throws {
    _ = try settle(claim) { list, held, connection throws(RedisError) in
      try list.fail(held, on: &connection)
      return true
    }
  }

  private func settle(
    _ claim: JobClaim, _ body: (inout LeasedList, Claim, inout RedisConnection) throws(RedisError) -> Bool
  ) throws -> Bool {
    guard let held = claims[claim.list], var list = lists[claim.list] else { return false }
    defer { lists[claim.list] = list }
    return try body(&list, held, &connection)
  }

  func reply(_ replies: [(id: String, text: [UInt8])]) throws {
    try ReplyList.set(replies.map { (keys.reply($0.id), $0.text) }, on: &connection)
  }

  func handOver(_ fulfilments: [(partner: String, text: [UInt8])]) throws {
    let pushes = Dictionary(grouping: fulfilments, by: \.partner).map { partner, group in
      (list: BoundedList(name: keys.fulfil(partner), limit: Self.mostFulfilments), elements: group.map(\.text))
    }
    try BoundedList.push(pushes, on: &connection)
  }

  func forward(_ blocks: [(shard: Int, block: [UInt8])]) throws -> [Bool] {
    let pushes = blocks.map { BlockList.Push(list: keys.score($0.shard), blocks: [$0.block]) }
    return try blockList.push(pushes, waking: keys.wake, on: &connection).map(\.isAccepted)
  }

  func queued(of residents: [String], inboxesOf partners: [String]) throws -> [String: Int64] {
    let wanted = Set(residents)
    let inboxes = partners.map(keys.inbox)
    let shards = Set(residents.map { ShardMap.shard(ofResident: $0) }).sorted().map(keys.score)
    var found: [String: Int64] = [:]
    guard try Backlog.anyNonEmpty(inboxes + shards, on: &connection) else { return found }
    try QueuePeek.oldest(Self.messagesSearched, of: inboxes, on: &connection) { _, bytes in
      if case .activity(let activity) = ActivityDecoder.decode(bytes), wanted.contains(activity.resident) {
        found[activity.resident, default: 0] += 1
      }
    }
    try QueuePeek.oldest(Self.blocksSearched, of: shards, on: &connection) { _, bytes in
      guard let block = try? Block.decode(bytes) else { return }
      for entry in block.entries {
        if case .activity(let activity, _) = entry.content, wanted.contains(activity.resident) {
          found[activity.resident, default: 0] += 1
        }
      }
    }
    return found
  }
}
