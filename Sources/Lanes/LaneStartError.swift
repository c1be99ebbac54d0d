/// The system refused a thread.
package struct LaneStartError: Error, CustomStringConvertible {
  package let lane: String
  /// The errno of `pthread_create`.
  package let code: Int32

  package var description: String { "lane \(lane) could not start: the system refused a thread (errno \(code))" }
}
