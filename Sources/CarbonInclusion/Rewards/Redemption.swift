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
