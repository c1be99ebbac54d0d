/// What the ledger is asked before a batch of jobs is folded.
package struct JobQuestions: Sendable {
  package var jobs: [String] = []
  /// Redemptions and adjustments that jobs are about.
  package var subjects: [String] = []
  package var residents: [String] = []
  /// Who redeems what: for limits and stock.
  package var redeemed: [(resident: String, reward: String, quantity: Int64)] = []
  /// Codes that are brought.
  package var newCodes: [String: [String]] = [:]
  package var restocked: [String] = []

  package init(jobs: [Job]) {
    for job in jobs {
      self.jobs.append(job.id)
      if let resident = job.operation.resident { residents.append(resident) }
      if let subject = job.operation.subject { subjects.append(subject) }
      switch job.operation {
      case .redeem(let resident, let reward, let quantity): redeemed.append((resident, reward, quantity))
      case .restock(let reward, let restock):
        restocked.append(reward)
        if case .codes(let codes) = restock { newCodes[reward, default: []] += codes }
      default: break
      }
    }
    residents = Array(Set(residents))
  }

  /// For what is overdue.
  package init(overdue: [String]) { subjects = overdue }

  /// How many codes of a reward the jobs may give.
  package func neededCodes(of reward: String) -> Int64 {
    redeemed.reduce(0) { $0 + ($1.reward == reward ? $1.quantity : 0) }
  }
}
