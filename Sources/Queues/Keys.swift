/// The names of everything that the fleet keeps in Redis. Tests use a prefix of their own to share a server.
package struct Keys: Sendable, Equatable {
  package let prefix: String

  package init(prefix: String = "puhui:") { self.prefix = prefix }

  /// The list that a partner pushes its activities to.
  package func inbox(_ partner: String) -> String { "\(prefix)in:\(partner)" }

  /// The list of packed blocks for a shard of residents.
  package func score(_ shard: Int) -> String {
    precondition((0...99).contains(shard), "shards are written with two digits")
    return "\(prefix)score:\(shard < 10 ? "0" : "")\(shard)"
  }

  /// The list that tells a partner what became of its messages.
  package func rejected(_ partner: String) -> String { "\(prefix)rejected:\(partner)" }

  /// The list that an administrator pushes jobs to.
  package func jobs(_ administrator: String) -> String { "\(prefix)jobs:\(administrator)" }

  /// Where the answer to a job is put.
  package func reply(_ id: String) -> String { "\(prefix)reply:\(id)" }

  /// The list that asks an incentive partner to deliver.
  package func fulfil(_ partner: String) -> String { "\(prefix)fulfil:\(partner)" }

  /// The list that an incentive partner answers on.
  package func fulfilled(_ partner: String) -> String { "\(prefix)fulfilled:\(partner)" }

  /// Who may report activities; scoring writes it, ingest reads it.
  package var directory: String { "\(prefix)directory" }

  /// Where an idle scoring worker waits for word of new blocks.
  package var wake: String { "\(prefix)wake" }

  /// Where worker processes say that they are alive.
  package var workers: String { "\(prefix)workers" }

  /// The mark that shows whether Redis or PostgreSQL went back in time.
  package var watermark: String { "\(prefix)watermark" }

  /// The key of something that belongs to a list, in the list's own slot of a Redis Cluster.
  package static func companion(of list: String, _ what: String) -> String {
    // Redis hashes what stands in the first braces, if anything does, and the whole name otherwise.
    if let tag = hashTag(of: list) { return "{\(tag)}:\(list):\(what)" }
    return "{\(list)}:\(what)"
  }

  private static func hashTag(of key: String) -> Substring? {
    guard let open = key.firstIndex(of: "{") else { return nil }
    let rest = key[key.index(after: open)...]
    guard let close = rest.firstIndex(of: "}"), close > rest.startIndex else { return nil }
    return rest[..<close]
  }
}
