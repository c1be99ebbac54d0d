import CarbonInclusion
import Messages

/// What partners push: few residents, days and ids, so that messages meet each other.
struct Workload: Sendable {
  let residents: [String]
  private var sent: [PushedMessage] = []
  private var nextNumber = 0
  /// The partners' own counters.
  private var sequences: [Int: Int] = [:]
  private var poisonLeft: Int
  /// The ids that kill a lane.
  private(set) var poisonAtIngest: Set<String> = []
  private(set) var poisonAtScoring: Set<String> = []
  /// The ids that the database refuses to book.
  private(set) var refusedByDatabase: Set<String> = []

  var poison: Set<String> { poisonAtIngest.union(poisonAtScoring).union(refusedByDatabase) }

  init(plan: RunPlan) {
    residents = Array(Self.names.prefix(plan.residents))
    poisonLeft = plan.poison
  }

  /// The first two share a shard, the others have others.
  private static let names: [String] = {
    let first = "resident-0"
    let shard = ShardMap.shard(ofResident: first)
    let second = (1...).lazy.map { "neighbour-\($0)" }.first { ShardMap.shard(ofResident: $0) == shard } ?? first
    return [first, second] + (1...4).map { "resident-\($0)" }
  }()

  mutating func next(_ dice: inout Dice) -> PushedMessage {
    let partner = dice.roll(0...SimulatedCatalogue.partners.count - 1)
    let message = PushedMessage(partner: partner, bytes: Array(text(partner, &dice).utf8))
    sent.append(message)
    return message
  }

  private mutating func text(_ partner: Int, _ dice: inout Dice) -> String {
    let earlier = sent.filter { $0.partner == partner }
    let roll = dice.roll(0...99)
    switch roll {
    case 0..<12 where !earlier.isEmpty: return String(decoding: dice.pick(earlier).bytes, as: UTF8.self)
    case 12..<20:
      guard let id = earlier.compactMap(\.activity?.id).randomElement(using: &dice) else { break }
      return act(partner, id: id, &dice)
    case 20..<30:
      guard let activity = earlier.compactMap(\.activity).randomElement(using: &dice) else { break }
      return reversal(of: activity, &dice)
    case 30..<36: return malformed(&dice)
    case 36..<39: return act(partner, id: newID(), behaviour: "teleport", &dice)
    default: break
    }
    let id = newID()
    if poisonLeft > 0, dice.chance(150) {
      poisonLeft -= 1
      switch dice.roll(0...2) {
      case 0: poisonAtIngest.insert(id)
      case 1: poisonAtScoring.insert(id)
      default: refusedByDatabase.insert(id)
      }
    }
    return act(partner, id: id, &dice)
  }

  private mutating func newID() -> String {
    nextNumber += 1
    return "m-\(nextNumber)"
  }

  private mutating func act(_ partner: Int, id: String, behaviour: String? = nil, _ dice: inout Dice) -> String {
    let behaviour = behaviour ?? dice.pick(["ride", "ride", "ride", "charge", "drive", "order"])
    let start = Self.day.adding(seconds: Int64(dice.roll(0...1) * 86_400 + dice.roll(12...40) * 1200))
    let end = start.adding(seconds: Int64(dice.roll(1...3) * 1200))
    let quantity = dice.pick(["0.5", "2", "3.25", "5", "7.000001", "60", "120"])
    var fields = [
      #""id":"\#(id)""#, #""resident":"\#(dice.pick(residents))""#, #""behaviour":"\#(behaviour)""#,
      #""ended_at":"\#(end.formatted(utcOffsetSeconds: 28_800))""#,
    ]
    switch behaviour {
    case "order": break
    case "charge": fields.append(#""quantity":"\#(quantity)","unit":"kWh""#)
    default: fields.append(#""quantity":"\#(quantity)","unit":"km""#)
    }
    if dice.chance(700) { fields.append(#""started_at":"\#(start.formatted(utcOffsetSeconds: 28_800))""#) }
    if dice.chance(300) { fields.append(#""evidence":"vehicle-\#(dice.roll(1...2))""#) }
    if dice.chance(500) {
      sequences[partner, default: 0] += dice.roll(1...2)
      fields.append(#""seq":\#(sequences[partner, default: 0])"#)
    }
    return "{\(fields.joined(separator: ","))}"
  }

  private mutating func reversal(of activity: Activity, _ dice: inout Dice) -> String {
    let resident = dice.chance(900) ? activity.resident : dice.pick(residents)
    let at = activity.endedAt.adding(seconds: Int64(dice.roll(0...7200))).formatted(utcOffsetSeconds: 28_800)
    return #"{"id":"\#(newID())","resident":"\#(resident)","reverses":"\#(activity.id)","ended_at":"\#(at)"}"#
  }

  private mutating func malformed(_ dice: inout Dice) -> String {
    let id = newID()
    return dice.pick([
      "{", "", "[\(id)]", #"{"id":"\#(id)"}"#,
      #"{"id":"\#(id)","resident":"\#(dice.pick(residents))","unit":"league"}"#,
    ])
  }

  /// 2022-11-28 in Shanghai.
  private static let day = Day(number: 19_324).start(utcOffsetSeconds: 28_800)
}
