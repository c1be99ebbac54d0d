package import RedisClient

/// A list that one worker at a time consumes from its tail, in order, without anything leaving it before it is safe.
///
/// The worker claims the list, reads the oldest messages where they are, does its work, and only then trims them. If it
/// dies the lease runs out, and the next owner reads the same tail. Whoever lost the list can neither trim nor renew.
package struct LeasedList: Sendable {
  package let name: String

  /// Who claims, as `host:pid:start:lane`: unique for a lane of a process.
  package let owner: String

  /// How long a claim lasts, in milliseconds.
  package let leaseMs: Int

  /// Whether the last claim is not given back: then the messages are asked for along with the next one. A wrong guess
  /// costs a round trip or a useless read, nothing else.
  private var seemsOurs = false

  /// Whether the last claim gave a message to be worked on alone: then the next one probably does, too.
  private var seemsSuspect = false

  private let keys: [String]

  package init(name: String, owner: String, leaseMs: Int) {
    precondition(leaseMs > 0 && !owner.isEmpty, "a lease needs an owner and an end")
    self.name = name
    self.owner = owner
    self.leaseMs = leaseMs
    self.keys = [name, Keys.companion(of: name, "lease")]
  }

  /// Claims the list and reads up to `count` of its oldest messages; one where too many owners died on them, and then
  /// `takeUp` comes before any work on it.
  ///
  /// - Parameter gone: an owner whose process is known to be gone, whose lease need not be waited for.
  package mutating func claim(
    count: Int, takingOverFrom gone: String? = nil, on connection: inout RedisConnection
  ) throws(RedisError) -> ClaimResult {
    precondition(count > 0, "a claim reads at least one message")
    let count = seemsSuspect ? 1 : count
    for _ in 0..<Self.tries {
      var before: Verdict?
      if !seemsOurs {
        // Alone, so that lists of others and empty ones cost no read of messages that nobody may use.
        let verdict = try verdict(count: count, takingOverFrom: gone, on: &connection)
        switch verdict {
        case .owned: before = verdict
        case .leased(let expiresInMs, let owner): return .leased(expiresInMs: expiresInMs, owner: owner)
        case .empty: return .empty
        case .paused: return .paused
        }
      }
      switch try peek(after: before, count: count, on: &connection) {
      case .read(let claim, let messages):
        seemsOurs = true
        seemsSuspect = claim.isSuspect
        return .owned(claim, messages)
      case .leased(let expiresInMs, let owner):
        seemsOurs = false
        return .leased(expiresInMs: expiresInMs, owner: owner)
      case .empty:
        seemsOurs = false
        return .empty
      case .paused:
        seemsOurs = false
        return .paused
      case .moved: continue
      }
    }
    return .leased(expiresInMs: 0, owner: owner)
  }

  /// Takes the `count` oldest messages off the list, if the claim still holds.
  ///
  /// The lease is renewed, or given back with `release`; a list that got empty is always given back. A process that
  /// lost its connection in here claims again: the position tells whether the trim was carried out.
  package mutating func trim(
    _ claim: Claim, count: Int, release: Bool, on connection: inout RedisConnection
  ) throws(RedisError) -> TrimResult {
    precondition(count > 0 && count <= claim.count, "only messages that came with the claim can be trimmed")
    let left = release ? 0 : claim.count - count
    let reply = try settle(claim, count: count, release: release, inHand: String(left), on: &connection)
    guard try reply.integer(at: 0) == 1 else {
      seemsOurs = false
      return .lost
    }
    let length = Int(try reply.integer(at: 1))
    seemsOurs = !release && length > 0
    return .trimmed(claim.trimmed(by: count, length: length, serverTimeMs: try reply.integer(at: 2)))
  }

  /// Makes the lease last for its full length from now on.
  ///
  /// - Returns: whether the claim still holds.
  package mutating func renew(_ claim: Claim, on connection: inout RedisConnection) throws(RedisError) -> Bool {
    try hold(claim, inHand: "", on: &connection)
  }

  /// Says that the work on a suspect message begins: an owner that dies from now on died on it alone.
  ///
  /// - Returns: whether the claim still holds.
  package mutating func takeUp(_ claim: Claim, on connection: inout RedisConnection) throws(RedisError) -> Bool {
    try hold(claim, inHand: "alone", on: &connection)
  }

  /// Says that nothing more is done with the messages but waiting: whatever happens to the owner from now on is not
  /// their fault. Renews the lease, too.
  ///
  /// - Returns: whether the claim still holds.
  package mutating func setDown(_ claim: Claim, on connection: inout RedisConnection) throws(RedisError) -> Bool {
    try hold(claim, inHand: "0", on: &connection)
  }

  /// Gives the list back with its messages, which does not count as an attempt at them.
  ///
  /// - Returns: whether the claim still held.
  @discardableResult
  package mutating func release(_ claim: Claim, on connection: inout RedisConnection) throws(RedisError) -> Bool {
    seemsOurs = false
    return try settle(claim, count: 0, release: true, inHand: "0", on: &connection).integer(at: 0) == 1
  }

  /// Gives the list back after a failure that the messages caused: as if the owner had died on them.
  package mutating func fail(_ claim: Claim, on connection: inout RedisConnection) throws(RedisError) {
    seemsOurs = false
    _ = try LeaseScripts.fail.run(keys: keys, arguments(of: claim), on: &connection)
  }

  /// Puts several messages in place of the oldest one, in one step, and gives the list back. Each of them will be
  /// worked on alone.
  ///
  /// - Returns: whether the claim still held.
  package mutating func split(
    _ claim: Claim, into messages: [[UInt8]], on connection: inout RedisConnection
  ) throws(RedisError) -> Bool {
    precondition(!messages.isEmpty && claim.isSuspect, "only a message that is worked on alone is split")
    seemsOurs = false
    var command: [RedisArgument] = arguments(of: claim)
    for message in messages { command.append(.bytes(message)) }
    return try LeaseScripts.split.run(keys: keys, command, on: &connection).integer(at: 0) == 1
  }

  /// Moves the oldest message to the list's companion `set-aside`, and gives the list back.
  ///
  /// - Returns: `false` where the claim is void, or `most` messages are set aside already.
  package mutating func setAside(
    _ claim: Claim, most: Int, on connection: inout RedisConnection
  ) throws(RedisError) -> Bool {
    seemsOurs = false
    return try LeaseScripts.setAside.run(
      keys: keys + [Keys.companion(of: name, "set-aside")], arguments(of: claim) + [.integer(Int64(most))],
      on: &connection
    ).integer(at: 0) == 1
  }

  /// How often a claim starts over when the list changed hands, or was changed by hand, while it was read.
  private static let tries = 3
}

