import Synchronization

/// Some lanes with one stop signal, whose end async code can await.
///
/// A lane whose body throws is not restarted: its error is reported, and the others go on.
package final class LaneGroup: Sendable {
  /// A lane that ended by an error.
  package struct Failure: Sendable {
    package let lane: String
    package let error: any Error
  }

  private struct State {
    var lanes: [Lane] = []
    var running = 0
    var failures: [Failure] = []
    var hasRun = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  package let stop: StopSignal
  private let onFailure: @Sendable (Failure) -> Void
  private let state = Mutex(State())

  /// Makes an empty group; `onFailure` hears of an error at once, on the failing lane's thread.
  package init(stop: StopSignal = StopSignal(), onFailure: @escaping @Sendable (Failure) -> Void = { _ in }) {
    self.stop = stop
    self.onFailure = onFailure
  }

  /// Errors of the lanes that have ended so far.
  package var failures: [Failure] { state.withLock { $0.failures } }

  /// Adds a lane; all are added before `run()`.
  package func add(name: String, body: @escaping Lane.Body) {
    let lane = Lane(name: name, stop: stop, body: body) { [weak self] error in self?.laneEnded(name, error) }
    state.withLock { state in
      precondition(!state.hasRun, "lane \(name) was added to a group that runs already")
      state.lanes.append(lane)
    }
  }

  /// Starts all lanes and returns when all have ended, with the errors of those that threw; runs once.
  ///
  /// A cancelled task asks the lanes to stop, and still waits for them: what they hold is theirs to hand back.
  @discardableResult
  package func run() async -> [Failure] {
    let lanes = state.withLock { state in
      precondition(!state.hasRun, "a group of lanes runs once")
      state.hasRun = true
      // One more than there are lanes: until all have started, none of them can be the last.
      state.running = state.lanes.count + 1
      return state.lanes
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        state.withLock { $0.waiter = waiter }
        for lane in lanes { start(lane) }
        oneEnded()
      }
    } onCancel: {
      stop.stop()
    }
    return failures
  }

  private func start(_ lane: Lane) {
    do {
      try lane.start()
    } catch {
      laneEnded(lane.name, error)
    }
  }

  private func laneEnded(_ name: String, _ error: (any Error)?) {
    if let error {
      let failure = Failure(lane: name, error: error)
      state.withLock { $0.failures.append(failure) }
      onFailure(failure)
    }
    oneEnded()
  }

  private func oneEnded() {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.running -= 1
      guard state.running == 0 else { return nil }
      state.lanes = []
      return state.waiter.take()
    }
    waiter?.resume()
  }
}
