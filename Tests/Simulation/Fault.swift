/// What can go wrong in a run. A seed switches some of them on, so that rare ones meet in ever new company.
enum Fault: String, Sendable, CaseIterable {
  /// A process ends at once; its connections are closed by the kernel.
  case kill
  /// A machine is gone: nobody closes its connections.
  case hostLoss
  /// A process stands still, perhaps beyond its lease, and goes on.
  case freeze
  /// A process is told to stop, does so, and another one starts.
  case stop
  /// A request never reaches its server, and the connection is lost.
  case lostRequest
  /// A request is carried out, but its reply is lost with the connection.
  case lostReply
  /// A request is carried out long after its client gave it up.
  case lateRequest
  /// A named point of the loops fails as if a server had.
  case failpoint
  case redisRestart
  case redisAway
  case postgresRestart
  case postgresAway
  /// One session of the database ends.
  case sessionEnd
  /// COMMIT is not answered, and was carried out or not.
  case unknownCommit
  /// COMMIT is not answered, and is carried out later.
  case lateCommit
  /// Somebody else keeps the database busy: every statement takes long.
  case slowDatabase
  /// Somebody pauses a list, or resumes it.
  case pause
  /// The clock of the Redis server steps.
  case clockStep

  // What takes messages away, so that counts can only be bounded.

  /// Redis restarts without what it had not written to disk.
  case tailLoss
  case flush
  /// Somebody runs RPOP, RPUSH or DEL on an inbox.
  case tampering

  var losesMessages: Bool { [.tailLoss, .flush, .tampering].contains(self) }
}