extension LeasedList {
  /// What the claim script answered.
  enum Verdict: Sendable, Equatable {
    case owned(Claim)
    case leased(expiresInMs: Int, owner: String)
    case empty
    case paused
  }

  /// What reading after a verdict gave.
  enum Peek: ~Copyable {
    case read(Claim, ClaimedMessages)
    case leased(expiresInMs: Int, owner: String)
    case empty
    case paused

    /// The list was not ours all the time, or was paused: what was read may have been trimmed since.
    case moved
  }

  /// Claims without reading.
  func verdict(
    count: Int, takingOverFrom gone: String? = nil, on connection: inout RedisConnection
  ) throws(RedisError) -> Verdict {
    let server = try connection.serverRunId()
    return try LuaScript.withFallback { form throws(RedisError) in
      try Verdict(connection.command(claimCall(form, server: server, count: count, gone: gone)))
    }
  }

  /// Reads the tail between a verdict, the one given or a new one, and another look at the lease.
  ///
  /// A verdict alone does not cover a read that follows it: the lease may run out in between and the next owner trim.
  /// Only if the lease names the same epoch, incarnation and position afterwards, the list was ours all the time and
  /// the tail stood still. What somebody took off it by hand, the trim notices.
  ///
  /// - Returns: `moved` also where the list was paused in between.
  func peek(
    after verdict: Verdict?, count: Int, on connection: inout RedisConnection
  ) throws(RedisError) -> Peek {
    let server = try connection.serverRunId()
    return try LuaScript.withFallback { form throws(RedisError) in
      try connection.pipeline { connection throws(RedisError) in
        try appendPeek(form, server: server, count: count, needsVerdict: verdict == nil, to: &connection)
        return try Self.peek(after: verdict, on: &connection)
      }
    }
  }

