import Ledger
import Messages
import PostgresClient
import Queues
import RedisClient

/// What `puhui audit` looks at in Redis, and between Redis and the ledger.
///
/// Lists move while they are looked at. So nothing is compared that a push, a trim or a commit in between could make
/// look wrong: each comparison reads first what can only be overtaken by what it reads later.
struct QueueAudit {
  let keys: Keys
  /// Partners that report activities, and administrators.
  let partners: [String]
  let administrators: [String]
  let isDrained: Bool
  let limit: Int

  static let topics = [inboxPositions, strangers, leases, drained]

  /// Runs those of the checks whose codes are wanted.
  func run(
    _ wanted: Set<String>, _ redis: inout RedisConnection, _ postgres: inout PostgresConnection
  ) throws -> [AuditResult] {
    var results: [AuditResult] = []
    for topic in Self.topics where wanted.contains(topic.code) {
      var result = AuditResult(topic: topic)
      switch topic.code {
      case Self.inboxPositions.code: try comparePositions(&result, &redis, &postgres)
      case Self.strangers.code: try findStrangers(&result, &redis)
      case Self.leases.code: try findOrphans(&result, &redis)
      default: try findLeftovers(&result, &redis)
      }
      results.append(result)
    }
    return results
  }

  private func comparePositions(
    _ result: inout AuditResult, _ redis: inout RedisConnection, _ postgres: inout PostgresConnection
  ) throws {
    // First what was booked: while Redis is read the inboxes only come further.
    let before = try InboxMarks.read(&postgres)
    let heads = try partners.map { partner in try head(of: partner, &redis) }
    for (partner, head) in zip(partners, heads) {
      guard let head else { continue }
      let mark = before.mark(of: partner, incarnation: head.incarnation)
      guard mark > head.position + head.length else { continue }
      add(
        AuditFinding(
          partner: partner, place: "\(keys.inbox(partner)), incarnation \(head.incarnation)",
          expected: "messages up to position \(mark), which are booked",
          found: "messages up to position \(head.position + head.length)"), to: &result)
    }
    // A block leaves its list after its commit, and an inbox is trimmed after its blocks were taken: where no block is
    // waiting any more, everything that had been trimmed before is booked by now.
    let waiting = try Backlog.lengths(of: scoringLists, on: &redis).reduce(0, +)
    guard waiting == 0 else {
      result.notJudged = "whether all that left the inboxes is booked, since \(waiting) blocks are waiting"
      return
    }
    let after = try InboxMarks.read(&postgres)
    for (partner, head) in zip(partners, heads) {
      guard let head, head.position > after.mark(of: partner, incarnation: head.incarnation) else { continue }
      add(
        AuditFinding(
          partner: partner, place: "\(keys.inbox(partner)), incarnation \(head.incarnation)",
          expected: "everything up to position \(head.position) booked, which has left the list",
          found: "booked up to position \(after.mark(of: partner, incarnation: head.incarnation))"), to: &result)
    }
  }

  private struct Head {
    var incarnation: Int64
    var position: Int64
    var length: Int64
  }

  /// The length is read before the position: a trim in between makes their sum too great, never too small.
  private func head(of partner: String, _ redis: inout RedisConnection) throws(RedisError) -> Head? {
    let list = keys.inbox(partner)
    let length = try redis.command(["LLEN", .string(list)]).integer()
    let lease = try redis.command(["HMGET", .string(Keys.companion(of: list, "lease")), "incarnation", "position"])
    guard let incarnation = lease.number(at: 0), let position = lease.number(at: 1) else { return nil }
    return Head(incarnation: incarnation, position: position, length: length)
  }

  private func findStrangers(_ result: inout AuditResult, _ redis: inout RedisConnection) throws(RedisError) {
    let strangers = try QueueStatus.read(
      partners: partners, administrators: administrators, keys: keys, &redis
    ).strangers
    for list in strangers where list.length > 0 {
      add(
        AuditFinding(
          place: list.name, expected: "a partner that reports, or an administrator, of this name",
          found: "\(list.length) elements of nobody"), to: &result)
    }
  }

  private func findOrphans(_ result: inout AuditResult, _ redis: inout RedisConnection) throws(RedisError) {
    for list in partners.map(keys.inbox) + scoringLists {
      let lease = try redis.command(
        ["HMGET", .string(Keys.companion(of: list, "lease")), "owner", "expires_ms", "lease_ms", "working", "paused"])
      guard let expires = lease.number(at: 1), let span = lease.number(at: 2), expires > 0 else { continue }
      let owner = (try? lease.string(at: 0)) ?? "?"
      // After the lease: whoever renews it now makes it run longer than what was read.
      let now = try redis.serverTimeMs()
      if expires > now + span {
        add(
          AuditFinding(
            place: list, expected: "a lease for \(span) ms", found: "\(owner) has it for \(expires - now) ms"),
          to: &result)
      }
      // A number of messages, or a suspect that is worked on alone. Nobody may take a paused list over.
      let inHand = (try? lease.string(at: 3)).map { $0 != "0" } ?? false
      guard inHand, lease.number(at: 4) == nil, now - expires > Self.takeoverMs,
        try redis.command(["LLEN", .string(list)]).integer() > 0
      else { continue }
      add(
        AuditFinding(
          place: list, expected: "another owner within \(Self.takeoverMs / 1000) s",
          found: "the lease of \(owner) ran out \((now - expires) / 1000) s ago with messages in hand"), to: &result)
    }
  }

  private var scoringLists: [String] { (0..<ShardMap.count).map(keys.score) }

  /// Long enough for the next owner: longer than this nobody is left without one while a fleet runs.
  private static let takeoverMs: Int64 = 20_000

  func add(_ finding: AuditFinding, to result: inout AuditResult) { result.add([finding], total: 1, limit: limit) }
}

extension RedisReply {
  /// The decimal number that a string of an array holds.
  fileprivate func number(at index: Int) -> Int64? { (try? string(at: index)).flatMap { Int64($0) } }
}
