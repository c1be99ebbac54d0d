/// What an ingest lane needs of Redis: inboxes to read, shards to hand blocks to. Used by one thread.
///
/// Every call may throw where the server is away; the lane then drops the source and makes a new one.
package protocol InboxSource: AnyObject {
  /// Who may report activities, as the newest catalogue says; `nil` until a scoring worker has published it.
  func directory() throws -> Directory?

  /// How many messages wait in each partner's inbox.
  func waiting(_ partners: [String]) throws -> [Int]

  /// Waits until one of the inboxes, all of them empty now, has a message, or the time is over.
  ///
  /// - Returns: `false`, at once, where an inbox is not empty, or nobody would tell.
  func awaitMessages(of partners: [String], milliseconds: Int) throws -> Bool

  /// Takes the lease of an inbox and reads up to `count` of the oldest messages, oldest first. They stay in the list.
  /// A suspect one comes alone, and whoever dies from then on until `setDown` died on it.
  ///
  /// - Parameter read: is given each message with its offset, and only where the lease was held before and after
  ///   reading.
  /// - Returns: `nil` where the inbox is empty or somebody else's.
  func claim(
    _ partner: String, count: Int, read: (_ claim: InboxClaim, _ offset: Int64, _ message: RawSpan) -> Void
  ) throws -> InboxClaim?

  /// Claims several inboxes in one go, as `claim` does one. A suspect message is not read, and its claim covers none.
  ///
  /// - Parameter count: the most messages of each.
  /// - Returns: those that are held.
  func claim(
    _ partners: [String], count: Int, read: (_ claim: InboxClaim, _ offset: Int64, _ message: RawSpan) -> Void
  ) throws -> [InboxClaim]

  /// Says that the messages are decoded: what happens to the lane from now on is not their fault. Renews the lease.
  ///
  /// - Returns: whether the lease is still held.
  func setDown(_ claim: InboxClaim) throws -> Bool

  /// Offers blocks to the shards' lists. Those of one shard are accepted together or not at all.
  ///
  /// - Returns: for each block, whether it was accepted; a list whose oldest block waits too long takes no more.
  func push(_ blocks: [(shard: Int, block: [UInt8])], _ urgency: Urgency) throws -> [Bool]

  /// Removes what was read and gives the leases back.
  ///
  /// - Returns: of each claim, whether the lease was not lost; else the next owner reads the same messages, and their
  ///   positions tell.
  func trim(_ claims: [InboxClaim]) throws -> [Bool]

  /// Gives the lease back with the messages still in the list.
  func handBack(_ claim: InboxClaim) throws
}

/// How long the oldest block of a list may wait while the list takes another one: what stands there stands in front of
/// what others push next.
package enum Urgency: Sendable, Hashable, CaseIterable {
  /// A partner has more messages than fit into a turn, and others push a little now and then.
  case low
  /// Every partner that pushes has more messages than fit into a turn: nobody waits for a single message.
  case usual
  /// The turn took everything that its partner had.
  case high
}

/// A lease on an inbox, and the stretch of it that was read.
package struct InboxClaim: Sendable, Equatable {
  package var partner: String
  package var epoch: Int64
  package var incarnation: Int64
  /// The offset of the oldest message.
  package var position: Int64
  package var count: Int
  /// Whether its one message comes alone, because owners died on it or near it.
  package var isSuspect: Bool
  /// How many owners died while they worked on that message alone.
  package var attemptsAlone: Int

  package init(
    partner: String, epoch: Int64, incarnation: Int64, position: Int64, count: Int, isSuspect: Bool = false,
    attemptsAlone: Int = 0
  ) {
    self.partner = partner
    self.epoch = epoch
    self.incarnation = incarnation
    self.position = position
    self.count = count
    self.isSuspect = isSuspect
    self.attemptsAlone = attemptsAlone
  }
}
