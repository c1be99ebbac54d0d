package import CarbonInclusion

extension Instant {
  /// Reads a time as messages have it, `2022-11-29T08:23:00+08:00`; `nil` for anything else.
  package init?(rfc3339 text: String) {
    guard let instant = try? TimestampReader.read(Array(text.utf8).span.bytes) else { return nil }
    self = instant
  }
}
