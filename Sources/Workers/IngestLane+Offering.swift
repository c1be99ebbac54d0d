import Lanes

/// How blocks reach the shards' lists, full ones and paused ones too.
///
/// A full list holds a lane up for a while only: then the turn is parked with its lease and what is left of its blocks,
/// and the lane goes on with the partners that have nothing for that shard. Their number is bounded.
extension IngestLane {
  /// Offers the blocks until each was accepted. The lane renews its lease while it waits.
  ///
  /// - Returns: `false` where the turn is parked, the lane is to stop, or it has lost the lease.
  func handOn(_ offered: OfferedTurn, _ source: Source) throws -> Bool {
    var turn = offered
    var waitMs = 5
    var waitingSince = clock.nowMs
    while true {
      if try offer(&turn, source) {
        waitMs = 5
        waitingSince = clock.nowMs
        if turn.left.isEmpty { return true }
        continue
      }
      pulse.isGood()
      if park(turn, waitingSince: waitingSince) { return false }
      waitMs = min(waitMs * 2, settings.fullWaitMs)
      if clock.wait(milliseconds: waitMs) {
        try source.handBack(turn.claim)
        return false
      }
      // Whatever ends the lane while it waits is not the fault of the messages.
      guard try source.setDown(turn.claim) else { return false }
      // Their leases must not run out meanwhile.
      _ = try offerParked(source)
    }
  }

  /// Offers the parked turns that are due, and finishes those whose blocks were accepted.
  ///
  /// - Returns: whether any was finished.
  func offerParked(_ source: Source) throws -> Bool {
    var isAnyFinished = false
    for partner in parked.keys.sorted() {
      guard var turn = parked[partner], turn.dueAtMs <= clock.nowMs else { continue }
      while try offer(&turn, source), !turn.left.isEmpty {}
      turn.dueAtMs = clock.nowMs + settings.parkedMs
      parked[partner] = turn
      if turn.left.isEmpty {
        parked[partner] = nil
        if try finish(turn.claim, source) { isAnyFinished = true }
      } else if try !source.setDown(turn.claim) {
        // The next owner hands the same positions on.
        parked[partner] = nil
      }
    }
    return isAnyFinished
  }

  func handBackParked(_ source: Source) {
    for partner in parked.keys.sorted() {
      if let turn = parked.removeValue(forKey: partner) { try? source.handBack(turn.claim) }
    }
  }

  /// Offers of each shard the first block that is left, so that their order stays.
  ///
  /// - Returns: whether any was accepted; also where none is left.
  private func offer(_ turn: inout OfferedTurn, _ source: Source) throws -> Bool {
    guard !turn.left.isEmpty else { return true }
    let left = turn.left
    var shards: Set<Int> = []
    let offered = left.indices.filter { shards.insert(left[$0].shard).inserted }
    let accepted = try source.push(offered.map { left[$0] })
    let gone = Set(zip(offered, accepted).filter(\.1).map(\.0))
    turn.left = left.indices.filter { !gone.contains($0) }.map { left[$0] }
    if !gone.isEmpty { try failpoints.reach(.afterRows, .ingest) }
    return !gone.isEmpty
  }

  /// Parks a turn that has waited long enough, or waits for nothing but shards that others wait for already.
  private func park(_ turn: OfferedTurn, waitingSince: Int64) -> Bool {
    guard parked.count < settings.parkedTurns else { return false }
    let heldUp = parked.values.reduce(into: Set<Int>()) { $0.formUnion($1.shards) }
    guard clock.nowMs - waitingSince >= settings.patienceMs || turn.shards.isSubset(of: heldUp) else { return false }
    var turn = turn
    turn.dueAtMs = clock.nowMs + settings.parkedMs
    parked[turn.claim.partner] = turn
    return true
  }
}
