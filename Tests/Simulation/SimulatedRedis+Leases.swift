/// The scripts of a leased list, statement by statement as the server runs them.
extension SimulatedRedis {
  struct Verdict: Sendable, Equatable {
    enum Kind: Sendable, Equatable { case empty, leased, owned, paused }
    var kind: Kind
    var owner = ""
    var epoch: Int64 = 0
    var incarnation: Int64 = 0
    var position: Int64 = 0
    var attemptsAlone = 0
    var isSuspect = false
    /// Whether this very claim began a new life of the list.
    var isNewLife = false

    var stand: Stand { Stand(epoch: epoch, incarnation: incarnation, position: position) }
  }

  /// Where a lease stands: as long as that is the same, nobody has taken the list over or trimmed it.
  struct Stand: Sendable, Equatable {
    var epoch: Int64
    var incarnation: Int64
    var position: Int64
  }

  /// What a holder names to change a list.
  struct Holding: Sendable {
    var list: ListName
    var owner: String
    var lengthMs: Int64
    var epoch: Int64
    var incarnation: Int64
    var position: Int64
  }

  /// - Parameters:
  ///   - micros: the server's clock.
  ///   - run: of the server, as the client knows it.
  mutating func claim(
    _ name: ListName, owner: String, lengthMs: Int64, gone: String?, count: Int, micros: Int64, run: Int
  ) -> Verdict {
    let now = micros / 1000
    var lease = memory.leases[name] ?? Lease()
    if lease.isPaused {
      if lease.owner == owner {
        lease.expiresMs = 0
        lease.working = .messages(0)
        memory.leases[name] = lease
      }
      return Verdict(kind: .paused)
    }
    guard let tail = self[name].first else {
      if lease.tail != .none {
        lease.tail = .gone
        memory.leases[name] = lease
      }
      return Verdict(kind: .empty)
    }
    if let holder = lease.owner, holder != owner, holder != gone, lease.expiresMs > now {
      lease.expiresMs = min(lease.expiresMs, now + lease.lengthMs)
      memory.leases[name] = lease
      return Verdict(kind: .leased, owner: holder)
    }
    if lease.attempts == 0 { lease.alone = 0 }
    if lease.owner != owner {
      lease.epoch += 1
      if lease.working != .messages(0), lease.server == run, mutation != .forgetDeaths { countDeath(&lease) }
    }
    let isNewLife = lease.incarnation == 0 || (lease.tail != .none && lease.tail != .digest(tail.digest))
    if isNewLife {
      (lease.incarnation, lease.position) = (max(micros, lease.incarnation + 1), 0)
      (lease.attempts, lease.alone, lease.suspectEnd) = (0, 0, 0)
    }
    let isSuspect = lease.position < lease.suspectEnd
    lease.owner = owner
    lease.expiresMs = now + lengthMs
    lease.lengthMs = lengthMs
    lease.tail = .digest(tail.digest)
    lease.working = .messages(isSuspect ? 0 : min(count, self[name].count))
    lease.server = run
    memory.leases[name] = lease
    return Verdict(
      kind: .owned, owner: owner, epoch: lease.epoch, incarnation: lease.incarnation, position: lease.position,
      attemptsAlone: mutation == .buryEarly && isSuspect ? 3 : lease.alone, isSuspect: isSuspect, isNewLife: isNewLife)
  }

  private func countDeath(_ lease: inout Lease) {
    lease.attempts += 1
    switch lease.working {
    case .alone: lease.alone += 1
    case .messages(let count) where lease.attempts >= 3:
      lease.suspectEnd = max(lease.suspectEnd, lease.position + Int64(count))
    case .messages: break
    }
  }

  /// The elements that leave, oldest first; `nil` where the claim is void.
  mutating func settle(
    _ holding: Holding, count: Int, release: Bool, hand: Lease.Hand?, micros: Int64
  ) -> [Element]? {
    guard var lease = held(holding) else { return nil }
    var taken: [Element] = []
    if count > 0 {
      guard isUntouched(holding.list, lease, count: count) else { return nil }
      taken = move(holding, &lease, count: count)
    }
    let isOver = release || self[holding.list].isEmpty
    lease.expiresMs = isOver ? 0 : micros / 1000 + holding.lengthMs
    lease.lengthMs = holding.lengthMs
    if isOver { lease.working = .messages(0) } else if let hand { lease.working = hand }
    memory.leases[holding.list] = lease
    return taken
  }

  mutating func fail(_ holding: Holding) -> Bool {
    guard var lease = held(holding) else { return false }
    lease.attempts += 1
    if holding.position < lease.suspectEnd, mutation != .failInCompany || lease.working == .alone {
      lease.alone += 1
    } else if lease.attempts >= 3, case .messages(let count) = lease.working {
      lease.suspectEnd = max(lease.suspectEnd, holding.position + Int64(count))
    }
    lease.working = .messages(0)
    lease.expiresMs = 0
    memory.leases[holding.list] = lease
    return true
  }

  mutating func split(_ holding: Holding, into parts: [[UInt8]]) -> Bool {
    guard var lease = held(holding), isUntouched(holding.list, lease, count: 1), let first = parts.first else {
      return false
    }
    self[holding.list].replaceSubrange(0..<1, with: parts.map { Element(bytes: $0) })
    lease.tail = .digest(Element(bytes: first).digest)
    lease.suspectEnd = holding.position + Int64(parts.count)
    (lease.attempts, lease.alone) = (0, 0)
    lease.working = .messages(0)
    lease.expiresMs = 0
    memory.leases[holding.list] = lease
    return true
  }

  private func held(_ holding: Holding) -> Lease? {
    guard let lease = memory.leases[holding.list] else { return nil }
    if mutation == .trimWithoutLease { return lease }
    if mutation == .trimByOwnerOnly { return lease.owner == holding.owner ? lease : nil }
    guard lease.owner == holding.owner, lease.epoch == holding.epoch, lease.incarnation == holding.incarnation,
      lease.position == holding.position, lease.expiresMs != 0
    else { return nil }
    return lease
  }

  /// Trimming goes by count: after a hand-made RPOP or RPUSH it would take messages that nobody worked on.
  private func isUntouched(_ name: ListName, _ lease: Lease, count: Int) -> Bool {
    let list = self[name]
    guard list.count >= count, let tail = list.first else { return false }
    return mutation == .trimWithoutTail || lease.tail == .digest(tail.digest)
  }

  private mutating func move(_ holding: Holding, _ lease: inout Lease, count: Int) -> [Element] {
    let taken = Array(self[holding.list].prefix(count))
    self[holding.list].removeFirst(count)
    lease.position = holding.position + Int64(count)
    lease.tail = self[holding.list].first.map { .digest($0.digest) } ?? .none
    (lease.attempts, lease.alone) = (0, 0)
    return taken
  }
}

extension SimulatedRedis.Verdict: CustomStringConvertible {
  var description: String {
    switch kind {
    case .empty: "empty"
    case .paused: "paused"
    case .leased: "leased to \(owner)"
    case .owned:
      "ours, epoch \(epoch), position \(incarnation % 1_000_000_000):\(position)"
        + (isSuspect ? ", suspect after \(attemptsAlone) deaths alone" : "") + (isNewLife ? ", a new life" : "")
    }
  }
}
