import Foundation
import Lanes
import Logging
import Workers

/// Runs the loops of the workers against simulated servers, with everything that can go wrong drawn from a seed.
package enum Simulation {
  /// What came of one run.
  package struct Report: Sendable {
    package let seed: UInt64
    /// What is wrong; `nil` where everything held.
    package let failure: String?
    /// How often anything moved.
    package let steps: Int
    package let messages: Int
    /// The same for the same run.
    package let digest: UInt64
    /// Every step, where that was asked for.
    package let trace: [String]
    /// What the seed switched on.
    package let plan: String
  }

  package static func run(seed: UInt64, mutation: Mutation? = nil, isTracing: Bool = false) -> Report {
    let world = World(seed: seed, mutation: mutation, isTracing: isTracing)
    let stage = Stage(world)
    for actor in world.actors.indices {
      let thread = Thread { Player(stage: stage, actor: actor).play() }
      thread.stackSize = 1 << 20
      thread.start()
    }
    stage.play()
    return stage.with { world in
      world.judge()
      return Report(
        seed: seed, failure: world.failure, steps: world.steps, messages: world.witness.pushes.count,
        digest: world.trace.digest, trace: world.trace.lines, plan: "\(world.plan)")
    }
  }
}

/// Plays one actor: a worker process, and after its end the next one in its place.
struct Player {
  let stage: Stage
  let actor: Int

  func play() {
    stage.waitForFirstTurn(actor)
    stage.pass(actor, microseconds: 0)
    while !stage.with({ $0.isOver }) {
      switch stage.with({ $0.actors[actor].role }) {
      case .ingest: playIngest()
      case .score: playScoring()
      }
      stage.with { $0.endProcess(actor) }
      let pause = stage.with { $0.dice.milliseconds(10...($0.isHealing ? 500 : 4_000)) }
      stage.pass(actor, microseconds: pause)
      stage.with { $0.beginProcess(actor) }
    }
    stage.leave()
  }

  private func playIngest() {
    let plan = stage.with { $0.plan }
    var settings = IngestLane<SimulatedInboxes>.Settings()
    settings.messagesPerTurn = plan.messagesPerTurn
    settings.idleWaitMs = 400
    settings.restMs = 1_000
    let lane = IngestLane(
      settings: settings, clock: SimulatedClock(stage: stage, actor: actor), idle: IdlePost(), report: LaneReport(),
      pulse: LanePulse(lane: "ingest"), failpoints: failpoints(), logger: Self.silence
    ) { [stage, actor] in try SimulatedInboxes(stage: stage, actor: actor) }
    lane.run()
  }

  private func playScoring() {
    let plan = stage.with { $0.plan }
    var settings = ScoringLane<SimulatedBlocks, SimulatedBooks>.Settings()
    settings.messagesPerBatch = plan.messagesPerBatch
    settings.blocksPerBatch = plan.blocksPerBatch
    settings.idleWaitMs = 800
    settings.directoryMs = 5_000
    let lane = ScoringLane(
      settings: settings, clock: SimulatedClock(stage: stage, actor: actor), idle: IdlePost(), report: LaneReport(),
      pulse: LanePulse(lane: "score"), failpoints: failpoints(), logger: Self.silence
    ) { [stage, actor] in
      let books = try SimulatedBooks(stage: stage, actor: actor)
      return (try SimulatedBlocks(stage: stage, actor: actor), books)
    }
    lane.run()
  }

  private var clock: SimulatedClock { SimulatedClock(stage: stage, actor: actor) }

  private static let silence = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

  private func failpoints() -> Failpoints {
    Failpoints(
      onReach: { [stage, actor] _, point in try stage.with { try $0.reach(point, actor) } },
      onMessage: { [stage, actor] role, id in
        guard stage.with({ $0.isAlive(actor) && $0.isPoison(id, at: role) }) else { return }
        stage.with { $0.swallowPoison(actor, id: id) }
        // Some kill at once, others make their worker compute until its watchdog ends it.
        if id.utf8.last.map({ $0 % 2 == 0 }) ?? false { stage.pass(actor, microseconds: 30_000_000) }
        stage.with { $0.kill(actor, isHostLoss: false, "killed by \(id)") }
      })
  }
}

extension World {
  /// The process is gone, of itself or not: its connections are closed.
  mutating func endProcess(_ actor: Int) {
    let wasKilled = actors[actor].isDead
    note(wasKilled ? "is gone" : "has left", actor: actor)
    actors[actor].isDead = true
    actors[actor].hand = nil
    leaveSession(of: actor, isSilent: false)
  }

  mutating func beginProcess(_ actor: Int) {
    actors[actor].generation += 1
    actors[actor].isDead = false
    actors[actor].isStopping = false
  }
}
