import CarbonInclusion
import Foundation
import Messages
import Queues
import RedisClient
import TestServers

/// Buries messages as ingest does after the third death of a worker, and hands blocks to the shards by hand.
struct Graveyard {
  static let incarnation: Int64 = 1_669_680_000_000_000

  let fleet: FleetFixture
  var partner = "meituan-bike"

  /// One burial; its position is its place in the list.
  struct Burial {
    var payload: [UInt8]
    /// Known where it died in scoring.
    var id: String?
    var resident: String?
    var detail = "killed 3 workers, the last one at 2022-11-29T00:00:00Z"

    init(_ text: String, id: String? = nil, resident: String? = nil) {
      payload = Array(text.utf8)
      self.id = id
      self.resident = resident
    }
  }

  /// Pushes the burials to the shard of the inbox, or that of their residents.
  func bury(_ burials: [Burial], from first: Int64 = 0) throws {
    var redis = try fleet.connectRedis()
    for (index, burial) in burials.enumerated() {
      let shard = burial.resident.map { ShardMap.shard(ofResident: $0) } ?? ShardMap.shard(ofInbox: partner)
      try push(refused(burial), at: first + Int64(index), shard: shard, &redis)
    }
  }

  /// Pushes a retry that killed its workers again.
  func buryAgain(_ burial: Burial, at position: Int64, shard: Int) throws {
    var redis = try fleet.connectRedis()
    let origin = Block.Burial(
      shard: UInt8(ShardMap.shard(ofInbox: partner)), content: ContentDigest.of(burial.payload))
    try push(refused(burial), at: position, shard: shard, retrying: origin, &redis)
  }

  private func refused(_ burial: Burial) -> RefusedMessage {
    RefusedMessage(
      refusal: Refusal(.poison, burial.detail), id: burial.id, resident: burial.resident, payload: burial.payload)
  }

  private func push(
    _ message: RefusedMessage, at position: Int64, shard: Int, retrying burial: Block.Burial? = nil,
    _ redis: inout RedisConnection
  ) throws {
    var builder = BlockBuilder(partner: partner, incarnation: Self.incarnation, from: position)
    guard builder.append(message, at: position, retrying: burial) else { throw TestFailure("a block took nothing") }
    let list = BlockList(maxBlocks: 100_000, maxAgeMs: 3_600_000)
    let verdicts = try list.push(
      [.init(list: fleet.keys.score(shard), blocks: [builder.encoded(coveringTo: position + 1)])], on: &redis)
    guard case .accepted = verdicts[0] else { throw TestFailure("a list took no block") }
  }

  /// Hands every block that waits in the shards' lists on a second time, as if its worker had died before it removed
  /// them.
  func repeatBlocks() throws -> Int {
    var redis = try fleet.connectRedis()
    var count = 0
    for shard in 0..<ShardMap.count {
      let list = fleet.keys.score(shard)
      let blocks = try redis.command(["LRANGE", .string(list), 0, -1])
      guard case .array(let elements) = blocks.value else { continue }
      for element in elements.reversed() {
        guard case .bytes(let bytes) = element else { continue }
        _ = try redis.command(["LPUSH", .string(list), .bytes(bytes)])
        count += 1
      }
    }
    return count
  }

  /// The partner's counts that are not zero.
  func counts() throws -> [String: Int] {
    let row = try fleet.value("SELECT row_to_json(c) FROM puhui.partner_counts c WHERE partner = '\(partner)'")
    let object = try JSONSerialization.jsonObject(with: Data(row.utf8)) as? [String: Any] ?? [:]
    return object.compactMapValues { $0 as? Int }.filter { $0.value != 0 }
  }

  /// The rows of `puhui.outcomes`, and a failure where the counts do not agree with them.
  func outcomes() throws -> [String] {
    let rows = try fleet.rows(
      "SELECT coalesce(activity_id, '-') AS id, outcome, reason FROM puhui.outcomes WHERE partner = '\(partner)' "
        + "ORDER BY id, outcome, reason")
    var counted = try counts()
    let received = counted.removeValue(forKey: "received") ?? 0
    guard counted.values.reduce(0, +) == received else { throw TestFailure("I1: \(received) received, \(counted)") }
    counted["duplicate"] = nil
    let seen = Dictionary(grouping: rows) { String($0.split(separator: "|")[1]) }.mapValues(\.count)
    guard counted == seen else { throw TestFailure("counts say \(counted), puhui.outcomes has \(rows)") }
    return rows
  }

  /// Runs a scoring worker until every list is empty.
  func score() throws {
    let worker = try fleet.program.start(["score", "--lanes", "2"])
    try fleet.waitUntilDrained([worker])
    let status = worker.stop()
    guard status == 0 else { throw TestFailure("the worker ended with \(status): \(worker.logText)") }
  }

  /// Starts a worker again whenever one has died, until every list is empty.
  func dieUntilDrained(_ environment: [String: String]) throws {
    var redis = try fleet.connectRedis()
    for _ in 0..<30 {
      let worker = try fleet.program.start(["all", "--lanes", "1"], environment: environment)
      while worker.isRunning {
        var left = 0
        for lists in ["in:*", "score:*"] {
          left += try redis.command(["KEYS", .string(fleet.keys.prefix + lists)]).count
        }
        if left == 0 {
          let status = worker.stop()
          guard status == 0 else { throw TestFailure("the worker ended with \(status): \(worker.logText)") }
          return
        }
        usleep(5_000)
      }
    }
    throw TestFailure("30 workers died")
  }

  func names(_ arguments: [String] = []) throws -> [String] {
    try list(arguments).compactMap { $0["name"] as? String }
  }

  func list(_ arguments: [String] = []) throws -> [[String: Any]] {
    let text = try fleet.succeed(["dead", "ls", "--json"] + arguments)
    return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
  }
}

/// A ride as its partner reports it.
func rideMessage(_ id: String, _ resident: String, kilometres: String = "5") -> String {
  #"{"id":"\#(id)","resident":"\#(resident)","behaviour":"shared-bike-ride","quantity":\#(kilometres),"unit":"km","#
    + #""started_at":"2022-11-29T08:00:00+08:00","ended_at":"2022-11-29T08:23:00+08:00"}"#
}
