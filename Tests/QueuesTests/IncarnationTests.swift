import Queues
import RedisClient
import TestServers
import Testing

@Suite struct `an incarnation` {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  /// What somebody does to a list by hand, as a command behind the list's name.
  struct Interference: CustomTestStringConvertible {
    let testDescription: String
    let commands: [(name: String, arguments: [RedisArgument])]
    let left: [String]
  }

  static let interferences = [
    Interference(testDescription: "RPOP", commands: [("RPOP", [])], left: ["b", "c"]),
    Interference(testDescription: "RPUSH", commands: [("RPUSH", ["x"])], left: ["x", "a", "b", "c"]),
    Interference(testDescription: "DEL", commands: [("DEL", []), ("LPUSH", ["x"])], left: ["x"]),
  ]

  private func interfere(_ interference: Interference, on redis: inout RedisConnection) throws {
    for (name, arguments) in interference.commands {
      _ = try redis.command(RedisCommand([.string(name), .string(fixture.inbox)] + arguments))
    }
  }

  @Test(arguments: interferences)
  func `a tail changed by hand starts a new one`(_ interference: Interference) throws {
    var redis = try fixture.connect()
    var list = fixture.list("1")
    try fixture.push(["0", "a", "b", "c"], on: &redis)
    let first = try list.mustTake(1, on: &redis).claim
    try list.mustTrim(first, 1, on: &redis)
    try interfere(interference, on: &redis)
    let next = try list.mustTake(10, on: &redis)
    #expect(next.claim.incarnation > first.incarnation)
    #expect(next.claim.position == 0)
    #expect(next.texts == interference.left)
  }

  @Test(arguments: interferences)
  func `a tail changed by hand between claim and trim loses no message`(_ interference: Interference) throws {
    var redis = try fixture.connect()
    var list = fixture.list("1")
    try fixture.push(["a", "b", "c"], on: &redis)
    let claim = try list.mustTake(2, on: &redis).claim
    try interfere(interference, on: &redis)
    #expect(try list.trim(claim, count: 1, release: false, on: &redis) == .lost)
    #expect(try fixture.contents(on: &redis) == interference.left)
    #expect(try list.mustTake(2, on: &redis).claim.incarnation > claim.incarnation)
  }

  @Test func `a list deleted by hand and filled with the same message starts a new one`() throws {
    var redis = try fixture.connect()
    var list = fixture.list("1")
    try fixture.push(["a"], on: &redis)
    let first = try list.mustTake(1, on: &redis).claim
    _ = try redis.command(["DEL", .string(fixture.inbox)])
    #expect(try list.take(1, on: &redis) == .empty)
    try fixture.push(["a"], on: &redis)
    #expect(try list.mustTake(1, on: &redis).claim.incarnation > first.incarnation)
  }

  @Test func `a flushed server starts a new one, and no claim from before holds`() throws {
    let fixture = try Fixture(RedisServer())
    defer { fixture.server.stop() }
    var redis = try fixture.connect()
    var list = fixture.list("1")
    try fixture.push(["a"], on: &redis)
    let before = try list.mustTake(1, on: &redis).claim
    _ = try redis.command(["FLUSHALL"])
    try fixture.push(["a"], on: &redis)
    let after = try list.mustTake(1, on: &redis).claim
    #expect(after.epoch == before.epoch)
    #expect(after.incarnation > before.incarnation)
    #expect(try list.trim(before, count: 1, release: false, on: &redis) == .lost)
  }

  @Test func `a clock that stepped back does not bring an earlier one`() throws {
    var redis = try fixture.connect()
    var list = fixture.list("1")
    try fixture.push(["a", "b"], on: &redis)
    let future = try list.mustTake(1, on: &redis).claim.incarnation + 3_600_000_000
    _ = try redis.command(["HSET", .string(fixture.lease), "incarnation", .integer(future)])
    _ = try redis.command(["RPOP", .string(fixture.inbox)])
    #expect(try list.mustTake(1, on: &redis).claim.incarnation == future + 1)
  }
}
