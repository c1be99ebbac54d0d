package import RedisClient

/// Several leased lists of one worker, claimed and trimmed in one round trip for all: where each has little, the round
/// trips would cost more than the work.
package enum LeasedLists {
  /// Claims lists that are probably ours, and reads up to `count` of the oldest messages of each.
  ///
  /// - Parameter use: is given the place of each list that is held, with its claim and messages: of a suspect one only
  ///   the oldest, not taken up. Lists that are empty, paused, somebody else's or just changing hands are left out.
  package static func claim(
    _ lists: [(place: Int, list: LeasedList)], count: Int, on connection: inout RedisConnection,
    _ use: (_ place: Int, _ claim: Claim, _ messages: borrowing ClaimedMessages) -> Void
  ) throws(RedisError) {
    let server = try connection.serverRunId()
    var next = 0
    try LuaScript.withFallback { form throws(RedisError) in
      // Where the server forgot the script in between, those that were handed over already are not asked again.
      let left = lists[next...]
      try connection.pipeline { connection throws(RedisError) in
        for (_, list) in left {
          try list.appendPeek(form, server: server, count: count, needsVerdict: true, to: &connection)
        }
        for (place, _) in left {
          let peeked = try LeasedList.peek(after: nil, on: &connection)
          next += 1
          guard case .read(let claim, let messages) = peeked else { continue }
          use(place, claim, messages)
        }
      }
    }
  }

  /// Takes the oldest messages off lists, and gives their leases back. A claim that is void changes nothing.
  ///
  /// - Returns: of each, whether the claim still held.
  @discardableResult
  package static func trim(
    _ claims: [(list: LeasedList, claim: Claim, count: Int)], on connection: inout RedisConnection
  ) throws(RedisError) -> [Bool] {
    var held: [Bool] = []
    try LuaScript.inOneTrip(
      claims, on: &connection,
      command: { form, trim in
        trim.list.settleCall(form, trim.claim, count: trim.count, release: true, inHand: "0")
      },
      read: { reply throws(RedisError) in held.append(try reply.integer(at: 0) == 1) })
    return held
  }
}
