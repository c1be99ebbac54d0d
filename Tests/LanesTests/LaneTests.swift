import Foundation
import Synchronization
import TestServers
import Testing

@testable import Lanes

private struct Trouble: Error, Equatable {}

struct LaneTests {
  @Test func `a lane runs its body once on a thread of its own name`() throws {
    let seen = Mutex("")
    let lane = Lane(name: "ingest-0", stop: StopSignal()) { _ in
      let comm = try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
      seen.withLock { $0 += comm }
    }
    try lane.start()
    #expect(lane.join(timeoutMs: 10_000), "the lane did not end")
    #expect(lane.error == nil)
    #expect(seen.withLock { $0 } == "ingest-0\n")
  }

  @Test func `a name too long for the kernel is cut at a character`() throws {
    let seen = Mutex("")
    let lane = Lane(name: "评分评分评分评分", stop: StopSignal()) { _ in
      let comm = try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
      seen.withLock { $0 = comm }
    }
    try lane.start()
    #expect(lane.join(timeoutMs: 10_000), "the lane did not end")
    #expect(seen.withLock { $0 } == "评分评分评\n")
  }

  @Test func `a join gives up in its time, and the lane goes on`() throws {
    let stop = StopSignal()
    let lane = Lane(name: "slow", stop: stop) { context in while !context.sleep(milliseconds: 60_000) {} }
    try lane.start()
    #expect(!lane.join(timeoutMs: 30))
    #expect(!lane.hasEnded)
    stop.stop()
    #expect(lane.join(timeoutMs: 10_000), "the stop did not reach the lane")
  }

  @Test func `what the body throws is the lane's error`() throws {
    let lane = Lane(name: "failing", stop: StopSignal()) { _ in throw Trouble() }
    try lane.start()
    #expect(lane.join(timeoutMs: 10_000))
    #expect(lane.error is Trouble)
  }

  @Test func `what the body holds is given back before the lane has ended`() throws {
    final class Resource {
      let returned: StopSignal
      init(_ returned: StopSignal) { self.returned = returned }
      deinit { returned.stop() }
    }
    let returned = StopSignal()
    let lane = Lane(name: "owner", stop: StopSignal()) { _ in
      withExtendedLifetime(Resource(returned)) {}
    }
    try lane.start()
    #expect(lane.join(timeoutMs: 10_000))
    #expect(returned.isStopping)
  }

  @Test(.onOwnThreads) func `a lane starts only once`() async {
    await #expect(processExitsWith: .failure) {
      let lane = Lane(name: "twice", stop: StopSignal()) { _ in }
      try lane.start()
      try lane.start()
    }
  }
}
