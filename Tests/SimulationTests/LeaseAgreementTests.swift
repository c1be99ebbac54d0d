import Foundation
import RedisClient
import TestServers
import Testing

@testable import Queues
@testable import Simulation

/// What the simulation proves, it proves of its own Redis: so that one has to behave as the scripts do on a real one.
@Suite struct LeaseAgreementTests {
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `simulated leases behave as the scripts on a real server`(seed: UInt64) throws {
    let pair = try LeasePair(seed: seed)
    for step in 1...400 { try pair.step(step) }
    #expect(pair.takeovers > 5 && pair.trims > 5, "too little happened to compare anything")
  }
}

/// One list on a real server and in the simulation, to which the same things happen.
private final class LeasePair {
  private var dice: Dice
  private var connection: RedisConnection
  private var simulated = SimulatedRedis(mutation: nil)
  private let name = SimulatedRedis.ListName.inbox(0)
  private let keys: [String]
  private var claims: [String: SimulatedRedis.Holding] = [:]
  private var server = 1
  private var pushed = 0
  private var lastOwner = "a"
  private(set) var takeovers = 0
  private(set) var trims = 0
  private static let leaseMs: Int64 = 600_000

  init(seed: UInt64) throws {
    dice = Dice(seed: seed)
    let list = "test-\(UUID().uuidString.prefix(8)):in:bikes"
    keys = [list, Keys.companion(of: list, "lease")]
    connection = try .open(RedisURL(try RedisServer.shared.get().url))
  }

  func step(_ step: Int) throws {
    let owner = dice.chance(700) ? lastOwner : dice.pick(["a", "b", "c"])
    let action: String
    switch dice.roll(0...99) {
    case 0..<25: action = try push()
    case 25..<48: action = try claim(owner)
    case 48..<66: action = try settle(owner, count: dice.roll(1...2))
    case 66..<74: action = try settle(owner, count: 0)
    case 74..<78: action = try fail(owner)
    case 78..<81: action = try split(owner)
    case 81..<92: action = try expire()
    case 92..<94: action = restart()
    case 94..<97: action = try pauseOrResume()
    default: action = try tamper()
    }
    try compare("step \(step), \(action)")
  }

  private func push() throws -> String {
    pushed += 1
    let bytes = Array("message \(pushed)".utf8)
    _ = try connection.command(["LPUSH", .string(keys[0]), .bytes(bytes)])
    simulated[name].append(.init(bytes: bytes))
    return "push"
  }

  private func now() throws -> Int64 {
    guard case .array(let parts) = try connection.command(["TIME"]).value else { return 0 }
    let numbers = parts.compactMap(\.text).compactMap(Int64.init)
    return numbers[0] * 1_000_000 + numbers[1]
  }

  private func claim(_ owner: String) throws -> String {
    let gone = dice.chance(200) ? dice.pick(["a", "b", "c"]) : nil
    let count = dice.roll(1...4)
    let reply = try LeaseScripts.claim.run(
      keys: keys,
      [
        .string(owner), .integer(Self.leaseMs), .string("\(server)"), .string(gone ?? ""), .integer(Int64(count)),
      ], on: &connection)
    let verdict = try LeasedList.Verdict(reply)
    let found = simulated.claim(
      name, owner: owner, lengthMs: Self.leaseMs, gone: gone, count: count, micros: try now(), run: server)
    if found.isNewLife { try adoptIncarnation() }
    switch verdict {
    case .empty: #expect(found.kind == .empty)
    case .paused: #expect(found.kind == .paused)
    case .leased(_, let holder): #expect(found.kind == .leased && found.owner == holder)
    case .owned(let claim):
      #expect(found.kind == .owned && found.epoch == claim.epoch && found.position == claim.position)
      #expect(found.isSuspect == claim.isSuspect && found.attemptsAlone == claim.attemptsAlone)
      takeovers += 1
      lastOwner = owner
      claims[owner] = .init(
        list: name, owner: owner, lengthMs: Self.leaseMs, epoch: claim.epoch, incarnation: claim.incarnation,
        position: claim.position)
    }
    return "\(owner) claims \(count)\(gone.map { ", \($0) is gone" } ?? "")"
  }

  /// The number of a new life comes from the clock.
  private func adoptIncarnation() throws {
    let real = try #require(Int64(try field("incarnation") ?? ""))
    #expect(claims.values.allSatisfy { $0.incarnation < real }, "a new life has a higher number than all before")
    simulated.memory.leases[name]?.incarnation = real
  }

  private func arguments(_ holding: SimulatedRedis.Holding) -> [RedisArgument] {
    [
      .string(holding.owner), .integer(holding.lengthMs), .integer(holding.epoch), .integer(holding.incarnation),
      .integer(holding.position),
    ]
  }

