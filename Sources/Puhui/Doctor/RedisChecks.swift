import Queues

/// What the doctor knows of the Redis server.
struct RedisEvidence {
  var facts: RedisFacts
  /// What the fleet does and the server refuses.
  var refusals: [RedisProbe.Refusal]
  var clock: ClockReading
}

/// What is looked at on the Redis server, beside durability.
enum RedisChecks {
  static let all: [Check<RedisEvidence>] =
    [
      Check("redis.version", version), Check("redis.loading", loading), Check("redis.role", role),
    ] + RedisDurability.checks.map { $0.of(\.facts) } + [
      Check("redis.aof-writes", aofWrites), Check("redis.aof-rewrite", aofRewrite), Check("redis.memory", memory),
      Check("redis.connections", connections), Check("redis.permissions", permissions), Check("redis.clock", clock),
    ]

  private static func version(_ evidence: RedisEvidence) -> Finding? {
    let text = evidence.facts.info["redis_version"] ?? "unknown"
    guard let version = evidence.facts.version, version.major >= 7 else {
      return .problem(
        "Redis \(text)", "use Redis 7.0 or newer: older ones refuse the fleet's writes when they are full")
    }
    return .ok("Redis \(text)")
  }

  private static func loading(_ evidence: RedisEvidence) -> Finding? {
    guard evidence.facts.info["loading"] == "1" else { return nil }
    let left = evidence.facts.info["loading_eta_seconds"].map { ", about \($0) s left" } ?? ""
    return .warning("still reads its files\(left)", "wait; workers go on by themselves")
  }

  private static func role(_ evidence: RedisEvidence) -> Finding? {
    let replicas = evidence.facts.number("connected_slaves") ?? 0
    switch evidence.facts.info["role"] {
    case "slave"?:
      return .problem(
        "this is a replica: nothing can be written here",
        "point PUHUI_REDIS_URL at the primary, \(evidence.facts.info["master_host"] ?? "?"):"
          + "\(evidence.facts.info["master_port"] ?? "?")")
    case "master"? where replicas > 0:
      return .ok("primary with \(replicas) replicas; a failover may lose what was pushed last, `puhui gaps` shows what")
    default: return .ok("primary")
    }
  }

  private static func aofWrites(_ evidence: RedisEvidence) -> Finding? {
    guard evidence.facts.hasAOF == true, let status = evidence.facts.info["aof_last_write_status"] else { return nil }
    guard status == "ok" else {
      return .problem(
        "the last write to the AOF failed (\(status)); Redis refuses pushes",
        "make room on the disk of Redis' folder, or repair it; `redis-cli INFO persistence` shows when it is well again"
      )
    }
    return .ok("the last write to the AOF went well")
  }

  private static func aofRewrite(_ evidence: RedisEvidence) -> Finding? {
    guard evidence.facts.hasAOF == true, let status = evidence.facts.info["aof_last_bgrewrite_status"] else {
      return nil
    }
    guard status == "ok" else {
      return .warning(
        "the last rewrite of the AOF failed (\(status)); the file only grows",
        "see Redis' log: mostly the disk is full, or there is no memory to fork (vm.overcommit_memory = 1 helps);"
          + " then `redis-cli BGREWRITEAOF`")
    }
    let bytes = evidence.facts.number("aof_current_size") ?? 0
    return .ok("the AOF has \(Amounts.bytes(bytes)); its last rewrite went well")
  }

  private static func memory(_ evidence: RedisEvidence) -> Finding? {
    let used = evidence.facts.number("used_memory") ?? 0
    let limit = evidence.facts.number("maxmemory") ?? 0
    let system = evidence.facts.number("total_system_memory") ?? 0
    guard limit > 0 else {
      let found = "\(Amounts.bytes(used)) used, no maxmemory"
      guard system > 0, used > system / 2 else { return .ok(found) }
      return .warning(
        "\(found), on a machine with \(Amounts.bytes(system))",
        "set maxmemory to about half of the machine's: a full Redis refuses pushes and drains, a killed one does not"
      )
    }
    let percent = Int(used * 100 / limit)
    let found = "\(Amounts.bytes(used)) of maxmemory \(Amounts.bytes(limit)) used, \(percent) %"
    switch percent {
    case 95...: return .problem(found + ": pushes are refused, or will be soon", "see why the lists are not drained")
    case 75...: return .warning(found, "see why the lists are not drained, or raise maxmemory")
    default: return .ok(found)
    }
  }

  private static func connections(_ evidence: RedisEvidence) -> Finding? {
    guard let limit = evidence.facts.number("maxclients"), let used = evidence.facts.number("connected_clients"),
      limit > 0
    else { return nil }
    let found = "\(used) of maxclients \(limit) connections"
    guard used * 5 < limit * 4 else { return .warning(found, "raise maxclients, or start fewer lanes and partners") }
    return .ok(found)
  }

  private static func permissions(_ evidence: RedisEvidence) -> Finding? {
    guard let first = evidence.refusals.first else {
      return .ok("commands and scripts run, also those that must on a full server")
    }
    let others = evidence.refusals.count > 1 ? " (and \(evidence.refusals.count - 1) others)" : ""
    return .problem(
      "\(first.what) is refused\(others): \(first.error)",
      first.error.hasPrefix("NOPERM")
        ? "`redis-cli ACL SETUSER <user> ~puhui:* ~{puhui:* +@read +@write +@scripting +@connection +info +config|get`"
        : "the fleet cannot work before that is gone")
  }

  private static func clock(_ evidence: RedisEvidence) -> Finding? {
    evidence.clock.finding(of: "Redis", tolerance: 60)
  }
}
