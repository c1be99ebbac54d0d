import Lanes
import Ledger
import Queues
import RedisClient

/// Hands blocks of dead letters to the shards' lists, and waits where a list takes none for now.
struct RetryPusher: ~Copyable {
  private static let longestPauseMs = 500

  private var connection: RedisConnection
  private let keys: Keys
  private let list: BlockList
  private let patienceMs: Int64

  /// - Parameter patienceSeconds: how long no list may take a block.
  init(_ connection: consuming RedisConnection, keys: Keys, patienceSeconds: Int) {
    self.connection = connection
    self.keys = keys
    let settings = FleetSettings()
    list = BlockList(maxBlocks: settings.blocksPerList, maxAgeMs: settings.blockAgeMs)
    patienceMs = Int64(patienceSeconds) * 1_000
  }

  /// Pushes blocks, those of one shard in their order, and calls the scoring lanes.
  ///
  /// - Parameter accepted: hears of each block that is in its list.
  /// - Throws: `CommandFailure`; what was not accepted may be pushed again, and so may what was.
  mutating func push(_ blocks: [RetryBlocks.Packed], accepted: ([DeadLetter]) -> Void) throws {
    var left = blocks
    var pauseMs = 10
    var deadline = monotonicMilliseconds() + patienceMs
    while !left.isEmpty {
      let gone = try offer(left)
      for index in gone { accepted(left[index].letters) }
      if !gone.isEmpty {
        left = left.indices.filter { !gone.contains($0) }.map { left[$0] }
        pauseMs = 10
        deadline = monotonicMilliseconds() + patienceMs
        continue
      }
      guard monotonicMilliseconds() < deadline else {
        throw CommandFailure(.failure, "the lists of the shards take no more blocks: is `puhui score` running?")
      }
      guard !Interruption.wait(milliseconds: pauseMs) else { return }
      pauseMs = min(pauseMs * 2, Self.longestPauseMs)
    }
  }

  /// Offers the first block of each shard; returns the places of those that were accepted.
  private mutating func offer(_ blocks: [RetryBlocks.Packed]) throws -> Set<Int> {
    var shards: Set<Int> = []
    let offered = blocks.indices.filter { shards.insert(blocks[$0].shard).inserted }
    do throws(RedisError) {
      let verdicts = try list.push(
        offered.map { BlockList.Push(list: keys.score(blocks[$0].shard), blocks: [blocks[$0].block]) },
        waking: keys.wake, on: &connection)
      return Set(zip(offered, verdicts).filter(\.1.isAccepted).map(\.0))
    } catch {
      throw CommandFailure(.unavailable, "Redis: \(error)")
    }
  }
}
