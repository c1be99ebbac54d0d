import RedisClient
import TestServers
import Testing

@testable import Queues

@Suite struct `lists` {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func block(_ text: String) -> [UInt8] { Array("PHB1\(text)".utf8) }

  /// The stamp and the rest of the oldest block.
  private func oldest(_ list: String, on redis: inout RedisConnection) throws -> (
    magic: String, at: Int64, rest: String
  ) {
    let bytes = try #require(try redis.command(["LINDEX", .string(list), -1]).bytes)
    let at = bytes[4..<12].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    return (String(decoding: bytes[..<4], as: UTF8.self), at, String(decoding: bytes[12...], as: UTF8.self))
  }

  @Test func `blocks are stamped with the server's time and otherwise unchanged`() throws {
    var redis = try fixture.connect()
    let list = fixture.keys.score(7)
    let rest = String(repeating: "\u{0}\r\nä", count: 3_000)
    let time = try redis.command(["TIME"]).value
    guard case .array(let parts) = time, case .bytes(let seconds) = parts[0] else { throw TestFailure("\(time)") }
    let before = try #require(Int64(String(decoding: seconds, as: UTF8.self))) * 1_000
    let verdicts = try BlockList(maxBlocks: 4, maxAgeMs: 1_000).push(
      [.init(list: list, blocks: [block(rest)])], on: &redis)
    #expect(verdicts == [.accepted(length: 1)])
    let stamped = try oldest(list, on: &redis)
    #expect((stamped.magic, stamped.rest) == ("PHB1", rest))
    #expect((before...before + 60_000).contains(stamped.at))
  }

  @Test func `a list takes so many blocks and no more, list by list`() throws {
    var redis = try fixture.connect()
    let blocks = BlockList(maxBlocks: 2, maxAgeMs: 60_000)
    let (full, free) = (fixture.keys.score(1), fixture.keys.score(2))
    for length in 1...2 {
      #expect(try blocks.push([.init(list: full, blocks: [block("x")])], on: &redis) == [.accepted(length: length)])
    }
    let verdicts = try blocks.push(
      [.init(list: full, blocks: [block("y")]), .init(list: free, blocks: [block("y")])], on: &redis)
    guard case .full(let age) = verdicts[0] else { throw TestFailure("a full list took a block: \(verdicts)") }
    #expect((0..<60_000).contains(age))
    #expect(verdicts[1] == .accepted(length: 1))
    #expect(try Backlog.lengths(of: [full, free, "none"], on: &redis) == [2, 1, 0])
  }

  @Test func `a list whose oldest block waits for too long takes no third one`() throws {
    var redis = try fixture.connect()
    let list = fixture.keys.score(1)
    let old: [UInt8] = Array("PHB1".utf8) + [0, 0, 0, 0, 0, 0, 0, 1] + Array("old".utf8)
    _ = try redis.command(["LPUSH", .string(list), .bytes(old)])
    let blocks = BlockList(maxBlocks: 9, maxAgeMs: 1_000)
    #expect(try blocks.push([.init(list: list, blocks: [block("x")])], on: &redis) == [.accepted(length: 2)])
    guard case .full(let age) = try blocks.push([.init(list: list, blocks: [block("y")])], on: &redis)[0] else {
      throw TestFailure("a list with an old block took a third one")
    }
    #expect(age > 1_600_000_000_000)
    _ = try redis.command(["RPOP", .string(list)])
    #expect(try blocks.push([.init(list: list, blocks: [block("z")])], on: &redis) == [.accepted(length: 2)])
  }

  @Test func `a bounded list keeps the newest`() throws {
    var redis = try fixture.connect()
    let list = BoundedList(name: fixture.keys.rejected("eleme"), limit: 2_500)
    #expect(try list.push((0..<1_500).map { Array("\($0)".utf8) }, on: &redis) == 1_500)
    #expect(try list.push((1_500..<4_000).map { Array("\($0)".utf8) }, on: &redis) == 2_500)
    #expect(try list.push([Array("4000".utf8)], on: &redis) == 2_500)
    let ends = try redis.pipeline { redis throws(RedisError) in
      try redis.append(["LINDEX", .string(list.name), 0])
      try redis.append(["LINDEX", .string(list.name), -1])
      return [try redis.reply().string, try redis.reply().string]
    }
    #expect(ends == ["4000", "1501"])
  }

