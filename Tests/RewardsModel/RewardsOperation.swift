/// Something that happens to points and rewards.
package enum RewardsOperation: Sendable, Hashable {
  /// An activity is booked today and earns points.
  case earn(activity: String, resident: String, points: Int64)
  /// An activity is taken back. Nothing happens if there is none, or if it was taken back already.
  case reverse(activity: String)
  /// What ended before today expires, of every resident.
  case expire
  /// A redemption that waited too long for its partner, or anything that waited too long for approval, ends. Nothing
  /// happens if its deadline is not over.
  case timeOut(job: String)
  /// Everything whose deadline is over ends, the earliest deadline first, then by job id.
  case timeOutAll
  case job(RewardsJob)
}

/// A job as it was pushed.
package struct RewardsJob: Sendable, Hashable {
  package var id: String
  /// Whose list it came from. No part of the content.
  package var speaker: Speaker
  package var request: Request

  package init(id: String, by speaker: Speaker, _ request: Request) {
    self.id = id
    self.speaker = speaker
    self.request = request
  }

  package enum Speaker: Sendable, Hashable {
    case administrator(String)
    case partner(String)
  }

  package enum Stock: Sendable, Hashable {
    case quantity(Int64)
    case codes([String])
  }

  package enum Request: Sendable, Hashable {
    case redeem(resident: String, reward: String, quantity: Int64)
    case cancel(redemption: String, reason: String?)
    case confirm(redemption: String)
    case fail(redemption: String, reason: String)
    case restock(reward: String, Stock)
    case balance(resident: String)
    case adjust(resident: String, points: Int64, reason: String)
    case approve(job: String)
  }
}

/// A sequence consists of these.
package enum RewardsStep: Sendable, Hashable {
  case wait(seconds: Int64)
  /// In this order, and handed over together: what belongs into one transaction may share one.
  case batch([RewardsOperation])
  /// At the same time from several hands: any order is right.
  case race([RewardsOperation])

  package var operations: [RewardsOperation] {
    switch self {
    case .wait: []
    case .batch(let operations), .race(let operations): operations
    }
  }
}
