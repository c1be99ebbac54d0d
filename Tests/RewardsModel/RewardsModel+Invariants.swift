extension RewardsModel {
  /// I4 and I5, in words; empty if they hold.
  package func violations() -> [String] {
    var found = state.violations(in: world)
    for (name, resident) in state.residents {
      let redeemed = state.redemptions.values.reduce(0) {
        $0 + ($1.resident == name && $1.status == .captured ? $1.points : 0)
      }
      let came = earned[name, default: 0] + resident.debt
      let went = resident.available + resident.held + redeemed + resident.expired + clawedBack[name, default: 0]
      if came != went { found.append("\(name): earned + debt is \(came), what became of it \(went)") }
    }
    return found
  }
}
