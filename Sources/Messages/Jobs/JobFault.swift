package import CarbonInclusion

/// A job that cannot be read, and what its sender is told.
package struct JobFault: Error, Sendable, Equatable {
  /// Where a usable id could be read: whoever pushed the job waits for its reply.
  package var id: String?
  /// What stands in `op`, where it is a text of at most 64 characters, known or not.
  package var operation: String?
  package var error: JobError

  package init(id: String?, operation: String?, error: JobError) {
    self.id = id
    self.operation = operation
    self.error = error
  }
}
