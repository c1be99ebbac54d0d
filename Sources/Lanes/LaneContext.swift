/// What a lane's body gets from its lane; lives as long as the body runs and cannot be kept.
package struct LaneContext: ~Copyable {
  package let name: String
  package let stop: StopSignal

  package var isStopping: Bool { stop.isStopping }

  /// Sleeps so long, or until the lane must stop; returns true when stopping.
  package borrowing func sleep(milliseconds: Int) -> Bool { stop.wait(milliseconds: milliseconds) }
}
