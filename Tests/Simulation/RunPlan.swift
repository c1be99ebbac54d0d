/// What one seed makes of a run, before anything has happened in it.
struct RunPlan: Sendable {
  var ingestLanes: Int
  var scoringLanes: Int
  var hosts: Int
  var messages: Int
  /// The most messages that are pushed at once.
  var burst: Int
  var faults: [Fault]
  /// Faults beside single requests, at most.
  var faultsLeft: Int
  /// The mean time between two events from outside, in milliseconds.
  var gapMs: Int
  /// How many requests in a thousand meet trouble of their own.
  var requestTroublePerMille: Int
  /// How many requests in a thousand take long.
  var slowPerMille: Int
  var slowMs: Int
  var residents: Int
  var leaseMs: Int
  var blocksPerList: Int
  var blockAgeMs: Int
  var messagesPerTurn: Int
  var blocksPerBatch: Int
  var messagesPerBatch: Int
  /// How many messages may kill whoever works on them.
  var poison: Int

  /// Whether every message can be accounted for exactly.
  var isExact: Bool { !faults.contains(where: \.losesMessages) }

  init(dice: inout Dice) {
    ingestLanes = dice.roll(1...3)
    scoringLanes = dice.roll(1...3)
    hosts = dice.roll(1...2)
    burst = dice.pick([6, 6, 24])
    messages = dice.roll(burst...burst * 6)
    let share = dice.pick([0, 150, 350, 600])
    faults = Fault.allCases.filter { !$0.losesMessages && dice.chance(share) }
    if dice.chance(200) { faults.append(dice.pick([.tailLoss, .flush, .tampering, .tampering])) }
    faultsLeft = dice.roll(0...14)
    gapMs = dice.pick([20, 100, 400, 1500])
    requestTroublePerMille = dice.pick([0, 5, 20, 60])
    slowPerMille = dice.pick([0, 5, 20, 60])
    slowMs = dice.pick([100, 2_000, 25_000])
    residents = dice.roll(2...6)
    blocksPerList = dice.pick([2, 3, 64])
    blockAgeMs = dice.pick([0, 200, 2_000])
    messagesPerTurn = dice.pick([1, 3, 8, 64])
    blocksPerBatch = dice.pick([1, 2, 4, 128])
    messagesPerBatch = dice.pick([1, 4, 16, 5_000])
    leaseMs = dice.pick([3_000, 15_000])
    poison = dice.chance(250) ? dice.roll(1...2) : 0
  }
}
