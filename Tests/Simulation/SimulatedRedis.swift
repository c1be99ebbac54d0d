import CarbonInclusion
import Workers

/// Redis as far as the fleet uses it: lists with their leases, in memory, with what is on disk already beside it.
struct SimulatedRedis: Sendable {
  enum ListName: Hashable, Sendable {
    case inbox(Int)
    case score(Int)
  }

  struct Element: Sendable {
    var bytes: [UInt8]
    /// Which push of a partner it is.
    var push: Int?
    /// Stands for its SHA-1.
    var digest: UInt64

    init(bytes: [UInt8], push: Int? = nil) {
      self.bytes = bytes
      self.push = push
      self.digest = bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
  }

  /// A message of an inbox at its place, as a block says it.
  struct Place: Hashable, Sendable {
    var position: MessagePosition
    var content: Digest
  }

  /// What a restart gives back, as far as it was written.
  struct Memory: Sendable {
    /// Oldest first: the tail of the list is the first of its elements.
    var lists: [ListName: [Element]] = [:]
    var leases: [ListName: Lease] = [:]
    var directory: String?
    /// What scoring lists have accepted, so that nothing else leaves an inbox.
    var accepted: Set<Place> = []
    var pushes = 0
  }

  var memory = Memory()
  private(set) var written = Memory()
  /// The run of the server; connections to an earlier one are lost.
  private(set) var run = 1
  var awayUntil: Int64 = 0
  /// How far the server's clock is ahead, in microseconds.
  var clockSkew: Int64 = 0
  let mutation: Mutation?

  init(mutation: Mutation?) { self.mutation = mutation }

  subscript(list: ListName) -> [Element] {
    get { memory.lists[list] ?? [] }
    set { memory.lists[list] = newValue.isEmpty ? nil : newValue }
  }

  /// Everything so far is on disk.
  mutating func writeOut() { written = memory }

  mutating func restart(awayUntil: Int64, losingTail: Bool) {
    if losingTail { memory = written }
    run += 1
    self.awayUntil = awayUntil
  }

  mutating func flush() { memory = Memory(pushes: memory.pushes) }

  /// Offers blocks without their stamps to a list.
  mutating func push(_ blocks: [[UInt8]], shard: Int, _ urgency: Urgency, now: Int64, plan: RunPlan) -> Bool {
    let name = ListName.score(shard)
    let list = self[name]
    if list.count >= 2 || list.count >= plan.blocksPerList, let oldest = list.first {
      let age = max(0, now - Self.stamp(of: oldest.bytes, else: now))
      if list.count >= plan.blocksPerList || (age > Int64(plan.blockAgeMs) && urgency != .high) {
        guard memory.leases[name]?.isPaused ?? false, list.count < Self.mostBlocksPaused else { return false }
      }
    }
    for block in blocks { self[name].append(Element(bytes: Self.stamped(block, at: now))) }
    return true
  }

  private static let mostBlocksPaused = 12

  mutating func pause(_ name: ListName, _ isPaused: Bool) { memory.leases[name, default: Lease()].isPaused = isPaused }

  mutating func resumeAll() {
    for name in memory.leases.keys { memory.leases[name]?.isPaused = false }
  }

  private static func stamp(of block: [UInt8], else now: Int64) -> Int64 {
    block.count < 12 ? now : block[4..<12].reduce(0) { $0 << 8 | Int64($1) }
  }

  private static func stamped(_ block: [UInt8], at now: Int64) -> [UInt8] {
    block.prefix(4) + (0..<8).map { UInt8(truncatingIfNeeded: now >> (56 - 8 * $0)) } + block.dropFirst(4)
  }
}

extension SimulatedRedis.Element: CustomStringConvertible {
  var description: String { push.map { "push \($0)" } ?? "block \(String(digest, radix: 36))" }
}

extension SimulatedRedis.ListName: CustomStringConvertible {
  var description: String {
    switch self {
    case .inbox(let partner): "in:\(SimulatedCatalogue.partners[partner])"
    case .score(let shard): "score:\(shard)"
    }
  }
}
