import Dispatch
package import Testing

/// Keeps a test off the threads that all asynchronous tests share, one for each core: those are kept busy for minutes by
/// tests that wait for servers.
///
/// For tests that expect a process to end. Until such a test takes note of the end, a thread of the test library asks
/// for ended processes again and again, which cost a sixth of the whole run.
package struct OwnThreads: TestTrait, TestScoping {
  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(Executor()) { try await function() }
  }

  private final class Executor: TaskExecutor {
    private let queue = DispatchQueue(label: "test off the shared threads")

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }
}

extension Trait where Self == OwnThreads {
  package static var onOwnThreads: Self { Self() }
}