  private func settle(_ owner: String, count: Int) throws -> String {
    guard let holding = claims[owner] else { return "nothing" }
    let release = dice.chance(300)
    let hand = dice.pick([nil, Lease.Hand.alone, .messages(0), .messages(2)])
    let text =
      switch hand {
      case nil: ""
      case .alone: "alone"
      case .messages(let count): "\(count)"
      }
    let reply = try LeaseScripts.settle.run(
      keys: keys, arguments(holding) + [.integer(Int64(count)), release ? 1 : 0, .string(text)], on: &connection)
    let taken = simulated.settle(holding, count: count, release: release, hand: hand, micros: try now())
    #expect(try reply.integer(at: 0) == (taken == nil ? 0 : 1))
    if taken != nil, count > 0 {
      trims += 1
      claims[owner]?.position += Int64(count)
    }
    return "\(owner) settles \(count), release \(release), in hand \(text)"
  }

  private func fail(_ owner: String) throws -> String {
    guard let holding = claims[owner] else { return "nothing" }
    let reply = try LeaseScripts.fail.run(keys: keys, arguments(holding), on: &connection)
    let failed = simulated.fail(holding)
    #expect(try reply.integer(at: 0) == (failed ? 1 : 0))
    return "\(owner) fails"
  }

  private func split(_ owner: String) throws -> String {
    guard let holding = claims[owner] else { return "nothing" }
    let parts = (1...dice.roll(1...3)).map { Array("part \(pushed).\($0)".utf8) }
    let reply = try LeaseScripts.split.run(keys: keys, arguments(holding) + parts.map { .bytes($0) }, on: &connection)
    let isSplit = simulated.split(holding, into: parts)
    #expect(try reply.integer(at: 0) == (isSplit ? 1 : 0))
    return "\(owner) splits into \(parts.count)"
  }

  /// Time passes beyond the lease, or the clock steps back far.
  private func expire() throws -> String {
    guard simulated.memory.leases[name] != nil else { return "nothing" }
    let expires: Int64 = dice.chance(800) ? 1 : try now() / 1000 + 10 * Self.leaseMs
    _ = try connection.command(["HSET", .string(keys[1]), "expires_ms", .integer(expires)])
    simulated.memory.leases[name]?.expiresMs = expires
    return "expiry at \(expires)"
  }

  private func restart() -> String {
    server += 1
    return "restart"
  }

  private func pauseOrResume() throws -> String {
    let isPaused = dice.chance(400)
    let control = ListControl(name: keys[0])
    _ = try isPaused ? control.pause(on: &connection) : control.resume(on: &connection)
    simulated.pause(name, isPaused)
    return isPaused ? "pause" : "resume"
  }

  private func tamper() throws -> String {
    switch dice.roll(0...2) {
    case 0:
      _ = try connection.command(["RPOP", .string(keys[0])])
      if !simulated[name].isEmpty { simulated[name].removeFirst() }
      return "RPOP"
    case 1:
      pushed += 1
      let bytes = Array("by hand \(pushed)".utf8)
      _ = try connection.command(["RPUSH", .string(keys[0]), .bytes(bytes)])
      simulated[name].insert(.init(bytes: bytes), at: 0)
      return "RPUSH"
    default:
      _ = try connection.command(["DEL", .string(keys[0])])
      simulated[name] = []
      return "DEL"
    }
  }

  private func field(_ name: String) throws -> String? {
    try connection.command(["HGET", .string(keys[1]), .string(name)]).string
  }

  private func compare(_ what: String) throws {
    let newestFirst = simulated[name].reversed().map { RedisValue.bytes($0.bytes) }
    let real = try connection.command(["LRANGE", .string(keys[0]), 0, -1]).value
    try #require(real == .array(newestFirst), "\(what): the lists differ")
    guard let lease = simulated.memory.leases[name], lease.owner != nil else { return }
    let hand =
      switch lease.working {
      case .alone: "alone"
      case .messages(let count): "\(count)"
      }
    let expected = [
      "owner": lease.owner ?? "", "epoch": "\(lease.epoch)", "incarnation": "\(lease.incarnation)",
      "position": "\(lease.position)", "attempts": "\(lease.attempts)", "alone": "\(lease.alone)",
      "suspect_end": "\(lease.suspectEnd)", "working": hand,
    ]
    for (name, value) in expected.sorted(by: { $0.key < $1.key }) {
      let real = try field(name)
      try #require(real == value, "\(what): \(name) is \(real ?? "missing"), and \(value) in the simulation")
    }
    let isReleased = try field("expires_ms") == "0"
    try #require(isReleased == (lease.expiresMs == 0), "\(what): released on one side only")
    let tail = try field("tail")
    switch lease.tail {
    case .none: try #require(tail == "", "\(what): tail")
    case .gone: try #require(tail == "gone", "\(what): tail")
    case .digest: try #require(tail?.utf8.count == 40, "\(what): tail")
    }
  }
}
