import Glibc

/// How far a long command is: a bar for a person who looks on, else a line every few seconds. Standard error.
struct Progress {
  /// What is counted.
  private let unit: String
  private let clock = ContinuousClock()
  private let start = ContinuousClock.now
  private let isInteractive = Console.isInteractive
  private var shown = ContinuousClock.now
  private var hasBar = false

  init(of unit: String = "messages") { self.unit = unit }

  /// Seconds since the command began.
  var seconds: Double { Progress.seconds(start.duration(to: clock.now)) }

  /// Shows progress if it is time to.
  ///
  /// - Parameters:
  ///   - count: how many so far.
  ///   - share: how much is done, from 0 to 1, where that is known.
  mutating func show(_ count: Int64, share: Double?) {
    let now = clock.now
    guard shown.duration(to: now) >= (isInteractive ? .milliseconds(200) : .seconds(5)) else { return }
    shown = now
    let percent = share.map { "\(Int(min($0, 1) * 100)) %  " } ?? ""
    let text = "\(percent)\(Amounts.count(count)) \(unit)  \(rate(count))/s"
    guard isInteractive else {
      Console.error("puhui: " + text)
      return
    }
    hasBar = true
    Progress.write("\r\u{1B}[K" + (share.map(Progress.bar) ?? "") + text)
  }

  /// Says something, above the bar if there is one.
  mutating func note(_ text: String) {
    clear()
    Console.error("puhui: " + text)
  }

  /// Takes the bar away.
  mutating func clear() {
    if hasBar { Progress.write("\r\u{1B}[K") }
    hasBar = false
  }

  /// `12.3 s` and how many a second, for the last line.
  func summary(_ count: Int64) -> String { "in \(Progress.tenths(seconds)) s (\(rate(count))/s)" }

  private func rate(_ count: Int64) -> String { Amounts.count(Int64(Double(count) / max(seconds, 0.001))) }

  private static func bar(_ share: Double) -> String {
    let full = Int(min(share, 1) * 24)
    return String(repeating: "█", count: full) + String(repeating: "░", count: 24 - full) + " "
  }

  private static func tenths(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }

  private static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(2, bytes, bytes.count)
  }
}