  /// Sends what `peek(after:)` reads the replies of.
  func appendPeek(
    _ form: LuaScript.Form, server: String, count: Int, needsVerdict: Bool, to connection: inout RedisConnection
  ) throws(RedisError) {
    if needsVerdict { try connection.append(claimCall(form, server: server, count: count, gone: nil)) }
    try connection.append(["LRANGE", .string(name), .integer(-Int64(count)), -1])
    try connection.append(["HMGET", .string(keys[1]), "epoch", "incarnation", "position", "paused"])
  }

  static func peek(after verdict: Verdict?, on connection: inout RedisConnection) throws(RedisError) -> Peek {
    let before = if let verdict { verdict } else { try Verdict(connection.reply()) }
    var messages = ClaimedMessages(try connection.reply())
    let after = try connection.reply()
    switch before {
    case .leased(let expiresInMs, let owner): return .leased(expiresInMs: expiresInMs, owner: owner)
    case .empty: return .empty
    case .paused: return .paused
    case .owned(let claim):
      guard messages.count > 0, try claim.isSamePlace(as: after) else { return .moved }
      if claim.isSuspect { messages.keep(first: 1) }
      return .read(claim.with(count: messages.count), messages)
    }
  }

  private func claimCall(_ form: LuaScript.Form, server: String, count: Int, gone: String?) -> RedisCommand {
    var command = LeaseScripts.claim.call(form, keys: keys)
    command.append(owner)
    command.append(leaseMs)
    command.append(server)
    command.append(gone ?? "")
    command.append(count)
    return command
  }

  private mutating func hold(
    _ claim: Claim, inHand: String, on connection: inout RedisConnection
  ) throws(RedisError) -> Bool {
    let holds = try settle(claim, count: 0, release: false, inHand: inHand, on: &connection).integer(at: 0) == 1
    if !holds { seemsOurs = false }
    return holds
  }

  private func settle(
    _ claim: Claim, count: Int, release: Bool, inHand: String, on connection: inout RedisConnection
  ) throws(RedisError) -> RedisReply {
    try LuaScript.withFallback { form throws(RedisError) in
      try connection.command(settleCall(form, claim, count: count, release: release, inHand: inHand))
    }
  }

  func settleCall(
    _ form: LuaScript.Form, _ claim: Claim, count: Int, release: Bool, inHand: String
  ) -> RedisCommand {
    var command = LeaseScripts.settle.call(form, keys: keys)
    for argument in arguments(of: claim) { command.append(argument) }
    command.append(count)
    command.append(release ? 1 : 0)
    command.append(inHand)
    return command
  }

  /// What every script checks first.
  private func arguments(of claim: Claim) -> [RedisArgument] {
    [
      .string(owner), .integer(Int64(leaseMs)), .integer(claim.epoch), .integer(claim.incarnation),
      .integer(claim.position),
    ]
  }
}

extension LeasedList.Verdict {
  init(_ reply: borrowing RedisReply) throws(RedisError) {
    switch try reply.integer(at: 0) {
    case 0: self = .empty
    case 1: self = .leased(expiresInMs: Int(try reply.integer(at: 1)), owner: try reply.string(at: 2))
    case 3: self = .paused
    default:
      let position = try reply.integer(at: 3)
      // The lease keeps positions as Lua's numbers, exact up to there; one beyond was not counted but written by hand.
      guard (0...1 << 53).contains(position) else {
        throw .protocolViolation("the lease names the impossible position \(position)")
      }
      self = .owned(
        Claim(
          epoch: try reply.integer(at: 1), incarnation: try reply.integer(at: 2), position: position,
          count: 0, length: Int(try reply.integer(at: 4)), serverTimeMs: try reply.integer(at: 5),
          attempts: Int(try reply.integer(at: 6)), attemptsAlone: Int(try reply.integer(at: 7)),
          isSuspect: try reply.integer(at: 8) == 1))
    }
  }
}
