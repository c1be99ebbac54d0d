import Foundation
import Queues
import RedisClient
import TestServers

/// An administrator's way to the rewards worker: LPUSH, and the reply list.
struct JobDesk {
  let fleet: FleetFixture

  /// What a job is answered.
  struct Reply: Equatable, CustomStringConvertible {
    let text: String

    private var object: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]) ?? [:]
    }

    var isOK: Bool { object["ok"] as? Bool ?? false }
    var error: String { (object["error"] as? [String: Any])?["code"] as? String ?? "" }
    var message: String { (object["error"] as? [String: Any])?["message"] as? String ?? "" }
    func text(_ field: String) -> String { object[field] as? String ?? "" }
    func number(_ field: String) -> Int { object[field] as? Int ?? .min }
    func texts(_ field: String) -> [String] { object[field] as? [String] ?? [] }
    func objects(_ field: String) -> [[String: Any]] { object[field] as? [[String: Any]] ?? [] }
    func object(_ field: String) -> [String: Any] { object[field] as? [String: Any] ?? [:] }

    var description: String { text }
  }

  /// Pushes jobs to a list, oldest first.
  func push(_ jobs: [String], to list: String = "jobs:admin") throws {
    var redis = try fleet.connectRedis()
    _ = try redis.command(RedisCommand(["LPUSH", .string(fleet.keys.prefix + list)] + jobs.map { .string($0) }))
  }

  /// Pushes a job, and waits for its answer.
  @discardableResult
  func ask(_ job: String, as administrator: String = "admin", _ workers: [PuhuiProgram.Worker] = []) throws -> Reply {
    let object = try JSONSerialization.jsonObject(with: Data(job.utf8)) as? [String: Any]
    guard let id = object?["id"] as? String else { throw TestFailure("no id in \(job)") }
    try push([job], to: "jobs:\(administrator)")
    return try take(id, workers)
  }

  /// Waits for an answer, and takes it away.
  func take(_ id: String, _ workers: [PuhuiProgram.Worker] = []) throws -> Reply {
    var redis = try fleet.connectRedis()
    for _ in 0..<60_000 {
      let reply = try redis.command(["RPOP", .string(fleet.keys.reply(id))])
      if let text = reply.string { return Reply(text: text) }
      if let dead = workers.first(where: { !$0.isRunning }) { throw TestFailure("a worker died: \(dead.logText)") }
      usleep(2_000)
    }
    throw TestFailure("job \(id) was not answered\n" + workers.map(\.logText).joined(separator: "\n"))
  }

  /// Gives residents points: of a charge of so many kWh each, 4.6 points a kWh.
  func charge(_ kilowattHours: [String: Int]) throws {
    let messages = kilowattHours.sorted { $0.key < $1.key }.map { resident, quantity in
      #"{"id":"charge-\#(resident)","resident":"\#(resident)","behaviour":"ev-charging","quantity":\#(quantity),"#
        + #""unit":"kWh","ended_at":"2022-11-02T10:00:00+08:00"}"#
    }
    try fleet.push(messages, partner: "kuaidian")
  }

  func elements(of list: String) throws -> [String] {
    var redis = try fleet.connectRedis()
    let reply = try redis.command(["LRANGE", .string(fleet.keys.prefix + list), 0, -1])
    guard case .array(let items) = reply.value else { return [] }
    return items.compactMap(\.text)
  }

  /// Waits until a list has so many elements: what is handed over, comes after the answer.
  func awaitElements(_ count: Int, of list: String) throws -> [String] {
    for _ in 0..<60_000 {
      let elements = try elements(of: list)
      if elements.count >= count { return elements }
      usleep(2_000)
    }
    throw TestFailure("\(list) did not get \(count) elements")
  }

  /// Whether every invariant holds, the queues included.
  func audit() throws -> String {
    let ended = try fleet.program.run(["audit"])
    return ended.status == 0 ? "ok" : ended.output + ended.errors
  }
}
