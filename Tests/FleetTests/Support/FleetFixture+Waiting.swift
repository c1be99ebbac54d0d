import Foundation
import Queues
import RedisClient
import TestServers

extension FleetFixture {
  /// Waits until a value of one row is so; fails with the workers' logs.
  func waitFor(
    _ sql: String, toBe expected: String, _ workers: [PuhuiProgram.Worker] = []
  ) throws {
    var last = ""
    for _ in 0..<30_000 {
      last = try value(sql)
      if last == expected { return }
      usleep(10_000)
    }
    throw TestFailure(
      "\(sql) is \(last), not \(expected)\n" + workers.map(\.logText).joined(separator: "\n"))
  }

  /// Waits until so many workers have said that they are alive.
  func waitForWorkers(_ count: Int64, _ workers: [PuhuiProgram.Worker] = []) throws {
    var redis = try connectRedis()
    for _ in 0..<30_000 {
      if try redis.command(["HLEN", .string(keys.workers)]).integer() >= count { return }
      usleep(10_000)
    }
    throw TestFailure("fewer than \(count) workers run\n" + workers.map(\.logText).joined(separator: "\n"))
  }

  /// What a command with `--json` answers.
  func object(_ arguments: [String]) throws -> (status: Int32, json: [String: Any]) {
    let ended = try program.run(arguments + ["--json"])
    guard let object = try? JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any] else {
      throw TestFailure("\(arguments) answered \(ended.output)\(ended.errors)")
    }
    return (ended.status, object)
  }

  /// What `puhui doctor` finds: state and words by check.
  func diagnose(_ arguments: [String] = []) throws -> (status: Int32, checks: [String: (state: String, text: String)]) {
    let (status, json) = try object(["doctor"] + arguments)
    var checks: [String: (state: String, text: String)] = [:]
    for check in json["checks"] as? [[String: Any]] ?? [] {
      guard let name = check["check"] as? String else { continue }
      checks[name] = (
        check["state"] as? String ?? "",
        "\(check["found"] as? String ?? "") \(check["advice"] as? String ?? "")"
      )
    }
    return (status, checks)
  }
}
