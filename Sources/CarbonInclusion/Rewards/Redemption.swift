/// Names an account: residents are numbered within their shard.
package struct AccountKey: Sendable, Hashable, Comparable {
  package var shard: Int16
  package var residentNumber: Int32

  package init(shard: Int16, residentNumber: Int32) {
    self.shard = shard
    self.residentNumber = residentNumber
  }

  /// The order in which everybody locks accounts.
  package static func < (left: AccountKey, right: AccountKey) -> Bool {
    (left.shard, left.residentNumber) < (right.shard, right.residentNumber)
  }
}

/// Points that a resident gives for a reward. It only moves forward, and ends captured, released or expired.
package struct Redemption: Sendable, Equatable {
  package enum Status: String, Sendable, CaseIterable {
    /// Everything is held; a second administrator has to approve.
    case awaitingApproval = "awaiting_approval"
    /// Everything is held; the fulfilment has not been handed to the partner yet.
    case held
    /// The partner has been asked to deliver.
    case fulfilling
    case captured
    case released
    /// Nobody answered in time.
    case expired

    package var isSettled: Bool { self == .captured || self == .released || self == .expired }
  }

  /// The id of the job that asked for it.
  package var id: String
  package var account: AccountKey
  package var resident: String
  package var reward: String
  package var quantity: Int64
  package var points: Int64
  package var status: Status
  package var administrator: String
  /// Who delivers it; `nil` where it is a code.
  package var partner: String?
  /// What it took, for the way back.
  package var lots: [PointsLot]
  package var codes: [String] = []
  package var createdAt: Instant
  package var deadline: Instant?
  package var settledAt: Instant?
  package var approvedBy: String?
  package var reason: String?

  package init(
    id: String, account: AccountKey, resident: String, reward: String, quantity: Int64, points: Int64, status: Status,
    administrator: String, partner: String?, lots: [PointsLot], createdAt: Instant, deadline: Instant?
  ) {
    self.id = id
    self.account = account
    self.resident = resident
    self.reward = reward
    self.quantity = quantity
    self.points = points
    self.status = status
    self.administrator = administrator
    self.partner = partner
    self.lots = lots
    self.createdAt = createdAt
    self.deadline = deadline
  }
}

extension Catalogue.Reward.Limit {
  /// When the period began that an instant lies in.
  package func periodStart(now: Instant, _ programme: Catalogue.Programme) -> Instant {
    let today = Day(containing: now, utcOffsetSeconds: programme.utcOffsetSeconds)
    switch period {
    case .day: return today.start(utcOffsetSeconds: programme.utcOffsetSeconds)
    case .month: return today.firstOfMonth.start(utcOffsetSeconds: programme.utcOffsetSeconds)
    case .year: return today.firstOfYear.start(utcOffsetSeconds: programme.utcOffsetSeconds)
    case .ever: return .earliest
    }
  }
}

/// A change of a resident's points by an administrator.
package struct Adjustment: Sendable, Equatable {
  package enum Status: String, Sendable, CaseIterable {
    case awaitingApproval = "awaiting_approval"
    case applied
    /// Nobody approved it in time.
    case expired
  }

  package var id: String
  package var account: AccountKey
  package var points: Int64
  package var status: Status
  package var administrator: String
  package var reason: String
  package var createdAt: Instant
  package var deadline: Instant?
  package var settledAt: Instant?
  package var approvedBy: String?

  package init(
    id: String, account: AccountKey, points: Int64, status: Status, administrator: String, reason: String,
    createdAt: Instant, deadline: Instant?
  ) {
    self.id = id
    self.account = account
    self.points = points
    self.status = status
    self.administrator = administrator
    self.reason = reason
    self.createdAt = createdAt
    self.deadline = deadline
  }
}

/// How much there is of a reward, in pieces, and what its budget has been used for.
package struct RewardStock: Sendable, Equatable {
  package var stocked: Int64 = 0
  package var available: Int64 = 0
  package var held: Int64 = 0
  package var captured: Int64 = 0
  package var pointsHeld: Int64 = 0
  package var pointsCaptured: Int64 = 0

  package init() {}

  package mutating func add(_ quantity: Int64) {
    stocked += quantity
    available += quantity
  }

  mutating func hold(_ redemption: Redemption) {
    available -= redemption.quantity
    held += redemption.quantity
    pointsHeld += redemption.points
  }

  mutating func capture(_ redemption: Redemption) {
    held -= redemption.quantity
    captured += redemption.quantity
    pointsHeld -= redemption.points
    pointsCaptured += redemption.points
  }

  mutating func release(_ redemption: Redemption) {
    held -= redemption.quantity
    available += redemption.quantity
    pointsHeld -= redemption.points
  }
}
