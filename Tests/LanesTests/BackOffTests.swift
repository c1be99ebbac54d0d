import Testing

@testable import Lanes

/// Gives the same number for ever. Not 0: Swift rejects that for most ranges and asks again, for ever.
private struct Constant: RandomNumberGenerator {
  let value: UInt64
  mutating func next() -> UInt64 { value }
}

struct BackOffTests {
  @Test func `the ceiling doubles up to the cap and stays there`() {
    var backOff = BackOff(baseMs: 10, capMs: 100)
    var ceilings: [Int] = []
    for _ in 0..<6 {
      ceilings.append(backOff.ceilingMs)
      _ = backOff.nextDelayMs()
    }
    #expect(ceilings == [10, 20, 40, 80, 100, 100])
    #expect(backOff.attempt == 6)
  }

  @Test func `the jitter is full, and never 0`() {
    var least = Constant(value: 1)
    var greatest = Constant(value: .max)
    var backOff = BackOff(baseMs: 50, capMs: 1000)
    #expect(backOff.nextDelayMs(using: &least) == 1)
    #expect(backOff.nextDelayMs(using: &greatest) == 100)
  }

  @Test func `every delay is below its ceiling, however many attempts`() {
    var backOff = BackOff(baseMs: 3, capMs: .max)
    for _ in 0..<200 {
      let ceiling = backOff.ceilingMs
      let delay = backOff.nextDelayMs()
      #expect((1...ceiling).contains(delay), "attempt \(backOff.attempt): \(delay) of at most \(ceiling)")
    }
    #expect(backOff.ceilingMs == .max)
  }

  @Test func `a reset starts from the base`() {
    var backOff = BackOff(baseMs: 10, capMs: 1000)
    for _ in 0..<5 { _ = backOff.nextDelayMs() }
    backOff.reset()
    #expect(backOff.attempt == 0)
    #expect(backOff.ceilingMs == 10)
  }
}
