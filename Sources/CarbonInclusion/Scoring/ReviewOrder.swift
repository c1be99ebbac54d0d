/// What a person decided about an activity that is held, on its way to the resident's shard.
package struct ReviewOrder: Sendable, Equatable {
  /// The job that asked for it; its row in the ledger says whether it is decided.
  package var jobID: String
  package var key: ActivityKey
  package var decision: Job.Decision
  package var reason: String
  package var administrator: String
  /// Whether it is given up because of what it did to the workers of scoring.
  package var diedInScoring = false

  package init(jobID: String, key: ActivityKey, decision: Job.Decision, reason: String, administrator: String) {
    self.jobID = jobID
    self.key = key
    self.decision = decision
    self.reason = reason
    self.administrator = administrator
  }
}

/// What the ledger knows of a review. The row stays locked until the batch ends.
package struct KnownReview: Sendable, Equatable {
  package var isOpen: Bool
  /// Whose activity it is; one of the answered accounts.
  package var resident: String

  package init(isOpen: Bool, resident: String) {
    self.isOpen = isOpen
    self.resident = resident
  }
}

/// What became of an activity that was to be reviewed: its outcome from then on.
package struct ReviewDecision: Sendable, Equatable {
  package var jobID: String
  package var outcome: Outcome

  package init(jobID: String, outcome: Outcome) {
    self.jobID = jobID
    self.outcome = outcome
  }
}
