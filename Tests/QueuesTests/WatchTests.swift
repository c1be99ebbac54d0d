import Foundation
import Queues
import RedisClient
import Synchronization
import TestServers
import Testing

/// Waiting for a push to lists that nobody may take from.
@Suite struct `a watch` {
  let fixture: Fixture

  /// A server of its own, to know whom it tells.
  init() throws { fixture = try Fixture(RedisServer()) }

  private var lists: [String] { [fixture.keys.inbox("eleme"), fixture.inbox] }

  /// Waits in a thread of its own, whatever the other tests do with theirs, and takes what it was called for.
  private func wait(rounds: Int, _ waits: SharedWaits) {
    Thread.detachNewThread { [fixture] in
      let result = Result {
        var redis = try fixture.connect()
        var watch = ChangeWatch()
        for _ in 0..<rounds {
          let begin = ContinuousClock.now
          let waited = try watch.awaitElement(of: [fixture.inbox], milliseconds: Self.longMs, on: &redis)
          let wasCalled = waited && ContinuousClock.now - begin < .milliseconds(Self.longMs)
          waits.ended.withLock { $0.append(wasCalled ? "called" : waited ? "waited in vain" : "did not wait") }
          _ = try redis.command(["RPOP", .string(fixture.inbox)])
        }
      }
      if case .failure(let error) = result { waits.ended.withLock { $0.append("\(error)") } }
    }
  }

  /// Far longer than a push takes to be told.
  private static let longMs = 300_000

  private final class SharedWaits: Sendable {
    let ended = Mutex<[String]>([])
  }

  /// Looks again and again, for longer than a wait lasts at most.
  private func until(_ what: String, _ isTrue: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .milliseconds(2 * Self.longMs)
    while try !isTrue() {
      guard ContinuousClock.now < deadline else { throw TestFailure(what) }
      usleep(1_000)
    }
  }

  @Test func `a push ends the wait, again and again`() throws {
    defer { fixture.server.stop() }
    let waits = SharedWaits()
    wait(rounds: 3, waits)
    var redis = try fixture.connect()
    for round in 1...3 {
      try until("nobody watches in round \(round): \(waits.ended.withLock { $0 })") {
        // The server knows of how many keys it is to tell.
        try redis.command(["INFO", "stats"]).string?.contains("tracking_total_keys:1\r") ?? false
      }
      try fixture.push(["message"], on: &redis)
      try until("round \(round) does not end") { waits.ended.withLock { $0.count } == round }
    }
    #expect(waits.ended.withLock { $0 } == ["called", "called", "called"])
  }

  @Test func `it does not wait beside a message that is there`() throws {
    defer { fixture.server.stop() }
    var redis = try fixture.connect()
    var watch = ChangeWatch()
    try fixture.push(["message"], on: &redis)
    let waited = try watch.awaitElement(of: lists, milliseconds: 120_000, on: &redis)
    #expect(!waited)
    _ = try redis.command(["DEL", .string(fixture.inbox)])
    let waitedOfNothing = try watch.awaitElement(of: lists, milliseconds: 1, on: &redis)
    #expect(waitedOfNothing, "what was told before is no news")
  }

  @Test func `a user who may not be told goes on without`() throws {
    defer { fixture.server.stop() }
    var admin = try fixture.connect()
    _ = try admin.command(["ACL", "SETUSER", "blind", "on", "nopass", "~*", "+@all", "-client|tracking"])
    var redis = try fixture.connect()
    _ = try redis.command(["AUTH", "blind", "any"])
    var watch = ChangeWatch()
    let waited = try watch.awaitElement(of: lists, milliseconds: 120_000, on: &redis)
    #expect(!waited)
    #expect(try redis.command(["ECHO", "in step"]).string == "in step")
  }
}
