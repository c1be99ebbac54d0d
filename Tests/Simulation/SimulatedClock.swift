import Lanes

/// Time, stopping and chance of one lane.
final class SimulatedClock: LaneClock {
  private let stage: Stage
  private let actor: Int

  init(stage: Stage, actor: Int) {
    self.stage = stage
    self.actor = actor
  }

  /// Each actor's clock began at another moment.
  var nowMs: Int64 { stage.with { $0.now / 1000 - 1_600_000_000_000 + Int64(actor) * 77_777 } }

  var isStopping: Bool {
    stage.with { world in world.actors[actor].isStopping || !world.isAlive(actor) }
  }

  func wait(milliseconds: Int) -> Bool {
    guard !isStopping else { return true }
    stage.with { $0.actors[actor].isSleeping = true }
    stage.pass(actor, microseconds: Int64(milliseconds) * 1000)
    stage.with { $0.actors[actor].isSleeping = false }
    return isStopping
  }

  func random() -> UInt64 { stage.with { $0.dice.next() } }
}
