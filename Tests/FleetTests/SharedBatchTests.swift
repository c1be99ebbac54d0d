import Testing

@testable import Workers

/// Which shards go through one batch, and which change hands.
@Suite struct SharedBatchTests {
  @Test func `shards with little share a batch, and one with much or in trouble has its own`() {
    let size = BatchSize(most: 5_000, mostBlocks: 512)
    let lengths = [100, 20, 5, 3, 1, 200]
    #expect(size.together([5, 0, 1, 2, 3, 4], lengths: lengths) { _ in false } == [[5], [0, 1, 2, 3], [4]])
    #expect(size.together([1, 2, 3], lengths: lengths) { $0 == 2 } == [[1], [2], [3]])
    #expect(size.together([], lengths: lengths) { _ in false }.isEmpty)
  }

  @Test func `a batch takes more blocks the smaller they are, step by step`() {
    var size = BatchSize(most: 5_000, mostBlocks: 512)
    #expect(size.blocks == 128)
    for expected in [256, 512, 512] {
      size.took(messages: size.blocks, blocks: size.blocks, milliseconds: 10)
      #expect(size.blocks == expected)
    }
    size.took(messages: 5_000, blocks: 40, milliseconds: 10)
    #expect(size.blocks == 128, "large blocks again")
  }

  /// Looks at three shards of others, all of which stand still but those that moved.
  private func find(
    _ neglected: inout NeglectedShards, _ leisure: NeglectedShards.Leisure, own: Int = 0, ownRoundMs: Int64 = 0,
    at nowMs: Int64, moved: Set<Int> = []
  ) -> (shards: [Int], most: Int) {
    neglected.find(among: [3, 5, 9], own: own, ownRoundMs: ownRoundMs, leisure: leisure, nowMs: nowMs) { shards in
      shards.map { moved.contains($0) ? "at \(nowMs)" : "still" }
    }
  }

  @Test func `an idle lane may take half of what waits, whichever of them can be had`() {
    var neglected = NeglectedShards()
    #expect(find(&neglected, .idle, at: 0).shards.isEmpty, "their owner had no time to look")
    let left = find(&neglected, .idle, at: 60, moved: [5])
    // All that wait are offered: a paused one among them must not stand before the others.
    #expect(left.shards == [3, 9] && left.most == 1)
  }

  @Test func `a lane that lets things gather takes one from an owner with more of them`() {
    var neglected = NeglectedShards()
    #expect(find(&neglected, .easy, own: 1, at: 0).shards.isEmpty)
    let left = find(&neglected, .easy, own: 1, at: 30)
    #expect(left.shards == [3, 5, 9] && left.most == 1)
    var even = NeglectedShards()
    _ = find(&even, .easy, own: 3, at: 0)
    #expect(find(&even, .easy, own: 3, at: 30).shards.isEmpty, "it has as many itself")
  }

  @Test func `a busy lane takes what nobody has moved for long`() {
    var neglected = NeglectedShards()
    for time in stride(from: Int64(0), to: 750, by: 250) {
      #expect(find(&neglected, .busy, own: 20, at: time, moved: [3]).shards.isEmpty)
    }
    #expect(find(&neglected, .busy, own: 20, at: 750, moved: [3]).shards == [5, 9])
    #expect(
      find(&neglected, .busy, own: 20, ownRoundMs: 400, at: 1_000, moved: [3]).shards.isEmpty,
      "its owner has as much to do, and is not through with its own round")
    #expect(find(&neglected, .busy, own: 20, ownRoundMs: 400, at: 1_250, moved: [3]).shards == [5, 9])
  }

  @Test func `a lane looks soon after there was something, and less and less often after that`() {
    var wait = WatchWait(longestMs: 80, plenty: 2_000)
    #expect(wait.next() == 80)
    wait.found(messages: 1)
    let waits = (0..<40).map { _ in wait.next() }
    #expect(waits.first == 3 && waits.prefix(24).allSatisfy { $0 == 3 } && waits.last == 80, "\(waits)")
    #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 }, "\(waits)")
    wait.found(messages: 2_000)
    #expect(wait.next() == 0, "more has gathered already")
  }
}
