/// What a scoring lane needs of Redis: blocks to read, partners to tell. Used by one thread.
package protocol BlockSource: AnyObject {
  /// How many blocks wait in each shard's list.
  func waiting() throws -> [Int]

  /// How far the list of each of these shards has come: a text that changes with every trim.
  func places(of shards: [Int]) throws -> [String]

  /// Waits for word that blocks were pushed somewhere, or until the time is over.
  func awaitBlocks(milliseconds: Int) throws

  /// Takes the leases of shards' lists and reads up to `count` of the oldest blocks of each, oldest first. They stay in
  /// the lists. Where one shard alone is asked for, a suspect block comes alone, and whoever dies from then on until
  /// `setDown` died on it; of several shards, a suspect one's claim comes without its block.
  ///
  /// - Parameter read: is given each block; returns whether it wants another one of this list.
  /// - Returns: those that are held; no list that is empty or somebody else's. A claim covers the blocks that `read`
  ///   was given.
  func claim(_ shards: [Int], count: Int, read: (_ claim: BlockClaim, _ block: RawSpan) -> Bool) throws -> [BlockClaim]

  /// Makes the lease last from now on. Never called while the lane computes: a loop without end must lose its lease.
  ///
  /// - Returns: whether it is still held.
  func renew(_ claim: BlockClaim) throws -> Bool

  /// Takes a suspect block up again that was set down: whoever dies from now on died on it.
  ///
  /// - Returns: whether the lease is still held.
  func takeUp(_ claim: BlockClaim) throws -> Bool

  /// Says that the lane does not compute with the messages for now: what happens to it from now on is not their fault.
  /// Renews the lease.
  ///
  /// - Returns: whether the lease is still held.
  func setDown(_ claim: BlockClaim) throws -> Bool

  /// Removes the blocks that were read and gives the leases back. Where a lease was lost, nothing happens.
  func trim(_ claims: [BlockClaim]) throws

  /// Gives the lease back with the blocks still in the list.
  func handBack(_ claim: BlockClaim) throws

  /// Gives the lease back after a failure that the blocks themselves caused: as if the lane had died on them.
  func fail(_ claim: BlockClaim) throws

  /// Puts several blocks in place of a suspect one, in one step, and gives the lease back.
  ///
  /// - Returns: whether the lease was still held.
  func split(_ claim: BlockClaim, into blocks: [[UInt8]]) throws -> Bool

  /// Moves a block that nobody can read to a list of its own, and gives the lease back.
  ///
  /// - Returns: `false` where the lease was lost, or too many are set aside already.
  func setAside(_ claim: BlockClaim) throws -> Bool

  /// Tells partners about outcomes, on their lists of rejected messages.
  func publish(_ notices: [(partner: String, json: [UInt8])]) throws

  /// Tells ingest workers who the partners are.
  func publish(_ directory: Directory) throws
}

/// A lease on a shard's list, and how many blocks were read.
package struct BlockClaim: Sendable, Equatable {
  package var shard: Int
  package var epoch: Int64
  package var incarnation: Int64
  package var position: Int64
  package var count: Int
  /// Whether its one block comes alone, because owners died on it or near it.
  package var isSuspect: Bool
  /// How many owners died while they worked on that block alone.
  package var attemptsAlone: Int

  package init(
    shard: Int, epoch: Int64, incarnation: Int64, position: Int64, count: Int, isSuspect: Bool = false,
    attemptsAlone: Int = 0
  ) {
    self.shard = shard
    self.epoch = epoch
    self.incarnation = incarnation
    self.position = position
    self.count = count
    self.isSuspect = isSuspect
    self.attemptsAlone = attemptsAlone
  }
}
