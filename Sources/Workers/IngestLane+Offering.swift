import Lanes

/// How blocks reach the shards' lists, full ones and paused ones too.
///
/// A full list never holds the lane up: the turn is parked with its lease and what is left of its blocks, and the lane
/// goes on with the other partners. Their number is bounded.
extension IngestLane {
  /// Offers the blocks of a turn, and parks it where lists refuse some.
  ///
  /// - Returns: whether each was accepted.
  func handOn(_ offered: OfferedTurn, _ source: Source) throws -> Bool {
    var turn = offered
    while try offer(&turn, source) {
      if turn.left.isEmpty { return true }
    }
    turn.wait(nowMs: clock.nowMs, hasMoved: true, longestWaitMs: longestWaitMs)
    parked[turn.claim.partner] = try renewed(turn, source)
    return false
  }

  /// Whether a turn of a partner could be parked if it had to be. Of those with more messages behind them only one at a
  /// time: together they would stand in front of the others.
  func mayTakeTurn(_ partner: String, waiting: Int) -> Bool {
    guard parked[partner] == nil, parked.count < settings.parkedTurns else { return false }
    guard waiting > settings.messagesPerTurn else { return true }
    let now = clock.nowMs
    return !parked.values.contains { !$0.isAll && now - $0.waitingSinceMs < settings.patienceMs }
  }

  /// Offers the parked turns that are due, those first that wait longest, and finishes what was accepted whole.
  ///
  /// - Returns: whether any was finished.
  func offerParked(_ source: Source) throws -> Bool {
    var isAnyFinished = false
    for partner in parked.keys.sorted(by: { waitsSince($0) < waitsSince($1) }) {
      guard var turn = parked[partner], turn.dueAtMs <= clock.nowMs else { continue }
      let before = turn.left.count
      while try offer(&turn, source), !turn.left.isEmpty {}
      if turn.left.isEmpty {
        parked[partner] = nil
        if try finish([turn.claim], source) { isAnyFinished = true }
      } else {
        turn.wait(nowMs: clock.nowMs, hasMoved: turn.left.count < before, longestWaitMs: longestWaitMs)
        parked[partner] = try renewed(turn, source)
      }
    }
    return isAnyFinished
  }

  func handBackParked(_ source: Source) {
    for partner in parked.keys.sorted() {
      if let turn = parked.removeValue(forKey: partner) { try? source.handBack(turn.claim) }
    }
  }

  private func waitsSince(_ partner: String) -> (Int64, String) { (parked[partner]?.waitingSinceMs ?? 0, partner) }

  private func longestWaitMs(waitedMs: Int64) -> Int64 {
    waitedMs < settings.patienceMs ? settings.fullWaitMs : settings.parkedMs
  }

  /// The turn with a lease that lasts until it is offered again. Whatever ends the lane while it waits is not the fault
  /// of the messages.
  ///
  /// - Returns: `nil` where the lease was lost: the next owner hands the same positions on.
  private func renewed(_ turn: OfferedTurn, _ source: Source) throws -> OfferedTurn? {
    let now = clock.nowMs
    guard turn.renewedAtMs == 0 || now - turn.renewedAtMs >= settings.parkedMs else { return turn }
    guard try source.setDown(turn.claim) else { return nil }
    var turn = turn
    turn.renewedAtMs = now
    return turn
  }

  /// Offers of each turn the first block of each shard.
  func offerTogether(_ turns: inout [OfferedTurn], _ source: Source) throws {
    let offered = turns.indices.flatMap { turn in turns[turn].firstOfShards.map { (turn: turn, block: $0) } }
    let accepted = try source.push(offered.map { turns[$0.turn].left[$0.block] }, .high)
    var gone = turns.map { _ in Set<Int>() }
    for (place, isAccepted) in zip(offered, accepted) where isAccepted { gone[place.turn].insert(place.block) }
    for turn in turns.indices { turns[turn].remove(gone[turn]) }
    if accepted.contains(true) { try failpoints.reach(.afterRows, .ingest) }
  }

  /// Offers of each shard the first block that is left, so that their order stays.
  ///
  /// - Returns: whether any was accepted; also where none is left.
  private func offer(_ turn: inout OfferedTurn, _ source: Source) throws -> Bool {
    guard !turn.left.isEmpty else { return true }
    let offered = turn.firstOfShards
    let urgency: Urgency = turn.isAll ? .high : quietPartners.areAbout(nowMs: clock.nowMs) ? .low : .usual
    let accepted = try source.push(offered.map { turn.left[$0] }, urgency)
    let gone = Set(zip(offered, accepted).filter(\.1).map(\.0))
    turn.remove(gone)
    if !gone.isEmpty { try failpoints.reach(.afterRows, .ingest) }
    return !gone.isEmpty
  }
}
