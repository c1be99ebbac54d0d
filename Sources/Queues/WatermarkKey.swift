package import RedisClient

/// Redis' side of the watermark: the last mark of a ledger, and when it was made. It never goes backwards.
package enum WatermarkKey {
  /// A mark as it stood in Redis.
  package struct Mark: Sendable, Equatable {
    package let number: Int64
    /// On PostgreSQL's clock, in microseconds since 1970.
    package let madeAt: Int64

    package init(number: Int64, madeAt: Int64) {
      self.number = number
      self.madeAt = madeAt
    }
  }

  /// What Redis had when it was to take a new mark.
  package enum Answer: Sendable, Equatable {
    /// It has the new mark now; the one before it, if any.
    case taken(before: Mark?)

    /// It has no mark of this ledger, but had one: it lost its memory. Nothing was written.
    case missing

    /// It has an older mark than it had. Nothing was written.
    case behind(Mark)

    /// It has this mark or a later one already. Nothing was written.
    case ahead(Mark)
  }

  /// - Parameters:
  ///   - ledger: which ledger the mark is of; the marks of another one are as good as none.
  ///   - confirmed: the last mark that is known to have been in Redis; 0 for none.
  package static func advance(
    to mark: Mark, ledger: String, confirmed: Int64, keys: Keys, on connection: inout RedisConnection
  ) throws(RedisError) -> Answer {
    let reply = try script.run(
      keys: [keys.watermark], [.string(ledger), .integer(mark.number), .integer(confirmed), .integer(mark.madeAt)],
      on: &connection)
    let number = Int64(try reply.string(at: 1)) ?? 0
    let found = Mark(number: number, madeAt: Int64(try reply.string(at: 2)) ?? 0)
    return switch try reply.integer(at: 0) {
    case 0: .taken(before: number == 0 ? nil : found)
    case 1: .missing
    case 2: .behind(found)
    default: .ahead(found)
    }
  }

  /// Key: the mark. Arguments: ledger, number, confirmed number, time.
  private static let script = LuaScript(
    """
    local had = redis.call('HMGET', KEYS[1], 'ledger', 'mark', 'at')
    local new, confirmed = tonumber(ARGV[2]), tonumber(ARGV[3])
    if had[1] ~= ARGV[1] or not had[2] then had = {ARGV[1], '0', '0'} end
    local mark = tonumber(had[2])
    if mark == 0 and confirmed > 0 then return {1, had[2], had[3]} end
    if mark < confirmed then return {2, had[2], had[3]} end
    if mark >= new then return {3, had[2], had[3]} end
    redis.call('HSET', KEYS[1], 'ledger', ARGV[1], 'mark', ARGV[2], 'at', ARGV[4])
    return {0, had[2], had[3]}
    """)
}