  @Test func `a partner learns the lengths of its list`() throws {
    var redis = try fixture.connect()
    let pushed = try PartnerList(name: fixture.inbox).push(
      (0..<5).map { Array("\($0)".utf8) }, perCommand: 2, on: &redis)
    #expect(pushed == .init(accepted: 5, lengths: [2, 4, 5], refusal: nil))
    #expect(try fixture.contents(on: &redis) == ["0", "1", "2", "3", "4"])
  }

  @Test func `a partner that may do nothing but LPUSH can push`() throws {
    var redis = try fixture.connect()
    let user = "acme-\(fixture.keys.prefix.dropLast())"
    _ = try redis.command([
      "ACL", "SETUSER", .string(user), "on", ">s3cret/@", "-@all", "+lpush", .string("%W~\(fixture.inbox)"),
    ])
    let url = try RedisURL("unix://\(user):s3cret%2F%40@\(fixture.server.socketPath)")
    var partner = try RedisConnection.open(url, name: "acme")
    #expect(try PartnerList(name: fixture.inbox).push([[1]], on: &partner).accepted == 1)
    let refused = try PartnerList(name: fixture.keys.inbox("other")).push([[1]], on: &partner)
    guard case .server("NOPERM", _) = refused.refusal else { throw TestFailure("no NOPERM: \(refused)") }
  }

  @Test func `one question tells whether any list has something`() throws {
    var redis = try fixture.connect()
    let lists = (0..<32).map { fixture.keys.score($0) }
    #expect(try !Backlog.anyNonEmpty(lists, on: &redis))
    #expect(try !Backlog.anyNonEmpty([], on: &redis))
    _ = try redis.command(["LPUSH", .string(lists[31]), "x"])
    #expect(try Backlog.anyNonEmpty(lists, on: &redis))
  }

  @Test func `whoever looks again and again sees what comes, after quiet and in a lively time`() throws {
    var redis = try fixture.connect()
    let lists = [fixture.keys.score(1), fixture.keys.score(2)]
    var watch = BacklogWatch()
    for _ in 0..<3 {
      #expect(try watch.lengths(of: lists, on: &redis) == [0, 0])
      _ = try redis.command(["LPUSH", .string(lists[1]), "x", "y"])
      #expect(try watch.lengths(of: lists, on: &redis) == [0, 2])
      _ = try redis.command(["DEL", .string(lists[1])])
      for _ in 0..<20 { #expect(try watch.lengths(of: lists, on: &redis) == [0, 0]) }
    }
    #expect(try watch.lengths(of: [], on: &redis) == [])
  }

  @Test func `keys are those of the contract, companions in the slot of their list`() throws {
    let keys = Keys()
    #expect(keys.inbox("eleme") == "puhui:in:eleme")
    #expect(keys.score(7) == "puhui:score:07")
    #expect(keys.score(31) == "puhui:score:31")
    #expect(keys.rejected("eleme") == "puhui:rejected:eleme")
    #expect(keys.directory == "puhui:directory")
    #expect(Keys.companion(of: keys.inbox("eleme"), "lease") == "{puhui:in:eleme}:lease")

    let server = try RedisServer(options: ["--cluster-enabled", "yes"])
    defer { server.stop() }
    var redis = try RedisConnection.open(RedisURL(server.url))
    for list in [keys.inbox("eleme"), "a{tag}b", "{tag}", "{x", "{}x", "a{b}c{d}"] {
      let slots = try [list, Keys.companion(of: list, "lease")].map {
        try redis.command(["CLUSTER", "KEYSLOT", .string($0)]).integer()
      }
      if list != "{}x" { #expect(slots[0] == slots[1], "the companion of \(list) is elsewhere") }
    }
  }

  @Test(arguments: [0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 1_000])
  func `digests are those of Redis`(count: Int) throws {
    var redis = try fixture.connect()
    let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let digest = try redis.command(["EVAL", "return redis.sha1hex(ARGV[1])", 0, .bytes(message)]).string
    #expect(SHA1.hex(message) == digest)
  }

  @Test func `lines that no worker wrote are not among the workers`() throws {
    var redis = try fixture.connect()
    try WorkerRegistry.beat(id: "w", description: "ingest", forgetMs: 60_000, keys: fixture.keys, on: &redis)
    _ = try redis.command([
      "HSET", .string(fixture.keys.workers), "a", "-9223372036854775808 long ago", "b", "x y", "c", "", "d", "1",
    ])
    let entries = try WorkerRegistry.entries(keys: fixture.keys, on: &redis)
    #expect(entries.map(\.id) == ["w"])
    #expect(entries.map(\.description) == ["ingest"])
  }
}
