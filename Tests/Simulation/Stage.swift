import Dispatch
import Synchronization

/// Where the lanes of one run play. Each has a thread of its own, and exactly one of them moves at any moment: which
/// one, the world says. So blocking code is interleaved at every call, and the same seed gives the same play.
final class Stage: Sendable {
  private let world: Mutex<World>
  private let gates: [DispatchSemaphore]
  private let curtain = DispatchSemaphore(value: 0)

  init(_ world: World) {
    self.gates = world.actors.map { _ in DispatchSemaphore(value: 0) }
    self.world = Mutex(world)
  }

  func with<Value: Sendable>(_ body: (inout World) throws -> Value) rethrows -> Value {
    try world.withLock { try body(&$0) }
  }

  /// Time passes for one actor, and others play meanwhile.
  func pass(_ actor: Int, microseconds: Int64) {
    switch with({ $0.turn(after: actor, microseconds: microseconds) }) {
    case .actor(let next) where next == actor: return
    case .actor(let next): gates[next].signal()
    case .curtain: curtain.signal()
    }
    gates[actor].wait()
  }

  func waitForFirstTurn(_ actor: Int) { gates[actor].wait() }

  func leave() { curtain.signal() }

  /// Lets the play begin, and returns when every actor has left.
  func play() {
    gates[0].signal()
    curtain.wait()
    for gate in gates {
      gate.signal()
      curtain.wait()
    }
  }
}
