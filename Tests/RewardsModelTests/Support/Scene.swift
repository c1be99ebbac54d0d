import CarbonInclusion
import RewardsModel

/// A model, a clock and short names for what the tests ask of them.
struct Scene {
  private(set) var model: RewardsModel
  var now: Instant
  private var lastJob = 0
  private var lastActivity = 0

  /// Begins at 10 o'clock in the programme's zone.
  init(_ world: RewardsWorld = .small, on day: String = "2023-03-10") {
    model = RewardsModel(world: world)
    now = Scene.morning(day)
  }

  static func morning(_ day: String) -> Instant {
    (Day(day) ?? Day(number: 0)).start(utcOffsetSeconds: 28_800).adding(seconds: 36_000)
  }

  mutating func go(to day: String) { now = Scene.morning(day) }

  @discardableResult mutating func earn(_ points: Int64, _ resident: String = "ann") -> String {
    lastActivity += 1
    _ = model.apply(.earn(activity: "a\(lastActivity)", resident: resident, points: points), at: now)
    return "a\(lastActivity)"
  }

  mutating func reverse(_ activity: String) { _ = model.apply(.reverse(activity: activity), at: now) }

  mutating func expire() { _ = model.apply(.expire, at: now) }

  mutating func timeOut(_ job: String) { _ = model.apply(.timeOut(job: job), at: now) }

  /// Where no id is given it is j1, j2 and so on.
  @discardableResult mutating func ask(
    _ request: RewardsJob.Request, id: String? = nil, by speaker: RewardsJob.Speaker = .administrator("admin")
  ) -> RewardsAnswer {
    lastJob += 1
    return model.apply(.job(RewardsJob(id: id ?? "j\(lastJob)", by: speaker, request)), at: now)
  }

  @discardableResult mutating func redeem(
    _ reward: String, _ quantity: Int64 = 1, _ resident: String = "ann", id: String? = nil
  ) -> RewardsAnswer {
    ask(.redeem(resident: resident, reward: reward, quantity: quantity), id: id)
  }

  mutating func restock(_ reward: String, _ quantity: Int64) {
    ask(.restock(reward: reward, .quantity(quantity)))
  }

  mutating func restock(_ reward: String, codes: [String]) { ask(.restock(reward: reward, .codes(codes))) }

  func account(_ resident: String = "ann") -> RewardsState.Resident { model.state.residents[resident] ?? .init() }

  func status(_ redemption: String) -> RewardsState.Redemption.Status? { model.state.redemptions[redemption]?.status }

  func lots(_ resident: String = "ann") -> [String] { account(resident).lots.map(\.description) }
}
