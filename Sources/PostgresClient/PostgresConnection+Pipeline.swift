import CLibPQ

extension PostgresConnection {
  /// A command on its way, whose result comes in this order.
  private enum Step {
    case prepare(StatementCache.Key, name: String)
    case run(StatementCache.Key)
  }

  /// Runs statements in one round trip, and returns the rows of each.
  ///
  /// Outside a transaction they are one of their own. Each is prepared and kept as in `query`. Throws the first error
  /// that the server answered; the statements behind it did not run, and the connection is usable (after a rollback,
  /// inside a transaction). `.usage` for more than 256 different texts.
  package mutating func pipeline(
    _ statements: [(sql: String, parameters: PostgresParameters)]
  ) throws(PostgresError) -> [PostgresRows] {
    var rows: [PostgresRows] = []
    try pipeline(statements) { rows.append($0) }
    return rows
  }

  /// The same, and hands out the rows of each statement as they come: of large answers, one at a time is held. What
  /// came before an error was handed out too.
  package mutating func pipeline(
    _ statements: [(sql: String, parameters: PostgresParameters)], take: (PostgresRows) -> Void
  ) throws(PostgresError) {
    guard !statements.isEmpty else { return }
    try reserve(statements)
    try link.send { PQenterPipelineMode($0) }
    let steps = try send(statements)
    try link.send { PQpipelineSync($0) }
    try receive(steps, take)
  }

  /// Checks the texts, and makes room for those that are new.
  private mutating func reserve(
    _ statements: [(sql: String, parameters: PostgresParameters)]
  ) throws(PostgresError) {
    var all: Set<StatementCache.Key> = []
    var new = 0
    for statement in statements {
      let key = StatementCache.Key(sql: statement.sql, types: statement.parameters.types)
      // Asking for the name also marks it as used: what this pipeline needs is not what makes room for it.
      guard all.insert(key).inserted, self.statements.name(of: key) == nil else { continue }
      try Self.check(key.sql)
      new += 1
    }
    guard all.count <= StatementCache.capacity else {
      throw PostgresError(
        kind: .usage, message: "a pipeline of more than \(StatementCache.capacity) different statements")
    }
    try makeRoom(for: new)
  }

  private mutating func send(
    _ statements: [(sql: String, parameters: PostgresParameters)]
  ) throws(PostgresError) -> [Step] {
    var steps: [Step] = []
    var names: [StatementCache.Key: String] = [:]
    for statement in statements {
      let key = StatementCache.Key(sql: statement.sql, types: statement.parameters.types)
      let name: String
      if let known = names[key] ?? self.statements.name(of: key) {
        name = known
      } else {
        name = self.statements.newName()
        try link.send { Self.sendPrepare($0, name, key) }
        steps.append(.prepare(key, name: name))
      }
      names[key] = name
      try link.send { Self.sendPrepared($0, name, statement.parameters) }
      steps.append(.run(key))
    }
    return steps
  }

  /// Reads up to the sync point, leaves pipeline mode, then throws the first error.
  private mutating func receive(_ steps: [Step], _ take: (PostgresRows) -> Void) throws(PostgresError) {
    var failure: PostgresError?
    var next = 0
    while let result = try nextOfPipeline() {
      guard result.status != PGRES_PIPELINE_SYNC else { break }
      if result.status == PGRES_FATAL_ERROR {
        failure = failure ?? result.error
        // The loss of the connection is a result too, one that belongs to no statement.
        try link.checkAlive(after: failure)
      }
      guard next < steps.count else { throw link.fail(.decoding, "more results than statements") }
      let step = steps[next]
      next += 1
      switch (result.status, step) {
      case (PGRES_COMMAND_OK, .prepare(let key, let name)): statements.insert(key, name: name)
      case (PGRES_COMMAND_OK, .run), (PGRES_TUPLES_OK, .run), (PGRES_EMPTY_QUERY, .run): take(result)
      case (PGRES_PIPELINE_ABORTED, _), (PGRES_FATAL_ERROR, .prepare): break
      case (PGRES_FATAL_ERROR, .run(let key)): forgetIfStale(key, result.error)
      default: throw link.fail(.decoding, "the server answered in a form that a pipeline does not understand")
      }
    }
    try link.checkAlive(after: failure)
    try link.send { PQexitPipelineMode($0) }
    if let failure { throw failure }
  }

  /// The next result, over the nil that libpq puts behind each statement's.
  private mutating func nextOfPipeline() throws(PostgresError) -> PostgresRows? {
    if let result = try link.nextResult(by: deadline) { return result }
    return try link.nextResult(by: deadline)
  }
}
