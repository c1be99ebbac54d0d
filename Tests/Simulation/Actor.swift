/// A worker process with one lane, and those that come after it in its place.
struct Actor: Sendable {
  enum Role: String, Sendable { case ingest, score }

  let role: Role
  let host: Int
  /// Rises with each process.
  var generation = 0
  /// When it goes on, in microseconds.
  var wakeAt: Int64
  /// Ended: every call of what is left of it throws.
  var isDead = false
  var isStopping = false
  var isSleeping = false
  /// The database session, while there is one.
  var session: Int?
  /// The message or block that it works on alone, by its digest.
  var hand: UInt64?

  func owner(_ index: Int) -> String { "host-\(host):\(index):\(generation):\(role.rawValue)" }
}
