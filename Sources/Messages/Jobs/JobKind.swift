/// What a job can ask for, in the contract's order.
package enum JobKind: String, Sendable, CaseIterable {
  case redeem
  case cancel
  case confirm
  case fail
  case restock
  case balance
  case statement
  case certificate
  case adjust
  case approve
  case review
  case export
  case erase

  /// What an incentive partner may say about its own redemptions.
  var isForPartners: Bool { self == .confirm || self == .fail }
}
