package import CarbonInclusion

/// What stands in the books of rewards.
package struct RewardsState: Sendable, Equatable {
  /// Those that are known.
  package var residents: [String: Resident] = [:]
  /// One that was never restocked may be missing.
  package var rewards: [String: Shelf] = [:]
  /// By the id of the job that redeemed.
  package var redemptions: [String: Redemption] = [:]
  /// By the id of the job that adjusted, those that were applied at once included.
  package var adjustments: [String: Adjustment] = [:]

  package init() {}

  /// Points that may be spent until the same day.
  package struct Lot: Sendable, Hashable {
    package var expiresOn: Day
    package var points: Int64

    package init(expiresOn: Day, points: Int64) {
      self.expiresOn = expiresOn
      self.points = points
    }
  }

  package struct Resident: Sendable, Equatable {
    /// By expiry.
    package var lots: [Lot] = []
    package var held: Int64 = 0
    package var debt: Int64 = 0
    /// All points that ever expired, those included that came back to a lot that had ended.
    package var expired: Int64 = 0
    package var actions: Int64 = 0
    package var reductionMilligrams: Int64 = 0
    package var title = ""

    package init() {}

    package var available: Int64 { lots.reduce(0) { $0 + $1.points } }
  }

  /// The stock of one reward and the points of its budget.
  package struct Shelf: Sendable, Equatable {
    package var stocked: Int64 = 0
    package var available: Int64 = 0
    package var held: Int64 = 0
    package var captured: Int64 = 0
    package var pointsHeld: Int64 = 0
    package var pointsCaptured: Int64 = 0
    /// Codes that nobody got yet, the next one first.
    package var freeCodes: [String] = []

    package init() {}
  }

  package struct Redemption: Sendable, Equatable {
    package enum Status: String, Sendable {
      case awaitingApproval = "awaiting_approval"
      case held
      case fulfilling
      case captured
      case released
      case expired

      package var isOpen: Bool { self == .awaitingApproval || self == .held || self == .fulfilling }
    }

    package var resident: String
    package var reward: String
    package var quantity: Int64
    package var points: Int64
    /// What it took, by expiry.
    package var lots: [Lot]
    package var codes: [String] = []
    /// `held` is taken for `fulfilling`: when a fulfilment was pushed is no matter of the rules.
    package var status: Status
    /// Why it failed or was cancelled. Not looked at where it ran out of time.
    package var reason: String?
    package var administrator: String
    package var approvedBy: String?
    package var createdAt: Instant
    /// While it is open.
    package var deadline: Instant?
    package var settledAt: Instant?

    package init(
      resident: String, reward: String, quantity: Int64, points: Int64, lots: [Lot], status: Status,
      administrator: String, createdAt: Instant
    ) {
      self.resident = resident
      self.reward = reward
      self.quantity = quantity
      self.points = points
      self.lots = lots
      self.status = status
      self.administrator = administrator
      self.createdAt = createdAt
    }
  }

  package struct Adjustment: Sendable, Equatable {
    package enum Status: String, Sendable {
      case awaitingApproval = "awaiting_approval"
      case applied
      case expired
    }

    package var resident: String
    package var points: Int64
    package var status: Status
    package var reason: String
    package var administrator: String
    package var approvedBy: String?
    /// While it waits.
    package var deadline: Instant?

    package init(resident: String, points: Int64, status: Status, reason: String, administrator: String) {
      self.resident = resident
      self.points = points
      self.status = status
      self.reason = reason
      self.administrator = administrator
    }
  }
}

extension RewardsState.Lot: CustomStringConvertible {
  package var description: String { "\(points) until \(expiresOn)" }
}
