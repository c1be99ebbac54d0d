/// What a simulated message is, before the fleet has judged it.
package enum TrafficKind: Int, Sendable, CaseIterable {
  case fresh, late, resent, conflict, invalid, reversal, sharedCharge

  /// For summaries: "12 resent".
  package var label: String {
    switch self {
    case .fresh: "new"
    case .late: "late"
    case .resent: "resent"
    case .conflict: "in conflict"
    case .invalid: "invalid"
    case .reversal: "reversals"
    case .sharedCharge: "charges of another partner"
    }
  }
}
