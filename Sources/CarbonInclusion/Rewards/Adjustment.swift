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
