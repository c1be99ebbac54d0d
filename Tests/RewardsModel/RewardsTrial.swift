package import CarbonInclusion

/// Runs a plan on a system and on the model at once, and compares every answer and what is in the books.
package struct RewardsTrial: Sendable {
  package let world: RewardsWorld
  /// The books are compared after so many steps, after each race, and at the end; answers always.
  package var snapshotEvery: Int

  package init(world: RewardsWorld, snapshotEvery: Int = 1) {
    self.world = world
    self.snapshotEvery = snapshotEvery
  }

  /// Where a system first did not do as it should.
  package struct Finding: Sendable, CustomStringConvertible {
    package var step: Int
    package var at: Instant
    package var message: String

    package var description: String {
      "step \(step), \(at.formatted(utcOffsetSeconds: 28_800)): \(message)"
    }
  }

  /// - Parameter system: one whose books are empty.
  /// - Returns: `nil` if the system did everything as the model.
  package func run(_ plan: RewardsPlan, on system: some RewardsSystem) -> Finding? {
    var system = system
    var model = RewardsModel(world: world)
    var now = plan.start
    for (index, step) in plan.steps.enumerated() {
      if case .wait(let seconds) = step { now = now.adding(seconds: max(0, seconds)) }
      let isLook = (index + 1) % snapshotEvery == 0 || index + 1 == plan.steps.count
      do {
        try take(step, at: now, isLook: isLook, &model, &system)
      } catch let error as Wrong {
        return Finding(step: index, at: now, message: "\(step): \(error.message)")
      } catch {
        return Finding(step: index, at: now, message: "\(step) failed: \(error)")
      }
    }
    return nil
  }

  private struct Wrong: Error {
    let message: String
  }

  private func take(
    _ step: RewardsStep, at now: Instant, isLook: Bool, _ model: inout RewardsModel,
    _ system: inout some RewardsSystem
  ) throws {
    switch step {
    case .wait: return
    case .race(let operations) where operations.count > 1:
      let answers = try system.race(operations, at: now)
      try settleRace(operations, answers, at: now, &model, books: try system.snapshot())
    case .batch(let operations), .race(let operations):
      let answers = try system.apply(operations, at: now)
      let wanted = operations.map { model.apply($0, at: now) }
      if let wrong = mismatch(operations, wanted, answers) { throw Wrong(message: wrong) }
      guard isLook || operations.contains(.expire) else { break }
      let books = try system.snapshot()
      let late = operations.last == .expire ? books.overdue(world.day(now)) : []
      guard late.isEmpty else { throw Wrong(message: "points of \(late) did not expire") }
      if let wrong = difference(books, model, at: now) { throw Wrong(message: wrong) }
    }
    if let wrong = model.violations().first { throw Wrong(message: "the model itself is wrong: \(wrong)") }
  }

  /// There has to be an order in which the model would have given these answers, and would have these books.
  private func settleRace(
    _ operations: [RewardsOperation], _ answers: [RewardsAnswer], at now: Instant, _ model: inout RewardsModel,
    books: RewardsState
  ) throws {
    var refusals: [String] = []
    for order in Self.orders(operations.count) {
      var candidate = model
      var wanted = [RewardsAnswer](repeating: .silent, count: operations.count)
      for index in order { wanted[index] = candidate.apply(operations[index], at: now) }
      guard let wrong = mismatch(operations, wanted, answers) ?? difference(books, candidate, at: now) else {
        model = candidate
        return
      }
      refusals.append("\n  in the order \(order.map { $0 + 1 }): \(wrong)")
    }
    throw Wrong(message: "no order of them explains what happened" + refusals.joined())
  }

  private func mismatch(
    _ operations: [RewardsOperation], _ wanted: [RewardsAnswer], _ answers: [RewardsAnswer]
  ) -> String? {
    guard wanted.count == answers.count else { return "\(wanted.count) operations got \(answers.count) answers" }
    return zip(operations, zip(wanted, answers)).lazy.compactMap { operation, pair in
      pair.0.isMet(by: pair.1) ? nil : "\(operation) was answered \(pair.1), should be \(pair.0)"
    }.first
  }

  private func difference(_ books: RewardsState, _ model: RewardsModel, at now: Instant) -> String? {
    let found = books.differences(from: model.state, today: world.day(now)) + books.violations(in: world)
    return found.isEmpty ? nil : found.joined(separator: "\n  ")
  }

  /// Every order of so many things.
  private static func orders(_ count: Int) -> [[Int]] {
    guard count > 0 else { return [[]] }
    return orders(count - 1).flatMap { order in
      (0..<count).reversed().map { place in
        var longer = order
        longer.insert(count - 1, at: place)
        return longer
      }
    }
  }
}

extension RewardsTrial {
  /// Runs plans from many seeds; the first that fails is made short.
  ///
  /// - Parameters:
  ///   - length: how many steps a plan has. A step is one operation, a few of them, or time that passes.
  ///   - attempts: how many runs a failing plan may take to become short.
  ///   - fresh: a system with empty books.
  /// - Returns: what to tell people; `nil` if every plan went as it should.
  package func hunt(
    seeds: some Sequence<UInt64>, length: Int, habits: RewardsGenerator.Habits = .init(), attempts: Int = 400,
    fresh: () throws -> some RewardsSystem
  ) throws -> String? {
    for seed in seeds {
      let plan = RewardsGenerator.plan(seed: seed, length: length, world: world, habits: habits)
      guard let finding = run(plan, on: try fresh()) else { continue }
      let careful = RewardsTrial(world: world)
      let short = try RewardsShrinker.shrink(plan, failingAt: finding.step, attempts: attempts) {
        careful.run($0, on: try fresh()) != nil
      }
      let again = careful.run(short, on: try fresh())
      return """
        Seed \(seed) of \(length) steps: \(finding)
        Made short: \(short.steps.count) steps: \(again.map { "\($0)" } ?? "does not fail every time")
        \(short)
        """
    }
    return nil
  }
}
