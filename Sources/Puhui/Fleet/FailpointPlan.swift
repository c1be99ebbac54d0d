import Glibc
import Synchronization
import Workers

/// What `PUHUI_FAILPOINT` asks for, for tests that make a worker die at a certain point: a list, by commas, of
/// `[ROLE.]POINT:NTH:ACTION` (at the nth time that the point is reached; `kill`, `stop` or `error`) and of
/// `poison-ROLE=ID:ACTION` (whenever the message with that id is worked on; `kill`, `loop` or `memory`).
final class FailpointPlan: Sendable {
  private struct Step {
    let role: Failpoints.Role?
    let point: Failpoints.Point
    let nth: Int
    let action: Action
  }

  private struct PoisonStep {
    let role: Failpoints.Role
    let id: String
    let action: Action
  }

  private enum Action: String {
    case kill, stop, error, loop, memory
  }

  /// A server's failure that never was.
  struct Injected: Error, CustomStringConvertible {
    let description: String
  }

  private let steps: [(step: Step, reached: Counter)]
  private let poison: [PoisonStep]

  /// Nothing happens anywhere unless the environment asks for it.
  static func fromEnvironment() throws -> Failpoints {
    guard let text = getenv("PUHUI_FAILPOINT").map({ String(cString: $0) }), !text.isEmpty else { return Failpoints() }
    let plan = try FailpointPlan(text)
    guard !plan.poison.isEmpty else { return Failpoints(onReach: plan.reach) }
    return Failpoints(onReach: plan.reach, onMessage: plan.workOn)
  }

  private init(_ text: String) throws {
    var steps: [(Step, Counter)] = []
    var poison: [PoisonStep] = []
    for part in text.split(separator: ",") {
      if part.hasPrefix("poison-"), let step = Self.poisonStep(part.dropFirst("poison-".count)) {
        poison.append(step)
      } else if let step = Self.step(part) {
        steps.append((step, Counter()))
      } else {
        throw CommandFailure(
          .configuration,
          "PUHUI_FAILPOINT has \"\(part)\"; write [ROLE.]POINT:NTH:kill|stop|error or poison-ROLE=ID:kill|loop|memory, "
            + "with the points \(Failpoints.Point.allCases.map(\.rawValue).joined(separator: ", "))")
      }
    }
    self.steps = steps
    self.poison = poison
  }

  private static func step(_ text: Substring) -> Step? {
    let parts = text.split(separator: ":")
    guard parts.count == 3, let nth = Int(parts[1]), nth > 0, let action = Action(rawValue: String(parts[2])),
      [.kill, .stop, .error].contains(action)
    else { return nil }
    let name = parts[0].split(separator: ".")
    guard (1...2).contains(name.count), let last = name.last, let point = Failpoints.Point(rawValue: String(last))
    else {
      return nil
    }
    let role = name.count == 2 ? Failpoints.Role(rawValue: String(name[0])) : nil
    guard name.count == 1 || role != nil else { return nil }
    return Step(role: role, point: point, nth: nth, action: action)
  }

  private static func poisonStep(_ text: Substring) -> PoisonStep? {
    // An id may hold colons; the action is what follows the last one.
    guard let equals = text.firstIndex(of: "="), let colon = text.lastIndex(of: ":"), equals < colon,
      let role = Failpoints.Role(rawValue: String(text[..<equals])),
      let action = Action(rawValue: String(text[text.index(after: colon)...])),
      [.kill, .loop, .memory].contains(action)
    else { return nil }
    return PoisonStep(role: role, id: String(text[text.index(after: equals)..<colon]), action: action)
  }

  @Sendable private func reach(_ role: Failpoints.Role, _ point: Failpoints.Point) throws {
    for (step, reached) in steps where step.point == point && (step.role ?? role) == role {
      guard reached.next() == step.nth else { continue }
      guard step.action != .error else { throw Injected(description: "failpoint \(role.rawValue).\(point.rawValue)") }
      perform(step.action)
    }
  }

  @Sendable private func workOn(_ role: Failpoints.Role, _ id: String) {
    for step in poison where step.role == role && step.id == id { perform(step.action) }
  }

  private func perform(_ action: Action) {
    switch action {
    case .kill: kill(getpid(), SIGKILL)
    case .stop: kill(getpid(), SIGSTOP)
    case .loop: while true {}
    case .memory:
      var hoard: [[UInt8]] = []
      while true { hoard.append([UInt8](repeating: UInt8(hoard.count & 0xff), count: 16 << 20)) }
    case .error: break
    }
  }
}

/// Counts from 1.
private final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
