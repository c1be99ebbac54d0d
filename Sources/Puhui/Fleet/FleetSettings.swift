import Workers

/// What the lanes of a worker process agree on.
struct FleetSettings {
  /// A lease that nobody renews runs out after this. Longer than any batch takes, shorter than anybody wants to wait.
  var leaseMs = 15_000
  /// The most blocks in one shard's list.
  var blocksPerList = 64
  /// The most blocks in the list of a shard that is paused. Not bounded in time: partners are not to be held up by what
  /// an operator wants to wait. Mostly about 10 KB each.
  var blocksPerPausedList = 4_096
  /// A shard's list takes no more blocks while its oldest waits longer. Fewer at a time cost more for each message.
  var blockAgeMs = 2_500
  /// The same for what one partner floods in while others push a little: what it can put in front of them.
  var floodAgeMs = 400
  /// The same for what these others push: they wait behind the flood once, and not in front of the list as well.
  var urgentAgeMs = 10_000
  /// How long payloads of refused messages are kept.
  var payloadDays: Int32 = 90
}

extension FleetSettings {
  func blockAgeMs(_ urgency: Urgency) -> Int {
    switch urgency {
    case .low: floodAgeMs
    case .usual: blockAgeMs
    case .high: urgentAgeMs
    }
  }
}
