internal import RedisClient

/// The right to work on the tail of a list until the lease runs out, and where that tail stands.
package struct Claim: Sendable, Equatable {
  /// Rises with every new owner.
  package let epoch: Int64

  /// Which life of the list this is: a list that was changed by anything but pushes and trims starts a new one.
  /// Unique, and rising within a list.
  package let incarnation: Int64

  /// The position of the oldest message, counted from the beginning of the incarnation.
  package let position: Int64

  /// How many messages came with the claim and are not trimmed yet.
  package let count: Int

  /// The length of the list.
  package let length: Int

  /// The server's clock, in milliseconds since 1970.
  package let serverTimeMs: Int64

  /// How many owners died on the oldest message with it in hand.
  package let attempts: Int

  /// How many of them died with it alone in hand.
  package let attemptsAlone: Int

  /// Whether too many owners died here: the oldest message is to be worked on alone, and only it comes with the claim.
  package let isSuspect: Bool

  /// Whether the lease still has this claim's epoch, incarnation and position, and is not paused, as `HMGET` told them.
  func isSamePlace(as lease: borrowing RedisReply) throws(RedisError) -> Bool {
    guard case .array(let parts) = lease.value else { throw .protocolViolation("HMGET answers with an array") }
    return parts.map(\.text) == [String(epoch), String(incarnation), String(position), nil]
  }

  /// The claim over the oldest `count` of its messages.
  package func covering(count: Int) -> Claim { with(count: min(count, self.count)) }

  func with(count: Int) -> Claim {
    Claim(
      epoch: epoch, incarnation: incarnation, position: position, count: count, length: length,
      serverTimeMs: serverTimeMs, attempts: attempts, attemptsAlone: attemptsAlone, isSuspect: isSuspect)
  }

  func trimmed(by trimmed: Int, length: Int, serverTimeMs: Int64) -> Claim {
    Claim(
      epoch: epoch, incarnation: incarnation, position: position + Int64(trimmed), count: count - trimmed,
      length: length, serverTimeMs: serverTimeMs, attempts: 0, attemptsAlone: 0, isSuspect: isSuspect)
  }
}

/// What came of an attempt to work on a list.
package enum ClaimResult: ~Copyable {
  /// The list is ours until the lease runs out; the oldest messages come with it.
  case owned(Claim, ClaimedMessages)

  /// Somebody else works on it. Its lease ends after so many milliseconds, at once if 0; `owner` may be gone.
  case leased(expiresInMs: Int, owner: String)

  /// Nothing to do; no lease was written.
  case empty

  /// An operator has paused the list; no lease was written.
  case paused
}

/// What came of an attempt to trim.
package enum TrimResult: Sendable, Equatable {
  /// The messages left the list; the claim that goes on with the rest.
  case trimmed(Claim)

  /// The claim is void, nothing was changed: another owner took over, or somebody changed the list by hand.
  case lost
}
