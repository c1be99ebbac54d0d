import CLibPQ

/// Keeps the warnings that a server sends beside its answers, which libpq would print to stderr.
final class NoticeLog {
  /// The oldest ones go first: a function that warns for each row must not fill the memory.
  private static let limit = 20

  private(set) var warnings: [String] = []
  /// A COMMIT was told off while it waited for its synchronous standby: it is durable here, and perhaps only here.
  private(set) var sawUnreplicatedCommit = false

  /// Becomes the connection's receiver; must live as long as the connection.
  func attach(to handle: OpaquePointer) {
    PQsetNoticeReceiver(
      handle,
      { log, result in
        guard let log, let result else { return }
        Unmanaged<NoticeLog>.fromOpaque(log).takeUnretainedValue().receive(result)
      },
      Unmanaged.passUnretained(self).toOpaque())
  }

  func takeWarnings() -> [String] {
    defer { warnings = [] }
    return warnings
  }

  func forgetCommit() { sawUnreplicatedCommit = false }

  private func receive(_ notice: OpaquePointer) {
    // The severity that is never translated, and the function that spoke: the message may be in any language.
    guard Self.field("V", of: notice) == "WARNING" else { return }
    if Self.field("R", of: notice) == "SyncRepWaitForLSN" { sawUnreplicatedCommit = true }
    if warnings.count == Self.limit { warnings.removeFirst() }
    let sqlState = Self.field("C", of: notice) ?? "?????"
    warnings.append("\(sqlState) \(Self.field("M", of: notice) ?? "")")
  }

  private static func field(_ letter: Unicode.Scalar, of notice: OpaquePointer) -> String? {
    PQresultErrorField(notice, Int32(letter.value)).map { String(cString: $0) }
  }
}
