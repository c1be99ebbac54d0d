import Lanes
import UnixSignals

/// Ends a stopping process that a server keeps waiting, or whose operator does not want to wait. Nothing is lost by
/// that: nothing leaves a list before it is safe.
enum LastResort {
  /// Ends the process 9.5 s from now, or at once on the next SIGTERM or SIGINT.
  static func arm(_ code: CommandFailure.Code = .failure) {
    let lane = Lane(name: "last-resort", stop: StopSignal()) { context in
      _ = context.sleep(milliseconds: 9_500)
      Console.error("puhui: a server does not answer; stopping all the same. What was under way is handed on again.")
      Console.exit(code.rawValue)
    }
    try? lane.start()
    Task {
      for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
        Console.exit(signal == .sigint ? 130 : 143)
      }
    }
  }
}
