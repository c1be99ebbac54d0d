import CarbonInclusion
import RewardsModel
import Testing

/// The purse that workers count with, beside the model: both were written from the rules.
@Suite struct PurseAgreementTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `purse and model have the same lots after everything that happens to points`(seed: UInt64) {
    let plan = RewardsGenerator.plan(seed: seed, length: 600)
    var model = RewardsModel(world: .small)
    var purses: [String: PointsPurse] = [:]
    var activities: [String: (resident: String, lot: PointsLot)] = [:]
    var now = plan.start
    for step in plan.steps {
      if case .wait(let seconds) = step { now = now.adding(seconds: seconds) }
      for operation in step.operations {
        let before = model.state
        _ = model.apply(operation, at: now)
        let today = model.world.day(now)
        for name in model.state.residents.keys { _ = purses[name, default: PointsPurse()].expire(before: today) }
        switch operation {
        case .earn(let activity, let resident, let points) where activities[activity] == nil:
          let lot = PointsLot(expiresOn: model.world.policy.expiry(earnedOn: today), points: points)
          activities[activity] = (resident, lot)
          purses[resident, default: PointsPurse()].add(lot)
        case .reverse(let activity):
          guard let reversed = activities[activity], reversed.lot.points > 0 else { break }
          activities[activity]?.lot.points = 0
          purses[reversed.resident]?.clawBack(reversed.lot.points, earnedIn: reversed.lot.expiresOn)
        default: follow(from: before, to: model, today, &purses)
        }
        _ = model.apply(.expire, at: now)
        for (name, resident) in model.state.residents {
          let purse = purses[name] ?? PointsPurse()
          let lots = purse.lots.map { RewardsState.Lot(expiresOn: $0.expiresOn, points: $0.points) }
          #expect(lots == resident.lots && purse.held == resident.held && purse.debt == resident.debt, "\(operation)")
        }
      }
    }
  }

  /// Does with the purses what became of redemptions and adjustments.
  private func follow(
    from before: RewardsState, to model: RewardsModel, _ today: Day, _ purses: inout [String: PointsPurse]
  ) {
    let grace = today.adding(days: model.world.policy.graceDays)
    let changed = model.state.redemptions.filter { before.redemptions[$0.key]?.status != $0.value.status }
    // In the order in which the model ended them.
    let inOrder = changed.sorted {
      let deadlines = (before.redemptions[$0.key]?.deadline ?? .latest, before.redemptions[$1.key]?.deadline ?? .latest)
      return (deadlines.0, $0.key) < (deadlines.1, $1.key)
    }
    for (id, redemption) in inOrder {
      let lots = redemption.lots.map { PointsLot(expiresOn: $0.expiresOn, points: $0.points) }
      if before.redemptions[id] == nil {
        #expect(purses[redemption.resident]?.hold(redemption.points) == lots)
      }
      switch redemption.status {
      case .captured: purses[redemption.resident]?.capture(redemption.points)
      case .expired: _ = purses[redemption.resident]?.release(lots, today: today, grace: grace)
      case .released:
        let isCancelled = redemption.reason != "sold out"
        _ = purses[redemption.resident]?.release(lots, today: today, grace: isCancelled ? nil : grace)
      default: break
      }
    }
    for (id, adjustment) in model.state.adjustments
    where adjustment.status == .applied && before.adjustments[id]?.status != .applied {
      if adjustment.points < 0 {
        #expect(purses[adjustment.resident]?.remove(-adjustment.points) != nil)
      } else {
        let expiry = model.world.policy.expiry(earnedOn: today)
        purses[adjustment.resident]?.add(PointsLot(expiresOn: expiry, points: adjustment.points))
      }
    }
  }
}
