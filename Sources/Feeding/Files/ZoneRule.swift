/// What the clock on the wall says about UTC, for times that do not say it themselves.
package enum ZoneRule: Sendable {
  /// Always so many seconds east of Greenwich.
  case fixed(Int)
  /// A zone with summer time: the offset in force at a Unix time, in seconds.
  case varying(@Sendable (Int64) -> Int)

  /// The offset of a local time, given as the Unix time that it would be in UTC.
  ///
  /// An hour that the clock shows twice is taken for the first, the one with the earlier offset. An hour that it skips
  /// is read with the offset from before the skip, so that it is as long after it as it says.
  func offset(ofLocal local: Int64) -> Int {
    let offsetAt: @Sendable (Int64) -> Int
    switch self {
    case .fixed(let offset): return offset
    case .varying(let function): offsetAt = function
    }
    // Zones change their offset less often than every two days.
    let before = offsetAt(local - 86_400)
    let after = offsetAt(local + 86_400)
    guard before != after, offsetAt(local - Int64(before)) != before else { return before }
    return offsetAt(local - Int64(after)) == after ? after : before
  }

  /// Reads a fixed offset: `Z`, `+08:00`, `-0330`, `+08`; `nil` for anything else.
  package init?(offset text: String) {
    guard let seconds = WrittenTime.offset(Array(text.utf8)[...]) else { return nil }
    self = .fixed(seconds)
  }
}
