import Queues

extension WorkerRegistry.Entry {
  /// Whether the worker runs with `--accept-data-loss`.
  var acceptsDataLoss: Bool { description.contains(" \(SafetyGate.markName)=") }
}
