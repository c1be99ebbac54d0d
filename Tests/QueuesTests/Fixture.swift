import Foundation
import Queues
import RedisClient
import TestServers
import Testing

/// Keys of a test's own on the shared server, or on one that the test gives.
struct Fixture {
  let server: RedisServer
  let keys = Keys(prefix: "test-\(UUID().uuidString.prefix(8)):")

  init(_ server: RedisServer? = nil) throws { self.server = try server ?? RedisServer.shared.get() }

  var inbox: String { keys.inbox("meituan-bike") }

  func connect(commandTimeoutMs: Int = 10_000) throws -> RedisConnection {
    try .open(RedisURL(server.url), commandTimeoutMs: commandTimeoutMs)
  }

  func list(_ owner: String, leaseMs: Int = 60_000) -> LeasedList {
    LeasedList(name: inbox, owner: "host:1:1:\(owner)", leaseMs: leaseMs)
  }

  /// Pushes as a partner does, the first text first.
  func push(_ texts: [String], on connection: inout RedisConnection) throws {
    let pushed = try PartnerList(name: inbox).push(texts.map { Array($0.utf8) }, on: &connection)
    try #require(pushed.refusal == nil)
  }

  /// Waits for the server's clock to pass the end of the inbox's lease, for five seconds at most.
  func waitForExpiry(on connection: inout RedisConnection) throws {
    let script = """
      local time = redis.call('TIME')
      return redis.call('HGET', KEYS[1], 'expires_ms') - (time[1] * 1000 + math.floor(time[2] / 1000))
      """
    let deadline = ContinuousClock.now + .seconds(5)
    while ContinuousClock.now < deadline {
      let left = try connection.command(["EVAL", .string(script), "1", .string(lease)]).integer()
      if left <= 0 { return }
      usleep(1_000)
    }
    throw TestFailure("the lease on \(inbox) does not run out")
  }

  var lease: String { "{\(inbox)}:lease" }

  func field(_ name: String, on connection: inout RedisConnection) throws -> String? {
    try connection.command(["HGET", .string(lease), .string(name)]).string
  }

  /// The whole inbox as consumers see it, oldest first.
  func contents(on connection: inout RedisConnection) throws -> [String] {
    let reply = try connection.command(["LRANGE", .string(inbox), 0, -1])
    var texts: [String] = []
    reply.forEachBytes { texts.append(text($0)) }
    return texts.reversed()
  }
}

/// A condition that a test stands on and that did not come about.
struct TestFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

func text(_ bytes: RawSpan) -> String { bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

/// What a claim gave, in a form that can be compared.
enum Claimed: Equatable {
  case owned(Claim, [String])
  case leased(expiresInMs: Int, owner: String)
  case empty
  case paused

  var isLeased: Bool { if case .leased = self { true } else { false } }
}

extension LeasedList {
  mutating func take(
    _ count: Int, takingOverFrom gone: String? = nil, on connection: inout RedisConnection
  ) throws -> Claimed {
    switch try claim(count: count, takingOverFrom: gone, on: &connection) {
    case .owned(let claim, let messages):
      var texts: [String] = []
      messages.forEachBytes { index, bytes in texts.append(text(bytes)) }
      return .owned(claim, texts)
    case .leased(let expiresInMs, let owner): return .leased(expiresInMs: expiresInMs, owner: owner)
    case .empty: return .empty
    case .paused: return .paused
    }
  }

  /// Claims a list that must be free.
  mutating func mustTake(_ count: Int, on connection: inout RedisConnection) throws -> (claim: Claim, texts: [String]) {
    let claimed = try take(count, on: &connection)
    guard case .owned(let claim, let texts) = claimed else {
      throw TestFailure("\(owner) should own \(name), got \(claimed)")
    }
    return (claim, texts)
  }

  /// Trims with a claim that must hold.
  @discardableResult
  mutating func mustTrim(
    _ claim: Claim, _ count: Int, release: Bool = false, on connection: inout RedisConnection
  ) throws -> Claim {
    guard case .trimmed(let rest) = try trim(claim, count: count, release: release, on: &connection) else {
      throw TestFailure("\(owner) should be able to trim \(name)")
    }
    return rest
  }
}
