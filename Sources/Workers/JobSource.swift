package import CarbonInclusion

/// A list of jobs, and who pushes to it.
package enum JobList: Sendable, Hashable {
  /// `jobs:<administrator>`
  case jobs(String)
  /// `fulfilled:<partner>`
  case fulfilled(String)

  package var speaker: Job.Speaker {
    switch self {
    case .jobs(let administrator): .administrator(administrator)
    case .fulfilled(let partner): .partner(partner)
    }
  }
}

/// A lease on a list of jobs, and how many were read.
package struct JobClaim: Sendable, Equatable {
  package var list: JobList
  package var epoch: Int64
  package var count: Int
  /// Whether its one job comes alone, because owners died on it or near it.
  package var isSuspect: Bool
  package var attemptsAlone: Int

  package init(list: JobList, epoch: Int64, count: Int, isSuspect: Bool, attemptsAlone: Int) {
    self.list = list
    self.epoch = epoch
    self.count = count
    self.isSuspect = isSuspect
    self.attemptsAlone = attemptsAlone
  }
}

/// What a rewards lane needs of Redis: jobs to read, answers to give. Used by one thread.
package protocol JobSource: AnyObject {
  /// How many jobs wait in each list.
  func waiting(_ lists: [JobList]) throws -> [Int]

  /// Waits until one of the lists, all of them empty now, has a job, or the time is over.
  ///
  /// - Returns: `false`, at once, where a list is not empty, or nobody would tell.
  func awaitJobs(in lists: [JobList], milliseconds: Int) throws -> Bool

  /// Takes the lease of a list and reads up to `count` of its oldest jobs, oldest first. They stay in the list.
  ///
  /// - Parameter read: is given each job; returns whether it wants another one.
  /// - Returns: `nil` where the list is empty or somebody else's. The claim covers the jobs that `read` was given.
  func claim(_ list: JobList, count: Int, read: (JobClaim, RawSpan) -> Bool) throws -> JobClaim?

  /// Makes the lease last from now on; says whether it is still held.
  func renew(_ claim: JobClaim) throws -> Bool
  /// Takes a suspect job up that was set down: whoever dies from now on died on it.
  func takeUp(_ claim: JobClaim) throws -> Bool
  /// Says that the lane does not compute with the jobs for now. Renews the lease.
  func setDown(_ claim: JobClaim) throws -> Bool
  /// Removes the jobs that were read and gives the lease back.
  func trim(_ claim: JobClaim) throws -> Bool
  func handBack(_ claim: JobClaim) throws
  /// Gives the lease back after a failure that the jobs caused: as if the lane had died on them.
  func fail(_ claim: JobClaim) throws

  /// Puts answers where administrators wait for them; a list of one element each, for a day.
  func reply(_ replies: [(id: String, text: [UInt8])]) throws
  /// Asks partners to deliver.
  func handOver(_ fulfilments: [(partner: String, text: [UInt8])]) throws
  /// Offers blocks to scoring; says which were taken.
  func forward(_ blocks: [(shard: Int, block: [UInt8])]) throws -> [Bool]

  /// Looks for activities of residents that have not been booked yet: in the inboxes of these partners, and in the
  /// shards' lists, as far back as is cheap.
  ///
  /// - Returns: how many were seen, of those residents of whom there are any.
  func queued(of residents: [String], inboxesOf partners: [String]) throws -> [String: Int64]
}
