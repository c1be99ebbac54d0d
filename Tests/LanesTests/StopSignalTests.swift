import Testing

@testable import Lanes

struct StopSignalTests {
  @Test func `a wait without a stop ends in its time and says so`() {
    let stop = StopSignal()
    let start = monotonicMilliseconds()
    #expect(!stop.wait(milliseconds: 20))
    #expect(monotonicMilliseconds() - start >= 19, "it came back early")
  }

  @Test func `after a stop no wait waits`() {
    let stop = StopSignal()
    stop.stop()
    stop.stop()
    #expect(stop.isStopping)
    for _ in 0..<3 { #expect(stop.wait(milliseconds: .max), "a stop must stay for all who come later") }
  }

  @Test func `a wait of zero only looks`() {
    let stop = StopSignal()
    #expect(!stop.wait(milliseconds: 0))
    #expect(!stop.wait(milliseconds: -5))
    stop.stop()
    #expect(stop.wait(milliseconds: 0))
  }

  @Test func `all sleeping lanes wake at once`() async {
    let group = LaneGroup()
    for number in 0..<8 {
      group.add(name: "sleeper-\(number)") { context in
        // Measured in the lane: the test's own task may wait long for a free thread.
        let start = monotonicMilliseconds()
        let stopped = context.sleep(milliseconds: 60_000)
        #expect(stopped && monotonicMilliseconds() - start < 30_000, "a lane slept on")
      }
    }
    group.add(name: "stopper") { $0.stop.stop() }
    await group.run()
  }
}
