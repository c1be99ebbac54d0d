/// A deliberate mistake, of the servers or of the adapters between them and the loops. Each must be found: a simulator
/// that finds none of these would find nothing else either.
package enum Mutation: String, Sendable, CaseIterable {
  /// Blocks leave their list before they are booked.
  case trimBeforeCommit
  /// An inbox is trimmed although a list refused a block of it.
  case pushBlindly
  /// Trimming does not ask whether the lease is still held.
  case trimWithoutLease
  /// Trimming does not look whether the tail is what was read.
  case trimWithoutTail
  /// Messages are used without a second look at the lease behind LRANGE.
  case noSecondVerdict
  /// What stands below the high-water mark is skipped without asking whether it was booked.
  case skipByPosition
  /// High-water marks are not kept.
  case forgetMarks
  /// The fence row is locked, but its epoch is not compared.
  case noFence
  /// An owner that holds its fence row is never ended.
  case waitForZombies
  /// An unanswered COMMIT is taken for a good one.
  case trustUnknownCommit
  /// The keys of activities are not unique.
  case keysNotUnique
  /// A process that was started again tells partners nothing.
  case forgetNotices
  /// A message stays in hand until it is trimmed, however long its owner waits for a server.
  case neverSetDown
  /// A message that fails after it was set down counts as one of many.
  case failInCompany
  /// Deaths are counted although nobody died alone: every suspect is buried at once.
  case buryEarly
  /// Nobody remembers deaths: poison kills for ever.
  case forgetDeaths
  /// A late request of an owner that lost the list is carried out.
  case trimByOwnerOnly
}
