import Synchronization
import Testing

@testable import Lanes

private struct Trouble: Error {}

private final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .acquiring) }
  func add() { count.wrappingAdd(1, ordering: .acquiringAndReleasing) }
}

struct LaneGroupTests {
  @Test func `run returns when all lanes have ended`() async {
    let group = LaneGroup()
    let done = Counter()
    for number in 0..<10 {
      group.add(name: "lane-\(number)") { _ in done.add() }
    }
    let failures = await group.run()
    #expect(failures.isEmpty)
    #expect(done.value == 10)
  }

  @Test func `a failing lane is reported at once and the others go on`() async {
    let reported = Mutex<[String]>([])
    let stop = StopSignal()
    let group = LaneGroup(stop: stop) { failure in
      reported.withLock { $0.append(failure.lane) }
      stop.stop()
    }
    group.add(name: "steady") { context in
      let stopped = context.sleep(milliseconds: 60_000)
      #expect(stopped, "nobody reported the failure")
    }
    group.add(name: "broken") { _ in throw Trouble() }
    let failures = await group.run()
    #expect(failures.map(\.lane) == ["broken"])
    #expect(failures.first?.error is Trouble)
    #expect(reported.withLock { $0 } == ["broken"])
  }

  @Test func `a cancelled task stops the lanes and still waits for them`() async {
    let group = LaneGroup()
    let ended = Counter()
    group.add(name: "patient") { context in
      let stopped = context.sleep(milliseconds: 60_000)
      #expect(stopped, "the cancellation did not reach the lane")
      ended.add()
    }
    let task = Task { await group.run() }
    task.cancel()
    _ = await task.value
    #expect(ended.value == 1)
  }

  @Test func `a group without lanes ends at once`() async {
    #expect(await LaneGroup().run().isEmpty)
  }

  @Test func `lanes run side by side, not one after the other`() async {
    // Each lane waits until all four have come: in a pool of fewer threads this would never end.
    let group = LaneGroup()
    let arrived = Counter()
    for number in 0..<4 {
      group.add(name: "lane-\(number)") { context in
        arrived.add()
        for _ in 0..<10_000 where arrived.value < 4 { _ = context.sleep(milliseconds: 1) }
        #expect(arrived.value == 4)
      }
    }
    await group.run()
  }
}
