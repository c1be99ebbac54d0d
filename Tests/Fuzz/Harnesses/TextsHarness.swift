import CarbonInclusion
import Feeding
import Messages
import RedisClient
import Workers

/// Small readers of text from command lines, settings and keys, each with the whole input.
enum TextsHarness {
  @Sendable static func run(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    try checkURL(text)
    try checkDirectory(text)
    try checkNotice(text)
    if let day = Day(text) { try promise(day.description == text, "\(text) became \(day)") }
    if let region = Region(text) { try promise(region.description == text, "\(text) became \(region)") }
    if let quantity = Quantity(decimal: text) {
      try promise(Quantity(decimal: quantity.description) == quantity, "\(text) became \(quantity)")
    }
    if case .fixed(let seconds) = ZoneRule(offset: text) {
      try promise(abs(seconds) < 86_400, "\(text) is \(seconds) s from UTC")
    }
    _ = EvidenceSecret(bytes)?.digest(of: text)
  }

  private static func checkURL(_ text: String) throws {
    guard let url = try? RedisURL(text) else { return }
    try promise((0...999_999_999).contains(url.database), "database \(url.database)")
    if url.password != nil { try promise(url.description.contains(":***@"), "the password is shown: \(url)") }
    switch url.endpoint {
    case .tcp(let host, let port):
      try promise(!host.isEmpty && (1...65_535).contains(port), "no such address: \(url)")
    case .unix(let path):
      try promise((2...107).contains(path.utf8.count) && !path.utf8.contains(0), "no such path: \(url)")
    }
  }

  private static func checkDirectory(_ text: String) throws {
    guard let directory = Directory(text: text) else { return }
    try promise(Directory(text: directory.text) == directory, "\(text) became \(directory)")
  }

  /// What a partner is told is JSON, whatever the words in it.
  private static func checkNotice(_ text: String) throws {
    let halves = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let notice = RejectedNotice(
      id: halves.first, outcome: .rejected, reason: halves.last, detail: text, at: Instant(seconds: 1_669_680_000))
    guard case .refused(let refusal, _, _) = ActivityDecoder.decode(notice.encoded()) else {
      throw BrokenPromise("a notice was taken for an activity: \(text)")
    }
    try promise(refusal.reason != .malformedJSON, "\(refusal.detail) in the notice about \(text)")
  }
}
