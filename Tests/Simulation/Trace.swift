/// What happened in a run: a digest of everything, to compare two runs by, and the lines themselves where wanted.
struct Trace: Sendable {
  let isKept: Bool
  private(set) var lines: [String] = []
  private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325

  init(isKept: Bool) { self.isKept = isKept }

  mutating func mix(_ value: UInt64) { digest = (digest ^ value) &* 0x0000_0100_0000_01b3 }

  mutating func add(_ text: @autoclosure () -> String, at micros: Int64, actor: String?) {
    guard isKept else { return }
    let milliseconds = String(micros / 1000)
    let time = String(repeating: " ", count: max(0, 8 - milliseconds.count)) + milliseconds
    lines.append("\(time) ms  \(actor ?? "*")  \(text())")
  }
}
