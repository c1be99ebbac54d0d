import Queues

/// Whether a Redis server keeps what it has acknowledged. Workers refuse to run where one of these is a problem.
enum RedisDurability {
  static let checks: [Check<RedisFacts>] = [
    Check("redis.appendonly", appendOnly), Check("redis.appendfsync", appendFsync),
    Check("redis.maxmemory-policy", eviction),
  ]

  private static func appendOnly(_ facts: RedisFacts) -> Finding? {
    switch facts.hasAOF {
    case true?: .ok("appendonly yes" + source(facts))
    case false?:
      .problem(
        "appendonly is no: whatever waits in its lists is gone when Redis stops",
        "run `redis-cli CONFIG SET appendonly yes`, and put `appendonly yes` into redis.conf"
          + " (`redis-cli CONFIG REWRITE` writes it there)")
    case nil:
      .warning(
        "whether there is an AOF cannot be seen: \(facts.configRefusal ?? "INFO does not say")",
        "allow it with `redis-cli ACL SETUSER <user> +config|get`, or make sure of `appendonly yes` yourself")
    }
  }

  private static func appendFsync(_ facts: RedisFacts) -> Finding? {
    guard facts.hasAOF == true else { return nil }
    guard let setting = facts.config?["appendfsync"] else {
      return .warning(
        "appendfsync cannot be seen: \(facts.configRefusal ?? "CONFIG GET says nothing")",
        "allow it with `redis-cli ACL SETUSER <user> +config|get`, or make sure of `appendfsync always` yourself")
    }
    let remedy =
      "run `redis-cli CONFIG SET appendfsync always`, and put it into redis.conf; or let partners push the last"
      + " minutes again after a power failure"
    switch setting {
    case "always": return .ok("appendfsync always: an acknowledged push is on disk")
    case "everysec":
      return .warning(
        "appendfsync everysec: a power failure takes up to about a second of acknowledged pushes, two when the disk"
          + " is busy; a killed Redis alone loses none", remedy)
    default:
      return .warning(
        "appendfsync \(setting): a power failure takes what the system has not written, commonly 30 s of acknowledged"
          + " pushes", remedy)
    }
  }

  private static func eviction(_ facts: RedisFacts) -> Finding? {
    switch facts.evictionPolicy {
    case "noeviction"?: .ok("noeviction" + source(facts))
    case let policy?:
      .problem(
        "maxmemory-policy is \(policy): a full Redis throws away lists that nobody has read",
        "run `redis-cli CONFIG SET maxmemory-policy noeviction`, and put `maxmemory-policy noeviction` into redis.conf"
          + " (`redis-cli CONFIG REWRITE` writes it there)")
    case nil:
      .warning(
        "maxmemory-policy cannot be seen: \(facts.configRefusal ?? "INFO does not say")",
        "allow it with `redis-cli ACL SETUSER <user> +config|get`, or make sure of `noeviction` yourself")
    }
  }

  private static func source(_ facts: RedisFacts) -> String {
    facts.config == nil ? " (from INFO; this user may not CONFIG GET)" : ""
  }
}
