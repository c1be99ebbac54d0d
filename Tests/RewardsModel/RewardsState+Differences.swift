package import CarbonInclusion

extension RewardsState {
  /// What differs from what should be there, in words; empty if nothing does.
  ///
  /// When ended lots leave an account is up to the system, as long as nothing sees them: both sides are compared as if
  /// all of them had expired.
  package func differences(from expected: RewardsState, today: Day) -> [String] {
    let wanted = expected.settled(today)
    let got = settled(today)
    return compare("resident", wanted.residents, got.residents) + compare("reward", wanted.rewards, got.rewards)
      + compare("redemption", wanted.redemptions, got.redemptions)
      + compare("adjustment", wanted.adjustments, got.adjustments)
  }

  /// Residents with points that ended before a day and are still there.
  package func overdue(_ today: Day) -> [String] {
    residents.filter { $0.value.lots.contains { $0.expiresOn < today } }.map(\.key).sorted()
  }

  private func settled(_ today: Day) -> RewardsState {
    var settled = self
    settled.residents = residents.mapValues { resident in
      var resident = resident
      resident.expired += resident.lots.reduce(0) { $0 + ($1.expiresOn < today ? $1.points : 0) }
      resident.lots.removeAll { $0.expiresOn < today }
      return resident
    }
    settled.rewards = rewards.filter { $0.value != Shelf() }
    settled.redemptions = redemptions.mapValues { redemption in
      var redemption = redemption
      if redemption.status == .held { redemption.status = .fulfilling }
      if redemption.status == .expired { redemption.reason = nil }
      return redemption
    }
    return settled
  }

  private func compare<Value: Equatable>(_ noun: String, _ wanted: [String: Value], _ got: [String: Value]) -> [String]
  {
    Set(wanted.keys).union(got.keys).sorted().compactMap { name in
      guard wanted[name] != got[name] else { return nil }
      return "\(noun) \(name): \(differingFields(wanted[name], got[name]))"
    }
  }

  private func differingFields<Value>(_ wanted: Value?, _ got: Value?) -> String {
    guard let wanted else { return "should not be there" }
    guard let got else { return "is missing" }
    return zip(Mirror(reflecting: wanted).children, Mirror(reflecting: got).children).compactMap { wanted, got in
      let (should, does) = ("\(wanted.value)", "\(got.value)")
      return should == does ? nil : "\(wanted.label ?? "?") is \(does), should be \(should)"
    }.joined(separator: "; ")
  }
}
