/// What the lanes of a worker process agree on.
struct FleetSettings {
  /// A lease that nobody renews runs out after this. Longer than any batch takes, shorter than anybody wants to wait.
  var leaseMs = 15_000
  /// The most blocks in one shard's list.
  var blocksPerList = 64
  /// The most blocks in the list of a shard that is paused. Not bounded in time: partners are not to be held up by what
  /// an operator wants to wait. Mostly about 10 KB each.
  var blocksPerPausedList = 4_096
  /// A shard's list takes no more blocks while its oldest waits longer: what one partner can put in front of others.
  var blockAgeMs = 800
  /// How long payloads of refused messages are kept.
  var payloadDays: Int32 = 90
}
